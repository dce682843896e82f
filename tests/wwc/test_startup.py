"""The two commands find what is in the way before anything starts, and leave nothing running behind them."""

import io
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from wwc import startup


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server((startup.HOST, 0)) as server:
        yield server.getsockname()[1]


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.create_server((startup.HOST, 0)) as server:
        return server.getsockname()[1]


# What is in the way


def test_a_port_in_use_is_refused_with_another_to_choose(taken: int) -> None:
    with pytest.raises(startup.CannotStart, match=rf"Port {taken} is in use: .* --port {taken + 1}`"):
        startup.check_port(taken)


def test_a_free_port_is_accepted() -> None:
    startup.check_port(free_port())


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "80.0", "", "٨٠٠٠"])
def test_nonsense_is_no_port(text: str) -> None:
    with pytest.raises(startup.CannotStart, match="is not a port"):
        startup.port_number(text)


def test_up_says_one_sentence_and_starts_nothing_where_the_port_is_in_use(taken: int, tmp_path: Path) -> None:
    environ = {**os.environ, "DATA_DIR": str(tmp_path / "data")}
    done = subprocess.run(
        [sys.executable, startup.ROOT / "manage.py", "up", "--port", str(taken)], env=environ, text=True, capture_output=True, timeout=30
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        f"Port {taken} is in use: stop what listens there, or choose another one with `python3 manage.py up --port {taken + 1}`."
    ]
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("variable", "address"), [("DATABASE_URL", "postgres://someone@127.0.0.1:{}/wwc"), ("REDIS_URL", "redis://127.0.0.1:{}/0")]
)
def test_a_service_that_does_not_answer_is_named(variable: str, address: str) -> None:
    port = free_port()
    with pytest.raises(startup.CannotStart, match=rf"Nothing answers at 127.0.0.1:{port}, which {variable} names"):
        startup.check_services({variable: address.format(port)})


def test_a_service_that_answers_and_an_embedded_database_are_accepted(taken: int) -> None:
    startup.check_services({"REDIS_URL": f"redis://127.0.0.1:{taken}/0", "DATABASE_URL": "sqlite:///somewhere.sqlite3"})


def test_a_second_start_in_the_same_data_folder_is_refused(tmp_path: Path) -> None:
    refused = pytest.raises(startup.CannotStart, match=rf"already runs in .* \(process {os.getpid()}\)")
    with startup.only_one(tmp_path), refused, startup.only_one(tmp_path):
        pass
    with startup.only_one(tmp_path):
        pass


# What the machine lacks


def test_missing_libraries_are_told_by_the_package_that_brings_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "venv_is_sound", lambda: True)
    monkeypatch.setattr(startup, "loads", lambda library: library == "libpango-1.0.so.0")
    needs = startup.system_needs({"PATH": ""})
    assert [need.package for need in needs] == ["libpangoft2-1.0-0", "libharfbuzz-subset0"]
    assert {need.purpose for need in needs} == {"drawing PDFs"}


