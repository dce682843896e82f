"""Counting queries: a list page takes the same literal number for one row and for thirty."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from wwc.unchanged import kept


def queries_of(client: Client, address: str, **extra: Any) -> list[str]:
    """The SQL that one GET of the address runs; the page must answer 200."""
    client.get(address, **extra)  # the first visit may fill caches of content types and sessions
    kept.forget()  # what is answered without working it out shows no queries
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address, **extra)
    assert response.status_code == 200, f"{address} answered {response.status_code}"
    return [query["sql"] for query in captured.captured_queries]


def same_queries(client: Client, address: str, more_rows: Callable[[], Any], expected: int) -> None:
    """The page takes `expected` queries now, and the same after `more_rows` has added rows."""
    few = queries_of(client, address)
    assert len(few) == expected, f"{len(few)} queries\n" + "\n".join(few)
    more_rows()
    many = queries_of(client, address)
    assert len(many) == expected, f"{len(many)} queries\n" + "\n".join(many)
