"""What anybody reads: rows of what was announced, page by page, narrowed and sorted."""

from datetime import date, datetime, timedelta

import pytest
from django.utils.http import http_date, parse_http_date

from criteria.actions import publishing
from criteria.models import Standard
from reviews.models import PublishedChange
from tests.factories import published
from tests.factories import results as make
from tests.support.counting import same_queries
from wwc.api import doors

FEED = "/api/v1/changes/"
LISTS = ["/api/v1/standards/", "/api/v1/cycles/", "/api/v1/cities/", "/api/v1/awards/", "/api/v1/scores/"]


@pytest.fixture
def reach(db):
    """Alder Reach: Silver of 2023, Gold of 2026."""
    city = published.city(latitude=41.5, longitude=-81.7, form_of_government="council-manager")
    published.award(city, tier="silver", announced_on=date(2023, 6, 21), round_slug="2023", round_name="2023", number="first", code="FIRST")
    papers = {"document": "papers/x/Key123.pdf", "certificate": "papers/y/Key456.pdf"}
    return published.award(city, kind="level_up", previous_tier="silver", number="second", code="SECOND", **papers)


@pytest.fixture
def bogota(db):
    """A city of the history: no tier, no validity, known by the month."""
    city = published.city("Bogotá", "DC", "CO", population=None, population_as_of=None, population_source="")
    return published.award(
        city, tier="", number="old", code=None, announced_on=date(2020, 6, 1), precision="month", valid_until=None,
        edition="2018", source="https://example.org/news", round_slug="2020", round_name="2020",
    )  # fmt: skip


def numbers(answer):
    assert answer.status_code == 200, answer.content
    return [row["number"] for row in answer.json()["results"]]


# Rows


def test_a_city_is_told_with_its_facts_and_their_sources(get, reach):
    row = get("/api/v1/cities/alder-reach-oh/").json()
    assert row == {
        "slug": "alder-reach-oh", "name": "Alder Reach", "country": "US", "subdivision": "OH", "subdivision_name": "Ohio", "geoid": "",
        "latitude": 41.5, "longitude": -81.7, "timezone": "America/Chicago", "population": 148310, "population_as_of": "2024-07-01",
        "population_source": "A list", "form_of_government": "council-manager", "form_source": "", "form_checked": False, "invented": False,
        "page": "http://127.0.0.1:8000/cities/alder-reach-oh/",
    }  # fmt: skip
    assert get("/api/v1/cities/").json()["results"] == [row]


def test_an_award_is_told_with_its_paper_and_its_verification(get, reach):
    row = get("/api/v1/awards/second/").json()
    assert row == {
        "number": "second", "city": "alder-reach-oh", "city_name": "Alder Reach", "country": "US", "subdivision": "OH", "invented": False,
        "kind": "level_up", "tier": "gold", "previous_tier": "silver", "round": "spring-2026", "round_name": "Spring 2026",
        "announced_on": "2026-04-14", "precision": "day", "valid_until": "2029-04-14", "edition": "2022", "source": "",
        "stands": row["stands"], "note": "", "replaces": None, "replaced_because": None,
        "scorecard": "http://127.0.0.1:8000/cities/alder-reach-oh/scorecard-Key123.pdf",
        "certificate": "http://127.0.0.1:8000/cities/alder-reach-oh/certificate-Key456.pdf",
        "verification": "http://127.0.0.1:8000/verify/SECOND/",
    }  # fmt: skip
    assert get("/api/v1/awards/").json()["results"][0] == row


def test_what_no_source_states_is_null(get, bogota):
    row = get("/api/v1/awards/old/").json()
    assert [row[name] for name in ("tier", "valid_until", "scorecard", "certificate", "verification")] == [None] * 5
    assert (row["announced_on"], row["precision"], row["source"]) == ("2020-06-01", "month", "https://example.org/news")
    score = get("/api/v1/scores/old/").json()
    assert (score["points"], score["areas"], score["criteria"]) == (None, None, None)
    assert score["why"] == "No source of this award states it."


