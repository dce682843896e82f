"""Every knob of the program, read from the environment in one file; a bad value stops the start and is named."""

import os
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


# Readers: each refuses nonsense by the name of its variable.


def env_text(name: str, default: str = "") -> str:
    """The variable as text, stripped; empty counts as not set."""
    return os.environ.get(name, "").strip() or default


def env_flag(name: str, default: bool) -> bool:
    """The variable as yes or no: 1, true, yes, on; 0, false, no, off."""
    value = env_text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither yes nor no. Use 1 or 0.")


def env_whole(name: str, default: int, *, low: int, high: int) -> int:
    """The variable as a whole number between low and high."""
    value = env_text(name)
    if not value:
        return default
    if not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number from {low} to {high}.")
    return int(value)


def env_address(name: str, schemes: set[str], default: str = "") -> str:
    """The variable as an address whose scheme is one of those named."""
    value = env_text(name, default)
    if value and urlsplit(value).scheme not in schemes:
        raise ImproperlyConfigured(f"{name} begins with none of {', '.join(sorted(s + '://' for s in schemes))}.")
    return value


def env_socket(name: str) -> str:
    """The variable as the place of a service: host:port, or the path of a socket."""
    value = env_text(name).removeprefix("unix:")
    host, _colon, port = value.rpartition(":")
    if value and not value.startswith("/") and not (host and "/" not in host and port.isdigit() and 0 < int(port) < 65536):
        raise ImproperlyConfigured(f"{name}={value!r} is neither host:port nor the path of a socket.")
    return value


def env_list(name: str, default: list[str]) -> list[str]:
    """The variable as a list, split at commas."""
    return [part.strip() for part in env_text(name).split(",") if part.strip()] or default


DATA_DIR = Path(env_text("DATA_DIR", str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
DEBUG = env_flag("DEBUG", False)
DEMO = env_flag("DEMO", False)
DATABASE_URL = env_address("DATABASE_URL", {"postgres", "postgresql", "sqlite"})
REDIS_URL = env_address("REDIS_URL", {"redis", "rediss", "unix"})
EMBEDDED = not DATABASE_URL or DATABASE_URL.startswith("sqlite")


def secret_key() -> str:
    """SECRET_KEY, or the one that the start-up wrote beside the embedded database."""
    key = env_text("SECRET_KEY")
    file = DATA_DIR / "secret_key"
    if not key and file.is_file():
        key = file.read_text().strip()
    if not key:
        raise ImproperlyConfigured("SECRET_KEY is not set. Set it to 50 random characters, or start with `python3 manage.py up`.")
    if len(key) < 32:
        raise ImproperlyConfigured("SECRET_KEY is too short. Use at least 32 random characters.")
    return key


SECRET_KEY = secret_key()
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS", [])  # those it replaced: links, sessions and credentials they signed go on holding
SITE_URL = env_address("SITE_URL", {"http", "https"}, f"http://127.0.0.1:{env_text('PORT', '8000')}").rstrip("/")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]", urlsplit(SITE_URL).hostname or "localhost"])
SECURE = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "wwc.apps.WwcConfig",
    "wwc.audit",
    "wwc.outbox",
    "wwc.accounts",
    "criteria",
    "assessments",
    "reviews",
    "wwc.insights",
    "wwc.opendata",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "django.forms",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "wwc.unchanged.UnchangedMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "wwc.http.RequestIdMiddleware",
    "wwc.http.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "wwc.way.WayMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "wwc.accounts.adapters.SecondFactorMiddleware",
    "wwc.acting.ActingMiddleware",
    "wwc.accounts.zone.ZoneMiddleware",
    "wwc.http.RefusalMiddleware",
]

ROOT_URLCONF = "wwc.urls"
WSGI_APPLICATION = "wwc.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wwc.http.chrome",
            ],
            "builtins": ["wwc.templatetags.display", "wwc.templatetags.drawing", "wwc.templatetags.once"],
        },
    }
]
FORM_RENDERER = "wwc.templatetags.fields.Controls"
CRISPY_TEMPLATE_PACK = "forms"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("forms",)


# Rows


def database() -> dict:
    """The database that DATABASE_URL names, SQLite in the data folder without one."""
    if EMBEDDED:
        path = urlsplit(DATABASE_URL).path[1:] if DATABASE_URL else str(DATA_DIR / "db.sqlite3")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path,
            "TEST": {"NAME": str(DATA_DIR / "test.sqlite3")},  # a file, so that the tests meet the same journal and locks
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728;"
                    "PRAGMA journal_size_limit=27103364; PRAGMA cache_size=2000;"
                    "PRAGMA recursive_triggers=ON;"  # or REPLACE would remove a row without asking its trigger
                ),
            },
        }
    parts = urlsplit(DATABASE_URL)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database()}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "wwc.rediscache.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "wwc"}}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": str(DATA_DIR / "cache")}}
