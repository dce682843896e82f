"""What is taken away of a list is what the list shows: the same rows for the same filters, less what is closed to the person."""

import io
import json
import zipfile
from copy import deepcopy
from urllib.parse import parse_qs, urlencode

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from assessments.actions import claiming
from assessments.models import CityRecord, Fact
from reviews.models import Export
from reviews.queries import exports, lists
from tests.conftest import NOW
from tests.permissions import world as worlds
from wwc.outbox import running

# Every list with addresses of its page: none, some and all of its filters.
ASKED = [
    ("cities", {"cycle": "2026"}), ("cities", {"cycle": "2026", "q": "port", "stage": "drafting", "country": "US", "population": "30000"}),
    ("cities", {"cycle": "2025", "stage": "ready"}), ("cities", {"cycle": "2026", "population": "1000000"}),
    ("deciding", {}), ("deciding", {"show": "proposed"}), ("deciding", {"show": "decided", "tier": "silver"}),
    ("deciding", {"tier": "gold", "country": "US", "population": "30000"}), ("deciding", {"tier": "none"}),
    ("appeals", {}), ("appeals", {"show": "over"}), ("appeals", {"show": "reading", "country": "US"}), ("appeals", {"country": "CA"}),
    ("letters", {}), ("letters", {"state": "sent"}), ("letters", {"kind": "invited", "q": "new@"}), ("letters", {"language": "es"}),
    ("people", {}), ("people", {"q": "lead", "part": "lead", "state": "open"}), ("people", {"part": "reviewer"}),
    ("people", {"state": "asked"}),
    ("joining", {}), ("joining", {"show": "decided"}),
    ("claims", {}), ("claims", {"show": "ended"}),
    ("requests", {}), ("requests", {"kind": "time"}), ("requests", {"state": "decided", "kind": "answer"}),
    ("places", {}), ("places", {"q": "alder reach"}),
    ("timeline", {"assessment": "case"}),
    ("board", {"cycle": "c26", "what": "unassigned"}), ("board", {"cycle": "c26", "what": "joined"}),
    ("board", {"cycle": "c26", "what": "in_review"}), ("board", {"cycle": "c26", "what": "waiting"}),
    ("board", {"cycle": "c26", "what": "letters"}),
    ("assignments", {"cycle": "c26", "reader": "member"}), ("assignments", {"cycle": "c26", "reader": "member", "filed": "1"}),
    ("panel", {"cycle": "c26"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def it_once(shared):
    it = worlds.world()
    claiming.refuse(it.claim, words="Not known.", by=it.people["ST"], at=NOW)
    return it


@pytest.fixture
def it(it_once, db):
    """The world, as each test finds it."""
    return deepcopy(it_once)


def meant(asked, it):
    """The filters with the numbers of this world."""
    numbers = {"case": it.case.pk, "member": it.assignment.member_id}
    return {name: str(numbers.get(value, value)) for name, value in asked.items()}


def shown(client, name, asked):
    """The numbers of the rows that the page of a list shows, on all its pages; of a board's answers those of the answers."""
    answer = client.get(f"{lists.LISTS[name].page(asked)}?{urlencode(asked)}")
    assert answer.status_code == 200
    if name == "panel":  # what is paged there is the map of who reads what
        return sorted(load.member.pk for load in answer.context["loads"])
    rows = list(answer.context["events" if name == "timeline" else "page"].paginator.object_list)
    if name in {"board", "assignments"}:
        rows = [row[0] if isinstance(row, tuple) else getattr(row, "standing", row) for row in rows]
        return sorted(getattr(row, "answer", None) if hasattr(row, "stage") else row.pk for row in rows)
    return sorted(row.pk for row in rows)


def taken(client, name, asked, form="json"):
    """The rows of the export of a list, and its manifest."""
    address = f"{reverse('reviews:export_list', args=[name])}?{urlencode(asked)}"
    assert client.get(address).status_code == 200
    answer = client.post(address, {"form": form})
    assert answer.status_code == 302, answer.content.decode()
    assert running.drain([exports.KIND]) == 1
    export = Export.objects.latest("pk")
    with default_storage.open(export.stored) as file, zipfile.ZipFile(io.BytesIO(file.read())) as package:
        manifest = json.loads(package.read("manifest.json"))
        names = [each for each in package.namelist() if each.endswith(".json") and each != "manifest.json"]
        return [row for each in names for row in json.loads(package.read(each))], manifest


def test_every_list_is_tried():
    assert {name for name, _asked in ASKED} == set(lists.LISTS)
    assert all(set(asked) <= set(lists.LISTS[name].knows) for name, asked in ASKED)
    for name, listing in lists.LISTS.items():
        used = set().union(*(asked for each, asked in ASKED if each == name))
        assert used == set(listing.knows), name


def test_what_is_taken_away_is_what_is_shown(it, client_of):
    client, wrong, rows_taken = client_of(it.people["ST"]), [], 0
    for name, asked in ASKED:
        asked = meant(asked, it)
        seen = shown(client, name, asked)
        rows, manifest = taken(client, name, asked)
        numbers = sorted(row["id"] for row in rows)
        if name == "assignments":  # the page shows the answers, the table their assignments
            numbers = sorted(row["answer_id"] for row in rows)
        if numbers != seen or sum(each["rows"] for each in manifest["tables"]) != len(seen):
            wrong.append(f"{name} {asked}: shown {seen}, taken {numbers}")
        assert manifest["asked"] == asked
        rows_taken += len(rows)
    assert wrong == []
    assert rows_taken > 100


def test_filters_narrow(it, client_of):
    client = client_of(it.people["ST"])
    everybody = shown(client, "cities", {"cycle": "2026"})
    assert shown(client, "cities", {"cycle": "2026", "stage": "ready"}) == []
    assert shown(client, "cities", {"cycle": "2026", "country": "CA"}) == []
    assert shown(client, "cities", {"cycle": "2026", "population": "30000"}) == everybody  # 84,000
    CityRecord.objects.create(city=it.case.city, fact=Fact.POPULATION, number=120_000, as_of="2025-07-01", source="A newer list")
    assert it.case.pk not in shown(client, "cities", {"cycle": "2026", "population": "30000"})
    assert it.case.pk in shown(client, "cities", {"cycle": "2026", "population": "100000"})
    assert shown(client, "deciding", {"tier": "gold"}) != shown(client, "deciding", {"tier": "none"})


def test_what_a_conflict_closes_is_in_no_export_of_a_list(it, client_of):
    rows, manifest = taken(client_of(it.people["conflict"]), "cities", {"cycle": "2026"})
    assert it.case.pk not in [row["id"] for row in rows]
    assert manifest["cities_left_out"] >= 3


def test_the_page_says_how_many_rows_and_refuses_what_is_no_list(it, client_of):
    client = client_of(it.people["ST"])
    page = client.get(reverse("reviews:export_list", args=["joining"])).content.decode()
    assert "1 row" in page
    address = reverse("reviews:export_list", args=["cities"])
    assert client.get(f"{address}?cycle=nothing").status_code == 404
    assert client.get(reverse("reviews:export_list", args=["nothing"])).status_code == 404
    assert client.get(f"{reverse('reviews:export_list', args=['board'])}?cycle=c26&what=nothing").status_code == 404
    assert client.get(f"{reverse('reviews:export_list', args=['timeline'])}?assessment=9x").status_code == 404
    assert client.post(reverse("reviews:export_list", args=["people"]), {"form": "exe"}).status_code == 422
    assert client_of(it.people["CL"]).get(address).status_code == 404


def test_one_list_at_a_time_and_every_page_leads_to_its_own(it, client_of):
    client = client_of(it.people["ST"])
    address = reverse("reviews:export_list", args=["people"])
    client.post(address, {"form": "csv"})
    assert "A list is being written for you already" in client.post(address, {"form": "csv"}).content.decode()
    for name, asked in ASKED:
        asked = meant(asked, it)
        page = client.get(f"{lists.LISTS[name].page(asked)}?{urlencode(asked)}")
        if shown(client, name, asked):
            link = page.content.decode().partition(reverse("reviews:export_list", args=[name]))[2].partition('"')[0]
            assert set(parse_qs(link[1:].replace("&amp;", "&"))) >= set(asked), f"{name} {asked}: {link}"