def test_a_python_that_cannot_make_environments_needs_a_package_unless_uv_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "venv_is_sound", lambda: False)
    monkeypatch.setattr(startup, "loads", lambda library: True)
    monkeypatch.setattr(startup.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(startup, "has_uv", lambda environ: False)
    assert [need.package for need in startup.system_needs({})] == ["python3-venv"]
    monkeypatch.setattr(startup, "has_uv", lambda environ: True)
    assert startup.system_needs({}) == []


def test_a_name_on_the_path_without_a_program_behind_it_is_not_uv(tmp_path: Path) -> None:
    shim = tmp_path / "uv"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    assert not startup.has_uv({"PATH": str(tmp_path)})
    shim.write_text("#!/bin/sh\nexit 0\n")
    assert startup.has_uv({"PATH": str(tmp_path)})


def test_chromium_is_found_by_its_variable_or_by_name(tmp_path: Path) -> None:
    assert startup.chromium({"PATH": str(tmp_path)}) is None
    assert [need.package for need in startup.chromium_needs({"PATH": str(tmp_path)})] == ["chromium"]
    for name in ("chromium-browser", "mine"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    assert startup.chromium({"PATH": str(tmp_path)}) == str(tmp_path / "chromium-browser")
    assert startup.chromium({"PATH": str(tmp_path), "CHROMIUM": str(tmp_path / "mine")}) == str(tmp_path / "mine")


@pytest.mark.parametrize(
    ("environ", "user", "apt", "allowed"),
    [
        ({}, 0, "/usr/bin/apt-get", True),
        ({"NO_APT": "0"}, 0, "/usr/bin/apt-get", True),
        ({"NO_APT": "1"}, 0, "/usr/bin/apt-get", False),
        ({}, 1000, "/usr/bin/apt-get", False),
        ({}, 0, None, False),
    ],
)
def test_only_root_installs_and_only_where_it_is_wanted(environ: dict[str, str], user: int, apt: str | None, allowed: bool) -> None:
    assert startup.may_install(environ, user=user, apt=apt) is allowed


def test_what_is_missing_is_one_sentence_with_its_remedy() -> None:
    needs = [startup.Need("making .venv", "python3-venv"), startup.Need("drawing PDFs", "a"), startup.Need("drawing PDFs", "b")]
    assert startup.missing_sentence(needs, apt="/usr/bin/apt-get") == (
        "This machine lacks packages for making .venv and drawing PDFs: run `sudo apt-get install -y python3-venv a b`, "
        "then run this command again."
    )
    assert "install what Debian calls python3-venv a b," in startup.missing_sentence(needs, apt=None)


def fake_apt(folder: Path, status: int) -> dict[str, str]:
    """An apt-get that notes what it is asked and ends with the status."""
    apt = folder / "apt-get"
    apt.write_text(
        f'#!/bin/sh\necho "$DEBIAN_FRONTEND $*" >> {folder}/asked\n[ "$1" = update ] && exit 100\necho no such package >&2\nexit {status}\n'
    )
    apt.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


def test_root_installs_what_is_missing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    startup.check_system([startup.Need("drawing PDFs", "libpango-1.0-0")], fake_apt(tmp_path, 0))
    assert "apt, because this machine lacks them: libpango-1.0-0" in capfd.readouterr().out
    update, install = (tmp_path / "asked").read_text().splitlines()
    assert update.startswith("noninteractive update")
    assert install.startswith("noninteractive install -y")
    assert install.endswith(" libpango-1.0-0")


def test_an_installation_that_fails_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(startup.CannotStart, match=r"apt could not install libpango-1.0-0"):
        startup.check_system([startup.Need("drawing PDFs", "libpango-1.0-0")], fake_apt(tmp_path, 1))
    assert "no such package" in capfd.readouterr().err


def test_nobody_else_installs_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(startup.CannotStart, match="lacks packages for drawing PDFs"):
        startup.check_system([startup.Need("drawing PDFs", "libpango-1.0-0")], fake_apt(tmp_path, 0))
    assert not (tmp_path / "asked").exists()


# What is prepared once


def test_the_stamp_follows_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / startup.LOCKS["up"]
    lock.write_text("one==1\n")
    assert not startup.is_prepared("up", tmp_path, tmp_path)
    (tmp_path / ".prepared-for-up").write_text(startup.stamp(lock.read_bytes()))
    assert startup.is_prepared("up", tmp_path, tmp_path)
    lock.write_text("one==2\n")
    assert not startup.is_prepared("up", tmp_path, tmp_path)


def test_the_lock_of_the_tests_holds_all_of_the_program() -> None:
    program, tests = ((startup.ROOT / startup.LOCKS[command]).read_text().splitlines() for command in ("up", "test"))
    pins = {line for line in program if "==" in line}
    assert pins
    assert pins <= set(tests)


def test_every_pin_has_a_hash_and_no_lock_names_a_place() -> None:
    for lock in startup.LOCKS.values():
        text = (startup.ROOT / lock).read_text()
        entries = [entry for entry in text.split("\n") if entry and not entry.startswith(("    --hash=sha256:", "#"))]
        assert all("==" in entry and entry.endswith("\\") for entry in entries)
        assert "/" not in text.replace("\\", "")


def test_the_lock_keeps_the_extras_that_are_asked_for() -> None:
    """Older versions of pip look past a pin without its extra, and refuse what they find there for want of a hash."""
    program = (startup.ROOT / "pyproject.toml").read_text().split("[project.optional-dependencies]")[0]
    wanted = re.findall(r'"([a-z0-9-]+\[[a-z0-9,]+\])', program)
    assert "celery[redis]" in wanted
    for lock in startup.LOCKS.values():
        pinned = {line.split("==")[0] for line in (startup.ROOT / lock).read_text().splitlines() if "==" in line}
        assert set(wanted) <= pinned, lock
    assert "coverage[toml]" in pinned, "pytest-cov asks for it"


def test_the_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    startup.write_secret(tmp_path, {})
    file = tmp_path / "secret_key"
    first = file.read_text()
    assert len(first) >= 50
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    startup.write_secret(tmp_path, {})
    assert file.read_text() == first
    assert [found.name for found in tmp_path.iterdir()] == ["secret_key"]


def test_no_secret_is_made_where_one_is_set(tmp_path: Path) -> None:
    startup.write_secret(tmp_path, {"SECRET_KEY": "x" * 50})
    assert list(tmp_path.iterdir()) == []


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(startup.CannotStart, match="set DATA_DIR to one that you may write"):
        startup.data_folder({"DATA_DIR": str(tmp_path / "file" / "data")})


# What the processes are told


@pytest.mark.parametrize(
    ("environ", "on"),
    [
        ({}, True),
        ({"DATABASE_URL": "sqlite:////data/db.sqlite3"}, True),
        ({"DATABASE_URL": "postgres://wwc@db/wwc"}, False),
        ({"DATABASE_URL": "postgres://wwc@db/wwc", "DEBUG": "1"}, True),
        ({"DATABASE_URL": "postgres://wwc@db/wwc", "DEMO": "1"}, True),
        ({"SITE_URL": "https://certification.example.org"}, False),
        ({"SITE_URL": "https://certification.example.org", "DEMO": "1"}, True),
        ({"DEMO": "0"}, False),
    ],
)
def test_demo_log_ins_need_a_word_wherever_it_looks_like_production(environ: dict[str, str], on: bool) -> None:
    assert startup.demo_is_on(environ) is on


def test_the_processes_are_told_port_folder_and_demo(tmp_path: Path) -> None:
    told = startup.children_environment({"PYTHONDONTWRITEBYTECODE": "1", "HOME": "/h"}, port=8001, data=tmp_path, demo=False)
    assert told == {"HOME": "/h", "PORT": "8001", "DATA_DIR": str(tmp_path), "DEMO": "0", "PYTHONUNBUFFERED": "1"}


def test_the_tests_are_compiled_once_for_all_their_processes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("check_services", "check_system", "prepare_venv", "chromium", "system_needs", "chromium_needs"):
        monkeypatch.setattr(startup, name, lambda *given: [])
    monkeypatch.setattr(startup, "_become_pytest", lambda arguments, environ: environ)
    for name, value in {"PYTHONDONTWRITEBYTECODE": "1", "DATA_DIR": str(tmp_path), "SECRET_KEY": "k"}.items():
        monkeypatch.setenv(name, value)
    told = startup.test([])
    assert told["DATA_DIR"] == str(tmp_path)
    assert "PYTHONDONTWRITEBYTECODE" not in told


def test_the_schedule_is_inside_the_worker_only_with_the_embedded_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "shared_memory_works", lambda: True)
    assert "--beat" in startup.worker_command({})
    assert "--beat" not in startup.worker_command({"REDIS_URL": "redis://127.0.0.1/0"})
    assert "--pool" not in startup.worker_command({})
    monkeypatch.setattr(startup, "shared_memory_works", lambda: False)
    assert startup.worker_command({})[-3:] == ["--pool", "threads", "--beat"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps shared memory in a folder")
def test_shared_memory_needs_its_folder(tmp_path: Path) -> None:
    assert startup.shared_memory_works(tmp_path)
    assert not startup.shared_memory_works(tmp_path / "missing")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], ["-n", "2"]),
        (["-k", "score"], ["-n", "2", "-k", "score"]),
        (["-n", "4"], ["-n", "4"]),
        (["-n4"], ["-n4"]),
        (["--pdb"], ["--pdb"]),
        (["-p", "no:xdist"], ["-p", "no:xdist"]),
    ],
)
def test_the_tests_run_on_two_processes_unless_told_otherwise(given: list[str], told: list[str]) -> None:
    assert startup.pytest_arguments(given) == told