# Public reads are throttled per process: a counter row per anonymous read would be a write per read.
CACHES["throttle"] = (
    CACHES["default"] if REDIS_URL else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "throttle"}
)


# Work: the outbox rows are the truth, Celery is the engine (see docs/architecture.md).

BROKER_DIR = DATA_DIR / "broker"
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    # Above the longest task and countdown, or a slow task is handed out twice; lost messages are looked for every 10 s.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "unacked_restore_interval": 10, "global_keyprefix": "wwc:"}
else:
    for folder in ("queue", "processed", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://localhost"  # a host that nothing asks for, without which kombu warns at each start
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.05,
        "store_processed": False,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "outbox.sweep", "schedule": 15.0},
    "announce": {"task": "reviews.announce_due", "schedule": 2.0, "options": {"expires": 10}},  # public within five seconds of its hour
    "remind": {"task": "assessments.remind", "schedule": timedelta(minutes=15)},
    "digests": {"task": "reviews.ask_digests", "schedule": timedelta(minutes=15)},
    "readings": {"task": "reviews.end_readings", "schedule": timedelta(minutes=1)},
    "previews": {"task": "assessments.ask_previews", "schedule": timedelta(minutes=15)},
    "lapse": {"task": "assessments.lapse_due", "schedule": timedelta(hours=1)},
    "validity": {"task": "reviews.tell_validity", "schedule": timedelta(hours=1)},
    "lapsed": {"task": "reviews.note_lapsed", "schedule": timedelta(minutes=5)},
    "exports": {"task": "reviews.remove_old_exports", "schedule": timedelta(hours=1)},
    "open_data": {"task": "opendata.ask", "schedule": timedelta(minutes=15)},
    "check_invariants": {"task": "wwc.check_invariants", "schedule": timedelta(days=1)},
    "seal_record": {"task": "wwc.seal_record", "schedule": timedelta(minutes=5)},
    "verify_record": {"task": "wwc.verify_record", "schedule": timedelta(days=1)},
}
WEBHOOKS_ON_LOOPBACK = env_flag("WEBHOOKS_ON_LOOPBACK", False)  # for tests: also call programs on this machine, without TLS
RECORD_ANCHORS = Path(env_text("RECORD_ANCHORS", str(DATA_DIR / "anchors")))  # outside the database that it speaks of
WORK_LEASE = timedelta(seconds=45)
WORK_PUT_OFF = timedelta(seconds=30)  # what waits for another service looks for it again so often
# Kinds of work that may run longer than CELERY_TASK_SOFT_TIME_LIMIT: until then they are asked to stop, a minute later they are
# stopped. Below the visibility timeout of the queue. A cycle of 1,310 cities leaves as a workbook in a few minutes.
WORK_LIMITS = {"write_export": timedelta(minutes=50)}
WORK_ATTEMPTS = 5
WAKE_AGAIN = timedelta(seconds=30)  # the queue is told again of work that nobody took, at most so often
ASK_DAYS = {"assessment": 14, "question": 3}  # how long after its date a city may still ask for more time
LAPSE_DAYS = 3  # this long after writing closed, what was not submitted is closed too
EXPORT_KEPT = timedelta(days=7)  # the file of an export; its row stays
LETTER_HOLD = timedelta(minutes=5)  # results wait this long after a release, while it can still be taken back


# People

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "wwc.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # sign-up is closed; an accepted invitation has proved the address
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody learns whether an address has access
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# The last two are public pages of ours that write a letter to an address that anybody can type.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key,30/5m/ip", "join": "3/d/key,20/h/ip", "claim": "3/d/key,20/h/ip"}
PASSWORD_RESET_TIMEOUT = 3600
INVITATION_LIFE = timedelta(days=7)
ACTING_LASTS = timedelta(minutes=60)  # the program sees the pages as a city does
CLAIM_PROOF = timedelta(days=3)  # in which who asks to become a lead proves their address
CLAIM_WAIT = timedelta(days=10)  # in which the leads of the city and staff may object
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a telephone whose clock is half a minute off still signs in
MFA_ADAPTER = "wwc.accounts.adapters.SecondFactorAdapter"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ("email", "name")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]


# Words

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("pt-br", "Português")]  # each by its own name
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
PROGRAM_ZONE = env_text("PROGRAM_ZONE", "America/New_York")  # in which staff plan dates, unless their own says otherwise
USE_TZ = True
USE_I18N = True

