"""The real server in processes of its own, on the database of the test; to be asked, and to be killed."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from django.conf import settings

from tests.support.worker import database_url


def collected(folder: Path) -> Path:
    """What the pages load, as the server serves it; made once for all servers of a run."""
    environ = {**os.environ, "DATABASE_URL": "", "REDIS_URL": "", "DATA_DIR": str(folder), "SECRET_KEY": settings.SECRET_KEY, "DEMO": "1"}
    for command in (["build_fonts"], ["collectstatic", "--noinput"]):
        subprocess.run([sys.executable, "manage.py", *command, "-v0"], env=environ, cwd=settings.BASE_DIR, check=True)
    return folder / "static"


class Site:
    """gunicorn as it runs in life: two processes of four threads, in a process group of its own."""

    def __init__(self, folder: Path, redis_url: str, static: Path) -> None:
        self.folder, self.redis_url = folder, redis_url
        (folder / "static").symlink_to(static)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it is there when `answers`."""
        environ = {
            **os.environ, "DATABASE_URL": database_url(), "REDIS_URL": self.redis_url, "DATA_DIR": str(self.folder),
            "SECRET_KEY": settings.SECRET_KEY, "DEMO": "1", "SITE_URL": self.address,
        }  # fmt: skip
        command = [sys.executable, "-m", "gunicorn", "wwc.wsgi:application", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload"]
        with open(self.folder / "site.log", "ab") as log:
            self.process = subprocess.Popen(command, env=environ, cwd=settings.BASE_DIR, stdout=log, stderr=log, start_new_session=True)

    def answers(self) -> bool:
        """Whether it does."""
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def kill(self) -> None:
        """kill -9 of the server and all its processes, whatever they are doing."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def log(self) -> str:
        """What it said."""
        return (self.folder / "site.log").read_text(errors="replace")
