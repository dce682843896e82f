#!/usr/bin/env python3
"""Django's own commands, run in `.venv` where there is one; `up` starts the program and `test` runs its tests."""

import importlib.util
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def startup_module():
    """The start-up module, loaded by its path: importing it as wwc.startup would import Celery, which is not there yet."""
    spec = importlib.util.spec_from_file_location("wwc_startup", str(ROOT / "wwc" / "startup.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def main():
    """Prepare and start for `up` and `test`; hand everything else to Django."""
    if sys.version_info < (3, 11):  # noqa: UP036  this file is what an older Python reads
        sys.exit("Python 3.11 or newer is needed, and this is {}.{}: install a newer one and start with it.".format(*sys.version_info[:2]))
    startup = startup_module()
    if sys.argv[1:2] == ["up"]:
        sys.exit(startup.up(sys.argv[2:]))
    if sys.argv[1:2] == ["test"]:
        sys.exit(startup.test(sys.argv[2:]))
    startup.enter_venv(sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wwc.settings")
    try:
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        sys.exit("Django is not there yet: run `python3 manage.py up` or `python3 manage.py test` once, which prepares .venv.")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
