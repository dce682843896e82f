"""A clock that stands still, so that two worlds that are walked one after the other are asked at the same instant."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest.mock import patch

from wwc import clock
from wwc.outbox import running

OURS = ("django.utils.timezone", "wwc", "criteria", "assessments", "reviews", "tests")


class _Real(type):
    """Every instant is one of the class that stands in for the real one."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, datetime)


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """In every module of ours and in Django's clock it is this moment; what is made of it are ordinary instants."""

    class Stopped(datetime, metaclass=_Real):
        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return datetime(*args, **kwargs)  # noqa: DTZ001  whatever the caller says of its zone

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return moment.astimezone(tz)

    running.load_entrances()
    names = [name for name, module in sys.modules.items() if name.startswith(OURS) and name != __name__ and _tells_time(module)]
    patches = [patch(f"{name}.datetime", Stopped) for name in names]
    for each in patches:
        each.start()
    try:
        with clock.staged_at(moment):
            yield
    finally:
        for each in patches:
            each.stop()


def _tells_time(module: Any) -> bool:
    found = vars(module).get("datetime")
    return isinstance(found, type) and issubclass(found, datetime)
