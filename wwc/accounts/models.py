"""People: who signs in by email, and the tokens that act as them."""

from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from wwc.constraints import both_or_neither

# Where somebody who was erased belonged, as they are called from then on. `city` has the city's name behind a colon.
FORMER = {
    "program": _("A former member of the program"),
    "panel": _("A former member of the review team"),
    "city": _("A former member of %(place)s"),
    "somewhere": _("A former member"),
}


def called(name: str, email: str, formerly: str) -> str:
    """How a person is shown: by name, else by address; once erased by where they belonged, in the reader's language."""
    if not formerly:
        return name or email
    part, _colon, place = formerly.partition(":")
    return str(FORMER[part]) % {"place": place}


class People(BaseUserManager["User"]):
    """Looks people up by address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The person with this address."""
        return self.get(email__iexact=username)

    @transaction.atomic
    def create_user(self, email: str, password: str | None = None, *, hashed: str = "", **fields: object) -> "User":
        """A person with a normalized address; without a password nobody can sign in as them until one is set.

        Nobody signs up: a letter has proved the address or is the only way in, so it counts as confirmed. The library's own
        row of it says so from the start, or it would make one at sign-in that keeps people from a second step.
        `hashed` is a password that is hashed already.
        """
        person = self.model(email=self.normalize_email(email).strip().lower(), **fields)
        person.set_password(password)
        person.password = hashed or person.password
        person.save(using=self._db)
        addresses = apps.get_model("account", "EmailAddress").objects.using(self._db)
        addresses.create(user=person, email=person.email, verified=True, primary=True)
        return person


class User(AbstractBaseUser):
    """A person. Roles in a city are memberships, parts in a cycle are panel members; only two flags live here."""

    email = models.EmailField(_("email"), max_length=254)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    timezone = models.CharField(_("time zone"), max_length=64, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(_("program staff"), default=False)
    is_director = models.BooleanField(_("program director"), default=False)
    second_factor = models.BooleanField(default=False, help_text=_("Asked of them since they joined a panel."))
    is_invented = models.BooleanField(default=False, help_text=_("Made for a demonstration; refused in production."))
    joined_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True)
    formerly = models.CharField(max_length=200, blank=True, help_text=_("Where a person belonged who was erased; a key of FORMER."))

    objects = People()

    stands_in_for: Any = None  # the city, for somebody of the program who sees the pages as it does; such a person is never stored

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(
                condition=models.Q(erased_at=None, formerly="")
                | models.Q(erased_at__isnull=False, name="", is_active=False, is_staff=False, is_director=False) & ~models.Q(formerly=""),
                name="user_erased_whole",
            ),
        ]

    def __str__(self) -> str:
        return called(self.name, self.email, self.formerly)

    def get_full_name(self) -> str:
        """The name, for allauth's pages."""
        return str(self)

    @property
    def of_programme(self) -> bool:
        """Whether the person works for the program itself."""
        return self.is_active and (self.is_staff or self.is_director)

    @property
    def zone(self) -> str:
        """In which dates are shown to the person and read from them: their own zone, else the program's."""
        return self.timezone or settings.PROGRAM_ZONE


class ApiToken(models.Model):
    """A token that acts as its person, within its scopes. Only its hash is kept."""

    class Scope(models.TextChoices):
        """What a token may read; never more than its person may."""

        DRAFT = "draft", _("the draft score of my city")
        EVIDENCE = "evidence", _("which evidence my city has, without the files")
        QUESTIONS = "questions", _("questions to my city and what it replied")
        RESULT = "result", _("the result of my city, once I may read it")
        CYCLE = "cycle", _("assessments, scores and awards of a cycle, for people of the program")

    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    label = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [both_or_neither("revoked_at", "revoked_by", name="token_revoked_pair")]

    def __str__(self) -> str:
        return f"{self.label} ({self.prefix})"
