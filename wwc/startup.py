"""Prepare the virtual environment, check the machine, start the processes and stop them again.

Standard library only: on a fresh machine nothing else is there when this runs. Whatever is missing is found before
anything starts, and told in one sentence with its remedy.
"""

import argparse
import ctypes
import fcntl
import hashlib
import http.client
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NoReturn
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
HOST = "127.0.0.1"

# What `up` and `test` install, and the stamps each leaves: the tests' lock holds all of the program's.
LOCKS = {"up": "requirements.txt", "test": "requirements-dev.txt"}
FROM_LOCK = ("--require-hashes", "--only-binary", ":all:", "-r")
STAMPS = {"up": ("up",), "test": ("test", "up")}

# What WeasyPrint loads when it is imported, and the Debian package of each.
PANGO = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")

WAIT_FOR_SITE = 90.0  # seconds until the site has to answer
WAIT_FOR_STOP = 12.0  # seconds that a process gets to finish what it has in hand
RESTARTS = 2  # times that a dead worker is started again
SOUND_AFTER = 600.0  # seconds after which an earlier death no longer counts

YES = {"1", "true", "yes", "on"}


class CannotStart(Exception):
    """One sentence that says what is in the way and what to do about it; nothing was started."""


# The two commands


def up(arguments: Sequence[str]) -> int:
    """Start the program: everything is checked and prepared first, then web and worker run until one ends for good."""
    environ = dict(os.environ)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        options = _options(arguments, environ)
        port = port_number(options.port)
        check_port(port)
        check_services(environ)
        check_system(system_needs(environ), environ)
        data = data_folder(environ)
        with only_one(data):
            prepare_venv("up", environ)
            write_secret(data, environ)
            demo = demo_is_on(environ)
            environ = children_environment(environ, port=port, data=data, demo=demo)
            prepare_program(environ, demo=demo and not options.bare)
            check_port(port)
            return run(port, environ, demo=demo and not options.bare)
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped before anything was started.", file=sys.stderr)
        return 130


def test(arguments: Sequence[str]) -> int:
    """Run the tests, with pytest's own arguments, after the same preparation with the development tools."""
    environ = dict(os.environ)
    try:
        check_services(environ)
        check_system([*system_needs(environ), *chromium_needs(environ)], environ)
        data = data_folder(environ)
        prepare_venv("test", environ)
        write_secret(data, environ)
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    environ["CHROMIUM"] = chromium(environ) or ""
    environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each process would compile the program and all tests anew
    return _become_pytest(arguments, environ)


def enter_venv(arguments: Sequence[str]) -> None:
    """Run this same command again inside `.venv` where there is one, so that nobody has to activate anything."""
    if PYTHON.exists() and Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(PYTHON, [str(PYTHON), *arguments])


