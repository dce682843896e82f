"""Queue entrances of the open data."""

from typing import Any

from celery import shared_task

from wwc.opendata import jobs
from wwc.outbox import running


@shared_task(name="opendata.ask")
def ask(**_later: Any) -> None:
    """Every quarter of an hour: ask for a release where something public changed."""
    jobs.ask_open_data()


@running.entrance("write_open_data")
def write_open_data() -> None:
    """Write a release of what is public."""
    jobs.write_open_data()