AREAS = [{"code": "DM", "name": "Data Management", "points": 5, "possible": 9, "met": 6, "criteria": 9}]
CRITERIA = [{"code": "DM1", "title": "A lead", "area": "DM", "core": True, "verdict": "met", "earned": 1}]


@pytest.mark.parametrize(
    ("consent", "told", "why"),
    [
        ("tier", (None, None, None, None), "The city agreed to publish its tier and no points."),
        ("areas", (31, 43, AREAS, None), "The city agreed to publish points and areas and no single criteria."),
        ("criteria", (31, 43, AREAS, CRITERIA), None),
    ],
)
def test_a_score_goes_as_far_as_the_city_agreed_and_says_why_not_further(get, consent, told, why):
    fields = dict(zip(("points", "possible", "areas", "criteria"), told, strict=True))
    published.award(published.city(), number="n", consent=consent, **fields)
    row = get("/api/v1/scores/n/").json()
    assert (row["points"], row["possible"], row["areas"], row["criteria"], row["why"]) == (*told, why)
    assert (row["tier"], row["edition"], row["city"]) == ("gold", "2022", "alder-reach-oh")
    assert get("/api/v1/scores/").json()["results"] == [row]


def test_invented_cities_say_so_everywhere(get):
    published.award(published.city(is_invented=True), number="n")
    addresses = ["/api/v1/cities/", "/api/v1/awards/", "/api/v1/scores/"]
    assert [get(address).json()["results"][0]["invented"] for address in addresses] == [True, True, True]
    assert [get(f"{address}?invented=false").json()["results"] for address in addresses] == [[], [], []]
    assert [len(get(f"{address}?invented=true").json()["results"]) for address in addresses] == [1, 1, 1]


def test_both_editions_are_listed_newest_first(get):
    assert [(row["code"], row["status"]) for row in get("/api/v1/standards/").json()["results"]] == [
        ("2022", "published"),
        ("2018", "retired"),
    ]


def test_an_edition_is_whole(get):
    whole = get("/api/v1/standards/2022/").json()
    assert (len(whole["areas"]), len(whole["criteria"]), len(whole["tiers"])) == (8, 43, 4)
    assert sum(row["points"] for row in whole["criteria"]) == 43
    assert [row["code"] for row in whole["criteria"] if row["core"]] == ["DM1", "LC1", "PA1"]
    floors = {row["key"]: row["floor_points"] for row in whole["tiers"]}
    assert floors == {"certified": 15, "silver": 22, "gold": 30, "platinum": 37}
    assert {row["kind"] for row in whole["links_back"]} <= {"same", "reworded", "split", "merged", "new", "withdrawn"}
    assert all(row["statement"] and row["checklist"] for row in whole["criteria"])
    assert get("/api/v1/standards/2018/").json()["links_back"] == []


def test_cycles_are_listed_newest_first_with_their_dates(get, staff):
    begun = {"opened_at": make.NOW, "opened_by": staff}
    make.cycle("2025", **begun, opens_at=make.NOW - timedelta(days=400))
    cycle = make.cycle("2026", **begun)
    type(cycle).objects.filter(pk=cycle.pk).update(status="open")
    assert [row["slug"] for row in get("/api/v1/cycles/").json()["results"]] == ["2026", "2025"]
    row = get("/api/v1/cycles/2026/").json()
    assert datetime.fromisoformat(row.pop("opens_at")) == cycle.opens_at
    assert datetime.fromisoformat(row.pop("due_at")) == cycle.due_at
    assert row == {
        "slug": "2026", "name": "2026 cycle", "edition": "2022", "open": True, "results_expected": None, "minimum_population": 30000,
        "validity_months": 36,
    }  # fmt: skip


# Nothing that is not public