# Running


SLEEPS = ["sh", "-c", "echo here; exec sleep 60"]
HAS_A_CHILD = ["sh", "-c", "sleep 60 & echo $!; sleep 60"]
DIES = ["sh", "-c", "exit 3"]


def is_running(number: int) -> bool:
    """Whether the process is there and not merely waiting to be counted."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(number: int) -> bool:
    """Whether the process is gone within five seconds: a signal was sent, and dying takes a moment on a busy machine."""
    deadline = time.monotonic() + 5
    while is_running(number) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(number)


class Screen(io.StringIO):
    """What a person would see; after so many lines they have seen enough."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.lines = lines
        self.enough = threading.Event()

    def write(self, text: str) -> int:
        written = super().write(text)
        if self.getvalue().count("\n") >= self.lines:
            self.enough.set()
        return written


def kept(*parts: startup.Part, answers: str = "", lines: int = 99) -> tuple[int, str, startup.House]:
    """Keep the parts until one ends for good, or until a person has seen enough lines."""
    screen = Screen(lines)
    house = startup.House(list(parts), os.environ, out=screen)
    person = threading.Thread(target=lambda: screen.enough.wait(20) and house.ask_to_stop(), daemon=True)
    person.start()
    status = house.keep(answers=lambda: answers, welcome=lambda: house.write("up", "welcome"))
    screen.enough.set()
    person.join()
    return status, screen.getvalue(), house


