"""A real Celery worker in processes of its own, on the database and broker of the test; to be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

from wwc.outbox.models import Work


def database_url() -> str:
    """The address of the database the test runs on, as DATABASE_URL says it."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    user = facts["USER"] + (f":{facts['PASSWORD']}" if facts["PASSWORD"] else "")
    return f"postgres://{user}@{facts['HOST'] or '127.0.0.1'}:{facts['PORT'] or 5432}/{facts['NAME']}"


class Worker:
    """One worker with its schedule, two processes wide, in a process group of its own."""

    def __init__(self, folder: Path, redis_url: str = "") -> None:
        self.folder, self.redis_url = folder, redis_url
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it is ready when it begins to work."""
        environ = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "REDIS_URL": self.redis_url,
            "DATA_DIR": str(self.folder),
            "SECRET_KEY": settings.SECRET_KEY,
            "DEMO": "1",
        }
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "wwc",
            "worker",
            "-B",
            "-c",
            "2",
            "-l",
            "WARNING",
            "--without-gossip",
            "--without-mingle",
        ]
        with open(self.folder / "worker.log", "ab") as log:
            self.process = subprocess.Popen(command, env=environ, cwd=settings.BASE_DIR, stdout=log, stderr=log, start_new_session=True)

    def kill(self) -> None:
        """kill -9 of the worker, its pool and its schedule, whatever they are doing."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def log(self) -> str:
        """What it said."""
        return (self.folder / "worker.log").read_text(errors="replace")


def until(there: Callable[[], bool], *, seconds: float, what: str) -> float:
    """Wait until something is so; the seconds it took. Fails loudly after the time given."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if there():
            return time.monotonic() - began
        time.sleep(0.1)
    left = Work.objects.filter(done_at=None).order_by("pk")
    rows = list(left.values_list("key", "attempts", "lease_until", "woken_at", "error")[:8])
    raise AssertionError(f"{what}: not within {seconds} s; {left.count()} open, as {rows}")