@pytest.mark.parametrize("status", ["draft", "canceled"])
def test_a_cycle_that_was_never_opened_or_was_canceled_is_not_there(get, staff, status):
    cycle = make.cycle("2026", **({} if status == "draft" else {"opened_at": make.NOW, "opened_by": staff}))
    type(cycle).objects.filter(pk=cycle.pk).update(status=status)
    assert get("/api/v1/cycles/2026/").status_code == 404
    assert get("/api/v1/cycles/").json()["results"] == []


def test_a_draft_edition_is_not_there(get, staff, now):
    publishing.draft_next(Standard.objects.get(code="2022"), code="2030", name="Next", by=staff, at=now)
    assert get("/api/v1/standards/2030/").status_code == 404
    assert [row["code"] for row in get("/api/v1/standards/").json()["results"]] == ["2022", "2018"]


def test_a_row_that_was_taken_back_is_as_if_it_had_never_been(get, reach, now):
    type(reach).objects.update(closed_at=now, closed_because="taken_back")
    for address in ("/api/v1/awards/second/", "/api/v1/scores/second/", "/api/v1/cities/alder-reach-oh/"):
        gone, never = get(address), get(address.replace("second", "third").replace("alder", "older"))
        assert gone.status_code == 404
        assert gone.content == never.content
    for address in ("/api/v1/awards/", "/api/v1/scores/", "/api/v1/cities/"):
        assert get(address).json()["results"] == []


# Narrowing and sorting


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["second", "first", "old"]),
        ("city=alder-reach-oh", ["second", "first"]),
        ("tier=silver", ["first"]),
        ("kind=level_up", ["second"]),
        ("round=2020", ["old"]),
        ("year=2023", ["first"]),
        ("country=CO", ["old"]),
        ("state=OH", ["second", "first"]),
        ("edition=2018", ["old"]),
        ("tier=gold&year=2023", []),
        ("ordering=announced_on", ["old", "first", "second"]),
        ("ordering=-announced_on", ["second", "first", "old"]),
        ("ordering=number", ["first", "old", "second"]),
        ("ordering=-number&country=US", ["second", "first"]),
    ],
)
@pytest.mark.parametrize("address", ["/api/v1/awards/", "/api/v1/scores/"])
def test_awards_and_scores_are_narrowed_and_sorted(get, reach, bogota, address, query, found):
    assert numbers(get(f"{address}?{query}")) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["alder-reach-oh", "bogota-dc-co", "zell-tx"]),
        ("country=US", ["alder-reach-oh", "zell-tx"]),
        ("state=TX", ["zell-tx"]),
        ("form_of_government=council-manager", ["alder-reach-oh"]),
        ("population_from=148311", ["zell-tx"]),
        ("population_to=148310", ["alder-reach-oh"]),
        ("ordering=-name", ["zell-tx", "bogota-dc-co", "alder-reach-oh"]),
        ("ordering=population", ["bogota-dc-co", "alder-reach-oh", "zell-tx"]),
        ("ordering=-population", ["zell-tx", "alder-reach-oh", "bogota-dc-co"]),
    ],
)
def test_cities_are_narrowed_and_sorted(get, reach, bogota, query, found):
    published.award(published.city("Zell", "TX", population=500_000, slug="zell-tx"))
    bogota.city.slug = "bogota-dc-co"
    bogota.city.save()
    answer = get(f"/api/v1/cities/?{query}")
    assert [row["slug"] for row in answer.json()["results"]] == found


# Pages


def walk(get, address):
    """Every page forward: how many rows each has, and all their numbers."""
    sizes, found = [], []
    while address:
        page = get(address.removeprefix("http://127.0.0.1:8000")).json()
        sizes.append(len(page["results"]))
        found += [row["number"] for row in page["results"]]
        address = page["next"]
    return sizes, found


@pytest.mark.parametrize("ordering", ["-announced_on", "announced_on", "number", "-number"])
def test_120_rows_come_once_each_in_pages(get, ordering):
    """All of one day, as a round is: the same date on every row."""
    made = {row.number for row in published.named(120)}
    sizes, found = walk(get, f"/api/v1/awards/?ordering={ordering}&page_size=50")
    assert sizes == [50, 50, 20]
    assert found == sorted(made, reverse=ordering == "-number")