def test_every_line_carries_its_name_and_a_person_stops_everything() -> None:
    status, said, house = kept(startup.Part("web", SLEEPS), startup.Part("work", SLEEPS), lines=3)
    assert sorted(said.splitlines()) == ["up   | welcome", "web  | here", "work | here"]
    assert status == 0
    assert [part.process.returncode for part in house.parts] == [-signal.SIGTERM, -signal.SIGTERM]


def test_a_dead_worker_is_started_again_twice_and_then_everything_stops() -> None:
    status, said, house = kept(startup.Part("web", SLEEPS), startup.Part("work", DIES, restarts=2))
    assert status == 1
    assert [line for line in said.splitlines() if line.startswith("up   | work")] == [
        "up   | work ended with 3; starting it again (1 of 2).",
        "up   | work ended with 3; starting it again (2 of 2).",
        "up   | work ended with 3; stopping everything.",
    ]
    assert house.parts[0].process.returncode == -signal.SIGTERM


def test_a_worker_that_ran_long_is_forgiven_its_earlier_deaths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "SOUND_AFTER", -1.0)
    part = startup.Part("work", DIES, restarts=1)
    _, said, _ = kept(startup.Part("web", SLEEPS), part, lines=6)
    assert said.count("starting it again (1 of 1)") > 1
    assert part.deaths == 1


def test_a_dead_web_server_stops_everything_at_once() -> None:
    status, said, house = kept(startup.Part("web", DIES), startup.Part("work", SLEEPS))
    assert status == 1
    assert "up   | web ended with 3; stopping everything." in said
    assert house.parts[1].process.returncode == -signal.SIGTERM


def test_a_site_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "WAIT_FOR_SITE", 0.5)
    status, said, _ = kept(startup.Part("web", SLEEPS), answers="503 database away")
    assert status == 1
    assert "did not answer within" in said
    assert "503 database away" in said


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_children_of_the_processes_are_ended_too() -> None:
    _, said, _ = kept(startup.Part("work", HAS_A_CHILD), lines=2)
    number = next(int(line.split("|")[1]) for line in said.splitlines() if line.startswith("work"))
    assert ends(number)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
def test_no_process_outlives_a_start_that_was_killed() -> None:
    code = (
        "import os, sys; from wwc import startup; house = startup.House([startup.Part('web', [sys.executable, '-c', "
        "'import os, time; print(os.getpid(), flush=True); time.sleep(60)'])], os.environ); "
        "house.keep(answers=lambda: 'not yet', welcome=lambda: None)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=startup.ROOT, text=True, stdout=subprocess.PIPE) as above:
        assert above.stdout is not None
        number = int(above.stdout.readline().split("|")[1])
        assert is_running(number)
        above.kill()
    assert ends(number)