def _options(arguments: Sequence[str], environ: Mapping[str, str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manage.py up", description="Start the program and a worker on this machine.")
    parser.add_argument("--bare", action="store_true", help="leave an empty database without the demo: no people, no cases")
    parser.add_argument("--port", default=environ.get("PORT") or "8000", help="the port on 127.0.0.1 (PORT, 8000 by default)")
    return parser.parse_args(arguments)


def _become_pytest(arguments: Sequence[str], environ: Mapping[str, str]) -> NoReturn:
    os.chdir(ROOT)
    os.execve(PYTHON, [str(PYTHON), "-m", "pytest", *pytest_arguments(arguments)], environ)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


# What the environment says


def port_number(text: str) -> int:
    """The port as a number that a person may bind."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise CannotStart(f"{text!r} is not a port: use a whole number from 1 to 65535, for example `python3 manage.py up --port 8001`.")
    return int(text)


def is_embedded(environ: Mapping[str, str]) -> bool:
    """Whether rows live in SQLite in the data folder rather than in a database server."""
    return not environ.get("DATABASE_URL") or environ["DATABASE_URL"].startswith("sqlite")


def demo_is_on(environ: Mapping[str, str]) -> bool:
    """Whether demo log-ins may be used: by default on the embedded database at a plain address, elsewhere only if DEMO says so."""
    said = environ.get("DEMO", "").strip().lower()
    if said:
        return said in YES
    plain = is_embedded(environ) and not environ.get("SITE_URL", "").startswith("https://")
    return plain or environ.get("DEBUG", "").strip().lower() in YES


def children_environment(environ: Mapping[str, str], *, port: int, data: Path, demo: bool) -> dict[str, str]:
    """What web, worker and the preparing command are told."""
    told = dict(environ)
    # Without compiled modules every process would compile WeasyPrint and Django anew, for seconds.
    told.pop("PYTHONDONTWRITEBYTECODE", None)
    told |= {"PORT": str(port), "DATA_DIR": str(data), "DEMO": "1" if demo else "0", "PYTHONUNBUFFERED": "1"}
    return told


def pytest_arguments(arguments: Sequence[str]) -> list[str]:
    """The person's arguments, on two processes unless they say how many or want to look inside."""
    said = ("-n", "--numprocesses", "--pdb", "--trace", "no:xdist", "-pno:xdist")
    return [*arguments] if any(argument.startswith(said) for argument in arguments) else ["-n", "2", *arguments]


def data_folder(environ: Mapping[str, str]) -> Path:
    """The folder for database, files and secrets; made if it is not there."""
    data = Path(environ.get("DATA_DIR") or ROOT / "var").resolve()
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(f"The data folder {data} cannot be made ({error.strerror}): set DATA_DIR to one that you may write.") from error
    if not os.access(data, os.W_OK | os.X_OK):
        raise CannotStart(f"The data folder {data} cannot be written: set DATA_DIR to one that you may write.")
    return data


def write_secret(data: Path, environ: Mapping[str, str]) -> None:
    """A secret key of this installation's own, readable by its owner alone, unless SECRET_KEY holds one."""
    file = data / "secret_key"
    if environ.get("SECRET_KEY") or file.exists():
        return
    part = data / f"secret_key.{os.getpid()}"
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(secrets.token_urlsafe(50))
    try:
        os.link(part, file)  # whoever comes second keeps the first one's key
    except FileExistsError:
        pass
    finally:
        part.unlink()


# What has to be free


def check_port(port: int) -> None:
    """Refuse a port that somebody else listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise CannotStart(f"Port {port} is kept for root: choose one from 1024 up with `python3 manage.py up --port 8000`.") from error
        except OSError as error:
            other = port + 1 if port < 65535 else 8000
            raise CannotStart(
                f"Port {port} is in use: stop what listens there, or choose another one with `python3 manage.py up --port {other}`."
            ) from error


def check_services(environ: Mapping[str, str]) -> None:
    """Refuse a database or Redis that is named and does not answer."""
    for variable, default_port in (("DATABASE_URL", 5432), ("REDIS_URL", 6379)):
        address = urlsplit(environ.get(variable, ""))
        if not address.hostname or address.scheme.startswith("sqlite"):
            continue
        try:
            socket.create_connection((address.hostname, address.port or default_port), timeout=5).close()
        except OSError as error:
            where = f"{address.hostname}:{address.port or default_port}"
            raise CannotStart(f"Nothing answers at {where}, which {variable} names: start it there, or correct {variable}.") from error


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the data folder: a second start in it would bring a second schedule."""
    with open(data / "up.lock", "a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            running = handle.read().strip() or "unknown"
            raise CannotStart(
                f"The program already runs in {data} (process {running}): stop it first, or set DATA_DIR to another folder."
            ) from error
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


# What the machine has to have


@dataclass(frozen=True)
class Need:
    """Something of the system that is missing: what for, and the Debian package that brings it."""

    purpose: str
    package: str


def system_needs(environ: Mapping[str, str]) -> list[Need]:
    """What of the system is missing for running the program."""
    needs = []
    if not venv_is_sound() and not has_uv(environ) and importlib.util.find_spec("ensurepip") is None:
        needs.append(Need("making .venv", "python3-venv"))
    if sys.platform == "linux":
        needs += [Need("drawing PDFs", package) for library, package in PANGO.items() if not loads(library)]
    return needs


def chromium_needs(environ: Mapping[str, str]) -> list[Need]:
    """What of the system is missing for the tests in a browser."""
    return [] if chromium(environ) else [Need("the tests in a browser", "chromium")]


def chromium(environ: Mapping[str, str]) -> str | None:
    """Where Chromium is: as CHROMIUM says, else as it is called on Debian and its kin."""
    if environ.get("CHROMIUM"):
        return shutil.which(environ["CHROMIUM"])
    path = environ.get("PATH", os.defpath)
    return next((found for name in CHROMIUM_NAMES if (found := shutil.which(name, path=path))), None)


def loads(library: str) -> bool:
    """Whether the dynamic linker finds the library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def may_install(environ: Mapping[str, str], *, user: int, apt: str | None) -> bool:
    """Whether missing packages may be installed: by root, with apt, and unless NO_APT says no."""
    return user == 0 and apt is not None and environ.get("NO_APT", "").strip().lower() not in YES


def missing_sentence(needs: Sequence[Need], *, apt: str | None) -> str:
    """What is missing and how to get it, in one sentence."""
    purposes = " and ".join(dict.fromkeys(need.purpose for need in needs))
    packages = " ".join(dict.fromkeys(need.package for need in needs))
    remedy = f"run `sudo apt-get install -y {packages}`" if apt else f"install what Debian calls {packages}"
    return f"This machine lacks packages for {purposes}: {remedy}, then run this command again."


def check_system(needs: Sequence[Need], environ: Mapping[str, str]) -> None:
    """Install what is missing where that is allowed, else refuse with the names of the packages."""
    if not needs:
        return
    apt = shutil.which("apt-get", path=environ.get("PATH", os.defpath))
    if not may_install(environ, user=os.geteuid(), apt=apt):
        raise CannotStart(missing_sentence(needs, apt=apt))
    packages = list(dict.fromkeys(need.package for need in needs))
    say(f"Installing with apt, because this machine lacks them: {', '.join(packages)}")
    quiet = {**environ, "DEBIAN_FRONTEND": "noninteractive"}
    wait = ["-o", "DPkg::Lock::Timeout=120"]
    subprocess.run([str(apt), "update", "-qq", *wait], env=quiet, capture_output=True)  # an old list may still do
    done = subprocess.run(
        [str(apt), "install", "-y", "-qq", "--no-install-recommends", *wait, *packages], env=quiet, text=True, capture_output=True
    )
    if done.returncode:
        print((done.stdout + done.stderr)[-2000:], file=sys.stderr)
        raise CannotStart(f"apt could not install {', '.join(packages)}: mend what it says above, then run this command again.")


# The virtual environment


def has_uv(environ: Mapping[str, str]) -> bool:
    """Whether uv is there and works; a name on the path may be a shim without a program behind it."""
    path = shutil.which("uv", path=environ.get("PATH", os.defpath))
    return bool(path) and _succeeds([str(path), "--version"], environ)


def venv_is_sound() -> bool:
    """Whether `.venv` has a Python of our versions and that Python's own packages folder."""
    if not PYTHON.exists():
        return False
    asked = subprocess.run([PYTHON, "-I", "-S", "-c", "import sys; print(*sys.version_info[:2])"], text=True, capture_output=True)
    if asked.returncode:
        return False
    major, minor = asked.stdout.split()
    return (int(major), int(minor)) >= (3, 11) and (VENV / "lib" / f"python{major}.{minor}" / "site-packages").is_dir()


def stamp(lock: bytes) -> str:
    """What `.venv` is marked with after the lock was installed into it."""
    return hashlib.sha256(lock).hexdigest()


def is_prepared(command: str, venv: Path, root: Path) -> bool:
    """Whether `.venv` holds what the command's lock names, by the stamp left there."""
    mark = venv / f".prepared-for-{command}"
    return mark.is_file() and mark.read_text() == stamp((root / LOCKS[command]).read_bytes())


def prepare_venv(command: str, environ: Mapping[str, str]) -> None:
    """Install the command's lock into `.venv`, unless it is there already."""
    lock = ROOT / LOCKS[command]
    with open(lock, "rb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)  # two commands started at once prepare one after the other
        if is_prepared(command, VENV, ROOT) and venv_is_sound():
            return
        say("Preparing .venv; the next start skips this.")
        if not (has_uv(environ) and _install_with_uv(lock, environ)):
            _install_with_pip(lock, environ)
        check_pango()
        for stamped in STAMPS[command]:
            (VENV / f".prepared-for-{stamped}").write_text(stamp((ROOT / LOCKS[stamped]).read_bytes()))


def _install_with_uv(lock: Path, environ: Mapping[str, str]) -> bool:
    if not venv_is_sound() and not _succeeds(["uv", "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)], environ):
        return False
    install = ["uv", "pip", "install", "--quiet", "--compile-bytecode", *FROM_LOCK, str(lock), "--python", str(PYTHON)]
    if _succeeds(install, environ):
        return True
    say("uv could not install the packages; trying pip.")
    return False


def _install_with_pip(lock: Path, environ: Mapping[str, str]) -> None:
    if not venv_is_sound() or not _succeeds([str(PYTHON), "-m", "pip", "--version"], environ):
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], env=environ, text=True, capture_output=True)
        if made.returncode:
            print((made.stdout + made.stderr)[-2000:], file=sys.stderr)
            raise CannotStart(f"Python could not make {VENV}: mend what it says above, then run this command again.")
    install: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", *FROM_LOCK, lock]
    if subprocess.run(install, env=environ).returncode:
        raise CannotStart("pip could not install the packages: check the connection to the package index, then run this command again.")


def check_pango() -> None:
    """Refuse to start where WeasyPrint cannot be imported; asked of a process of its own, because it loads half a desktop."""
    tried = subprocess.run([PYTHON, "-I", "-c", "import weasyprint"], text=True, capture_output=True)
    if tried.returncode:
        print(tried.stderr[-600:], file=sys.stderr)
        raise CannotStart(
            "The library Pango, which draws PDFs, does not load: install Pango 1.44 or newer "
            f"(on Debian {' '.join(PANGO.values())}; on macOS `brew install pango`), then run this command again."
        )


def _succeeds(command: Sequence[str], environ: Mapping[str, str]) -> bool:
    try:
        return subprocess.run(command, env=environ, capture_output=True, cwd=ROOT).returncode == 0
    except OSError:
        return False


# Running


def prepare_program(environ: Mapping[str, str], *, demo: bool) -> None:
    """Bring tables, fixtures and static files up to date; if wanted seed the demo into an empty database and print its log-ins."""
    command: list[str | Path] = [PYTHON, ROOT / "manage.py", "prepare", *(["--demo"] if demo else [])]
    if subprocess.run(command, env=environ, cwd=ROOT).returncode:
        raise CannotStart("The program could not be prepared: mend what the lines above say, then run this command again.")


def web_command(port: int) -> list[str]:
    """The web server: the program loaded once, then two processes of four threads, each replaced now and then."""
    command = [str(PYTHON), "-m", "gunicorn", "wwc.wsgi:application", "--bind", f"{HOST}:{port}", "--worker-class", "gthread"]
    command += ["--workers", "2", "--threads", "4", "--max-requests", "2000", "--max-requests-jitter", "200"]
    command += ["--preload", "--graceful-timeout", "10", "--log-level", "warning", "--no-control-socket"]
    return command + (["--worker-tmp-dir", "/dev/shm"] if shared_memory_works() else [])  # noqa: S108  Linux's memory file system


def worker_command(environ: Mapping[str, str]) -> list[str]:
    """The worker, with the schedule inside where the broker is embedded; on threads where processes cannot share memory."""
    command = [str(PYTHON), "-W", "ignore:You're running the worker with superuser", "-m", "celery", "-q", "-A", "wwc", "worker"]
    command += ["--concurrency", "2", "--loglevel", "warning", "--without-gossip", "--without-mingle"]
    command += [] if shared_memory_works() else ["--pool", "threads"]
    return command + ([] if environ.get("REDIS_URL") else ["--beat"])


def beat_command() -> list[str]:
    """The schedule in a process of its own."""
    return [str(PYTHON), "-m", "celery", "-q", "-A", "wwc", "beat", "--loglevel", "warning"]


def shared_memory_works(folder: Path = Path("/dev/shm")) -> bool:  # noqa: S108
    """Whether processes can share locks here; containers sometimes forbid it. Elsewhere than on Linux they can."""
    return sys.platform != "linux" or os.access(folder, os.W_OK | os.X_OK)


def run(port: int, environ: Mapping[str, str], *, demo: bool) -> int:
    """Start web and worker, say where the site is once it answers, and keep them until one ends for good."""
    parts = [Part("web", web_command(port)), Part("work", worker_command(environ), restarts=RESTARTS)]
    if environ.get("REDIS_URL"):
        parts.append(Part("beat", beat_command(), restarts=RESTARTS))
    house = House(parts, environ)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, house.ask_to_stop)
    address = environ.get("SITE_URL") or f"http://{HOST}:{port}"
    host = urlsplit(address).netloc

    def welcome() -> None:
        if not demo:
            if not demo_is_on(environ):
                say("Demo log-ins are refused here; DEMO=1 allows them.")
            say("`python3 manage.py add_director EMAIL`, run twice, adds the first two people.")
        say(f"\nReady: {address}\nCtrl-C stops it.")

    return house.keep(answers=lambda: site_answers(port, host), welcome=welcome)


def site_answers(port: int, host: str) -> str:
    """Empty when the health page says that all is well, else what stands in the way."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
        answer = connection.getresponse()
        body = answer.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return str(error)
    finally:
        connection.close()
    return "" if answer.status < 400 else f"{answer.status} {body}"


@dataclass
class Part:
    """One process of the program, and how often it may be started again."""

    name: str
    command: list[str]
    restarts: int = 0
    deaths: int = 0
    started: float = 0.0
    process: subprocess.Popen[str] | None = None
    reader: threading.Thread | None = None


@dataclass
class House:
    """The processes that belong together: all run, or none."""

    parts: list[Part]
    environ: Mapping[str, str]
    out: IO[str] = field(default_factory=lambda: sys.stdout)
    asked: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    writing: threading.Lock = field(default_factory=threading.Lock)

    def ask_to_stop(self, *_: object) -> None:
        """What a signal does; the second one stops waiting."""
        self.asked += 1
        self.stop.set()

    def keep(self, *, answers: Callable[[], str], welcome: Callable[[], None]) -> int:
        """Run all parts until a person stops them (0) or one ends for good (1)."""
        try:
            for part in self.parts:
                self.start(part)
            deadline = time.monotonic() + WAIT_FOR_SITE
            next_look, pause = 0.0, 0.2
            while not self.stop.wait(0.2):
                if not all(self.lives(part) for part in self.parts):
                    return 1
                now = time.monotonic()
                if now < next_look:
                    continue
                trouble = answers()
                if not trouble:
                    next_look = float("inf")
                    welcome()
                elif now > deadline:
                    self.write("up", f"The site did not answer within {WAIT_FOR_SITE:.0f} seconds ({trouble}); stopping.")
                    return 1
                else:  # a site that answers with a fault says so in its log each time it is asked
                    next_look, pause = now + pause, min(2.0, pause * 1.3)
            return 0
        finally:
            self.end()

    def start(self, part: Part) -> None:
        """Start the part in a process group of its own, its lines marked with its name."""
        part.process = subprocess.Popen(
            part.command, cwd=ROOT, env=self.environ, text=True, errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=tied_to_parent(),
        )  # fmt: skip
        part.started = time.monotonic()
        part.reader = threading.Thread(target=self.copy, args=(part.name, part.process.stdout), daemon=True)
        part.reader.start()

    def lives(self, part: Part) -> bool:
        """Whether the part runs, after starting it again if it died and still may be."""
        ended = part.process.poll() if part.process else None
        if ended is None:
            return True
        how = f"by signal {-ended}" if ended < 0 else f"with {ended}"
        kill_group(part)
        part.deaths = 1 if time.monotonic() - part.started > SOUND_AFTER else part.deaths + 1
        if part.deaths > part.restarts:
            self.write("up", f"{part.name} ended {how}; stopping everything.")
            return False
        self.write("up", f"{part.name} ended {how}; starting it again ({part.deaths} of {part.restarts}).")
        self.start(part)
        return True

    def end(self) -> None:
        """Let every part finish what it has in hand, then make sure that nothing of it is left."""
        for part in self.parts:
            if part.process and part.process.poll() is None:
                part.process.terminate()
        deadline = time.monotonic() + WAIT_FOR_STOP
        while any(part.process and part.process.poll() is None for part in self.parts):
            if time.monotonic() > deadline or self.asked > 1:
                break
            time.sleep(0.05)
        for part in self.parts:
            kill_group(part)
            if part.reader:
                part.reader.join(timeout=1)

    def copy(self, name: str, lines: IO[str]) -> None:
        """Write each line of a part with its name before it."""
        with lines:
            for line in lines:
                self.write(name, line.rstrip("\n"))

    def write(self, name: str, line: str) -> None:
        """One whole line, whoever else is writing; nobody listening any more is a reason to stop."""
        with self.writing:
            try:
                print(f"{name:4} | {line}", file=self.out, flush=True)
            except (BrokenPipeError, ValueError):
                self.stop.set()


def kill_group(part: Part) -> None:
    """End whatever is left of the part's process group."""
    if part.process is None:
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(part.process.pid, signal.SIGKILL)
    part.process.wait()


def tied_to_parent() -> Callable[[], None] | None:
    """On Linux: have the kernel end the child when this process dies in a way that lets it clean up nothing."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)

    def tie() -> None:
        library.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG

    return tie


def say(line: str) -> None:
    """A line for the person at the terminal."""
    print(line, flush=True)