EMAIL_URL = env_address("EMAIL_URL", {"smtp", "smtps", "console", "file", "memory"}, "file://")
_mail = urlsplit(EMAIL_URL)
EMAIL_BACKEND = {
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
    "smtps": "django.core.mail.backends.smtp.EmailBackend",
    "console": "django.core.mail.backends.console.EmailBackend",
    "memory": "django.core.mail.backends.locmem.EmailBackend",
    "file": "django.core.mail.backends.filebased.EmailBackend",
}[_mail.scheme]
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or (465 if _mail.scheme == "smtps" else 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.scheme == "smtps", "starttls" in _mail.query
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env_text("MAIL_FROM", "What Works Cities Certification <certification@localhost>")
CONTACT_EMAIL = env_text("CONTACT_EMAIL", "certification@localhost")


# Files


def files_storage() -> dict[str, Any]:
    """Where files of people lie: the data folder, or the S3-compatible bucket that FILES_URL names."""
    address = env_text("FILES_URL")
    if not address:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}}
    parts, asked = urlsplit(address), dict(parse_qsl(urlsplit(address).query))
    endpoint = asked.get("endpoint", "")
    sound = parts.scheme == "s3" and parts.hostname and "@" not in parts.netloc and set(asked) <= {"endpoint", "region"}
    if not sound or (endpoint and (urlsplit(endpoint).scheme not in {"http", "https"} or not urlsplit(endpoint).hostname)):
        raise ImproperlyConfigured("FILES_URL is not like s3://bucket/prefix?endpoint=https://host&region=name; keys stand elsewhere.")
    if not (find_spec("storages") and find_spec("boto3")):
        raise ImproperlyConfigured("FILES_URL needs the packages of the extra s3: pip install --require-hashes -r requirements-s3.txt")
    # Other makes of storage than Amazon's know no checksums in trailers; the hash of every file is ours anyway.
    os.environ.setdefault("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
    os.environ.setdefault("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required")
    given = {
        "bucket_name": parts.netloc,
        "location": parts.path.strip("/"),
        "endpoint_url": endpoint or None,
        "region_name": asked.get("region"),
        "addressing_style": "path" if endpoint else "auto",
        "signature_version": "s3v4",
        "default_acl": None,
        "file_overwrite": False,
        "max_memory_size": 1024 * 1024,  # what is larger passes through a file on its way to the reader
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": given}


STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
FONTS_DIR = DATA_DIR / "fonts"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
FONTS_DIR.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static", ("fonts", FONTS_DIR)]
STORAGES: dict[str, dict[str, Any]] = {
    "default": files_storage(),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_MAX_AGE = 31536000
UPLOAD_MAX_BYTES = env_whole("UPLOAD_MAX_MB", 50, low=1, high=500) * 1_000_000
UPLOAD_MAX_FILES = env_whole("UPLOAD_MAX_FILES", 20, low=1, high=200)  # files proving one answer
FILE_UPLOAD_HANDLERS = [
    "wwc.uploads.StopAtLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FILES = 1000  # above it the whole request is refused; above UPLOAD_MAX_FILES each file is, by name
CLAMD_ADDRESS = env_socket("CLAMD_ADDRESS")  # with a scanner nobody opens a file before it was found clean
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640


# Doors

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_flag("BEHIND_PROXY", False) else None
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-src": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
}
CSRF_FAILURE_VIEW = "wwc.views.csrf_failed"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["wwc.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["wwc.api.rendering.Json"],
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "wwc.api.paging.Pages",
    "EXCEPTION_HANDLER": "wwc.api.problems.answer",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DEFAULT_THROTTLE_RATES": {"anonymous": "3000/hour", "token": "6000/hour"},
    "NUM_PROXIES": 1 if SECURE_PROXY_SSL_HEADER else 0,  # a header that any client can write names nobody
}
SPECTACULAR_SETTINGS = {
    "TITLE": "What Works Cities Certification",
    "DESCRIPTION": "What was announced, for programs to read. Open data under CC BY 4.0; places from GeoNames and the US Census Bureau.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "wwc.api.drawn.narrowable"],
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "DecisionKind": "wwc.api.serializers.DECISIONS",
        "CaseStatus": "wwc.api.serializers.STATUSES",
        "EditionStatus": "wwc.api.serializers.EDITIONS",
        "FigureKey": "wwc.api.serializers.FIGURES",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "wwc.http.JsonLogFormatter"}, "plain": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain" if EMBEDDED else "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"wwc": {"level": "INFO"}, "celery.worker": {"level": "WARNING"}},
}
# An address is unique without regard to case, by a constraint over Lower(email) that this check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