def test_pages_lead_back_to_where_they_came_from(get):
    published.named(7)
    first = get("/api/v1/cities/?page_size=3").json()
    second = get(first["next"]).json()
    third = get(second["next"]).json()
    assert (first["previous"], third["next"]) == (None, None)
    assert get(third["previous"]).json()["results"] == second["results"]
    back = get(second["previous"]).json()
    assert back["results"] == first["results"]
    assert back["previous"] is None
    assert get(back["next"]).json()["results"] == second["results"]


def test_cities_without_a_population_are_paged_too(get):
    for n in range(5):
        published.award(published.city(f"Reach {n}", population=None if n % 2 else 100 * n))
    seen, address = [], "/api/v1/cities/?ordering=-population&page_size=2"
    while address:
        page = get(address).json()
        seen += [row["name"] for row in page["results"]]
        address = page["next"]
    assert seen[:2] == ["Reach 4", "Reach 2"]
    assert sorted(seen) == [f"Reach {n}" for n in range(5)]


def test_rows_that_come_meanwhile_shift_nothing(get):
    published.named(6, first=10)
    first = get("/api/v1/cities/?page_size=3").json()
    published.named(3)
    second = get(first["next"]).json()
    assert [row["name"] for row in first["results"] + second["results"]] == [f"Reach {n}" for n in range(10, 16)]


def test_a_page_holds_fifty_rows_and_never_more_than_200(get, problem):
    published.named(60)
    assert len(get("/api/v1/cities/").json()["results"]) == 50
    assert len(get("/api/v1/cities/?page_size=200").json()["results"]) == 60
    assert problem(get("/api/v1/cities/?page_size=201"), 400)["field"] == "page_size"


# Queries


@pytest.mark.parametrize(("address", "queries"), [("/api/v1/cities/", 2), ("/api/v1/awards/", 2), ("/api/v1/scores/", 2)])
def test_a_list_takes_two_queries_for_one_row_and_for_thirty(client, db, address, queries):
    published.named(1)
    same_queries(client, address, lambda: published.named(29, first=1), queries)
    assert len(client.get(address).json()["results"]) == 30


def test_the_editions_take_two_queries_however_many(client, db):
    def more():
        Standard.objects.bulk_create(
            [Standard(code=f"x{n}", name=f"x{n}", status="published", published_at=published.AT) for n in range(28)]
        )

    same_queries(client, "/api/v1/standards/", more, 2)
    assert len(client.get("/api/v1/standards/").json()["results"]) == 30


def test_the_cycles_take_one_query_however_many(client, db):
    def more():
        for n in range(29):
            make.cycle(slug=f"more-{n}", opened_at=make.NOW, opened_by=make.people.person("opener"))

    make.cycle(slug="one", opened_at=make.NOW, opened_by=make.people.person("opener"))
    same_queries(client, "/api/v1/cycles/", more, 1)


def test_an_edition_takes_a_fixed_number_of_queries(client, db):
    same_queries(client, "/api/v1/standards/2022/", lambda: None, 17)


# Programs that ask again


