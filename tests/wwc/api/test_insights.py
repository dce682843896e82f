"""The public figures of cycles, as programs read them: exactly what was released, narrowed, unchanged until it changes."""

from datetime import timedelta
from hashlib import sha256

import pytest

from tests.factories import figures
from tests.factories import results as make
from tests.support.counting import same_queries
from tests.wwc.insights.world import compute, place, tell, world
from wwc.insights.models import Dataset, Release

ALL, ONE = "/api/v1/insights/", "/api/v1/insights/2026/"


def test_the_released_figures_of_a_cycle(get, client, problem):
    made = world()
    assert get(ALL).json()["results"] == []
    assert get(ONE).status_code == 404
    compute(made.first, made.second)
    release = Release.objects.get()
    they_are_listed_with_their_hash(get, client, release)
    they_are_told_row_by_row(get, release)
    they_are_narrowed(get)
    what_is_not_there_is_refused(get, problem)
    nothing_of_the_program_is_told(get)
    it_is_not_sent_twice(get)
    same_queries(client, ALL, lambda: another(release), 2)
    assert [row["cycle"] for row in get(ALL).json()["results"]] == ["2026", "2023"]
    same_queries(client, ONE, lambda: None, 2)
    pages = get(f"{ALL}?page_size=1&fields=cycle").json()
    assert pages["results"] == [{"cycle": "2026"}]
    following = get(pages["next"].removeprefix("http://127.0.0.1:8000")).json()
    assert (following["results"], following["next"]) == ([{"cycle": "2023"}], None)


def they_are_listed_with_their_hash(get, client, release):
    """When, and the hash of what `dataset` leads to, byte for byte."""
    (row,) = get(ALL).json()["results"]
    assert (row["cycle"], row["edition"], row["sha256"]) == ("2026", "2022", release.sha256)
    assert row["released_at"].startswith(f"{release.released_at:%Y-%m-%dT%H:%M:%S}")
    raw = client.get(row["dataset"].removeprefix("http://127.0.0.1:8000")).content
    assert sha256(raw).hexdigest() == row["sha256"]
    assert set(row["shown"]) == {key for key, figure in release.content["figures"].items() if figure["base"]} != set()
    assert get(row["url"].removeprefix("http://127.0.0.1:8000")).json().items() >= row.items()


def they_are_told_row_by_row(get, release):
    """Every number of the release, and no other."""
    told = {figure["figure"]: figure for figure in get(ONE).json()["figures"]}
    for key, figure in release.content["figures"].items():
        rows = figure["rows"] if key != "change" else [row for part in figure["parts"] for row in part["rows"]]
        assert len(told[key]["rows"]) == len(rows)
        for row, line in zip(rows, told[key]["rows"], strict=True):
            assert row.items() <= line.items()
            assert {value for name, value in line.items() if name not in row and not name.startswith(("edition_", "criteria_"))} <= {None}
        assert told[key]["base_cities"] == (figure["base"] or {}).get("cities")
        assert told[key]["counted"]
    assert told["criteria"]["base_cycles"] == ["2026"]
    assert sum(line["share"] is not None for line in told["criteria"]["rows"]) > 20


def they_are_narrowed(get):
    """To a figure, an area, a criterion."""
    (figure,) = get(f"{ONE}?figure=criteria&area=OD").json()["figures"]
    assert [line["code"] for line in figure["rows"]] == ["OD1", "OD2", "OD3", "OD4"]
    figures = {each["figure"]: each["rows"] for each in get(f"{ONE}?code=OD3&fields=figures").json()["figures"]}
    assert {line["code"] for line in [*figures["criteria"], *figures["tiers"]]} == {"OD3"}
    assert figures["funnel"] == []


def what_is_not_there_is_refused(get, problem):
    """By the name of the parameter; a cycle without public figures is nowhere."""
    for name in ("figure", "area", "code"):
        assert problem(get(f"{ONE}?{name}=nothing"), 400)["field"] == name
    assert problem(get(f"{ONE}?cycle=2026"), 400)["field"] == "cycle"
    assert Dataset.objects.filter(cycle__slug="2023").exists()
    for address in ("/api/v1/insights/2023/", "/api/v1/insights/nothing/"):
        problem(get(address), 404)


def nothing_of_the_program_is_told(get):
    """The program's own dataset has a hash of its own, which is nowhere."""
    whole = Dataset.objects.get(cycle__slug="2026", left_out=[])
    assert whole.sha256 not in get(ALL).content.decode() + get(ONE).content.decode()


def it_is_not_sent_twice(get):
    """The mark of the last answer is enough."""
    for address in (ALL, ONE):
        answer = get(address)
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert get(address, **{"If-None-Match": answer["ETag"]}).status_code == 304
        assert "Last-Modified" in answer


def another(release):
    """Another cycle has public figures."""
    fields = {"content": release.content, "sha256": release.sha256, "groups": {}, "released_at": release.released_at}
    Release.objects.create(cycle=Dataset.objects.filter(cycle__slug="2023")[0].cycle, **fields)


@pytest.mark.django_db
def test_figures_that_wait_for_more_cities_stay_as_they_were(get):
    made = world()
    compute(made.second)
    before = get(ONE).content
    tell([make.scored(place(n), 5) for n in (50, 51)], made.staff, made.director, "later")
    compute(made.second)
    assert Dataset.objects.filter(cycle=made.second).count() == 2
    assert get(ONE).content == before


@pytest.mark.django_db
def test_unchanged_figures_are_known_at_the_door_until_others_are_released(client, get, django_assert_num_queries):
    cycle = make.cycle("2026")
    figures.release(cycle, 6)
    first = get(ONE)
    with django_assert_num_queries(1):
        assert get(ONE, if_none_match=first["ETag"]).status_code == 304
    figures.release(cycle, 7, released_at=make.NOW + timedelta(days=1))
    again = get(ONE, if_none_match=first["ETag"])
    assert again.status_code == 200
    assert again.json()["sha256"] != first.json()["sha256"]