@pytest.mark.parametrize("address", [*LISTS, "/api/v1/standards/2022/", "/api/v1/awards/second/", "/api/schema/"])
def test_what_is_unchanged_is_not_sent_again(get, reach, address):
    first = get(address)
    assert first.status_code == 200
    again = get(address, if_none_match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert get(address, if_none_match='"something else"').status_code == 200


def test_what_changed_is_sent(get, reach):
    first = get("/api/v1/awards/")
    published.award(published.city("Zell", "TX"))
    assert get("/api/v1/awards/", if_none_match=first["ETag"]).status_code == 200


@pytest.mark.parametrize("address", sorted({*LISTS, FEED, "/api/v1/standards/2022/", "/api/v1/awards/second/"} - {"/api/v1/cycles/"}))
def test_what_did_not_change_since_is_not_sent_again(get, reach, address, monkeypatch):
    changed = http_date(PublishedChange.objects.latest("number").at.timestamp())
    monkeypatch.setattr(doors, "datetime", an_hour_later())
    first = get(address)
    assert first["Last-Modified"] == changed or "standards" in address
    again = get(address, if_modified_since=first["Last-Modified"])
    assert (again.status_code, again.content) == (304, b"")
    before = http_date(parse_http_date(first["Last-Modified"]) - 1)
    assert get(address, if_modified_since=before).status_code == 200
    assert get(address, if_modified_since=first["Last-Modified"], if_none_match='"other"').status_code == 200, "the fingerprint is first"


def an_hour_later():
    """A clock of the doors that is an hour ahead."""
    return type("Ahead", (datetime,), {"now": classmethod(lambda _cls, zone: datetime.now(zone) + timedelta(hours=1))})


def test_what_changed_this_very_second_has_no_time_to_be_asked_by(get, reach):
    assert "Last-Modified" not in get("/api/v1/awards/"), "another change may come within the same second"


def test_nothing_that_waits_moves_the_time(get, reach, monkeypatch, staff, director):
    monkeypatch.setattr(doors, "datetime", an_hour_later())
    before = get(FEED)["Last-Modified"]
    make.prepared([make.approved(make.scored(make.city("Larkmoor"), 31), proposer=staff, director=director)], by=staff)
    assert get(FEED)["Last-Modified"] == before


# Some fields


def test_a_row_has_the_fields_that_are_wanted(get, reach):
    assert get("/api/v1/awards/?fields=tier,number").json()["results"] == [
        {"number": "second", "tier": "gold"},
        {"number": "first", "tier": "silver"},
    ]
    assert get("/api/v1/awards/second/?fields=number").json() == {"number": "second"}
    assert get(f"{FEED}?fields=number,kind").json()["results"] == [{"number": n, "kind": "announced"} for n in (1, 2)]
    assert set(get("/api/v1/standards/2022/?fields=code,tiers").json()) == {"code", "tiers"}
    following = get("/api/v1/awards/?fields=number&page_size=1").json()["next"]
    assert "fields=number" in following


@pytest.mark.parametrize("wrong", ["", "nothing", "number,", "number,nothing", "number tier", "city.slug"])
def test_a_field_that_is_not_there_is_refused(get, reach, problem, wrong):
    assert problem(get(f"/api/v1/awards/?fields={wrong}"), 400)["field"] == "fields"


def test_what_is_not_wanted_is_not_worked_out(client, db, django_assert_num_queries):
    with django_assert_num_queries(2):  # of the many of a whole edition
        client.get("/api/v1/standards/2022/?fields=code")


# Pages of other sites


@pytest.mark.parametrize("address", [*LISTS, FEED, "/api/v1/awards/none/", "/api/v1/awards/?nothing=1", "/api/schema/"])
def test_a_browser_is_told_what_a_page_of_another_site_may_send(client, db, address):
    asked = {"origin": "https://example.org", "access-control-request-method": "GET", "access-control-request-headers": "if-none-match"}
    answer = client.options(address, headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert "If-None-Match" in answer["Access-Control-Allow-Headers"]
    assert "Authorization" not in answer["Access-Control-Allow-Headers"]


def test_what_a_token_opens_is_for_no_page_of_another_site(client, db):
    answer = client.options("/api/v1/assessments/", headers={"origin": "https://example.org", "access-control-request-method": "GET"})
    assert answer.status_code == 401
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("address", LISTS)
def test_any_site_may_read_and_keep_it_for_a_minute(get, address):
    answer = get(address)
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert {part.strip() for part in answer["Cache-Control"].split(",")} == {"public", "max-age=60"}
    assert answer["Content-Type"] == "application/json"
    assert "Set-Cookie" not in answer


def test_head_tells_what_get_would(client, reach):
    assert client.head("/api/v1/awards/").status_code == 200
