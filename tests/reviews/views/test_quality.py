"""The page of the quality of reading: to each their own, constant in queries, and as a table."""

import csv
from io import StringIO

import pytest

from tests.factories import reviews as make
from tests.support.counting import same_queries


@pytest.fixture
def cycle(db):
    """A cycle that draws every claim for a second reading."""
    rule = {**make.POLICY["second_reading"], "random_share": 1}
    return make.cycle(policy={**make.POLICY, "second_reading": rule})


def read(assessment, code, member, second, other="met"):
    answer = make.answer(assessment, code)
    one, two = make.assign(answer, member), make.assign(answer, second, "second")
    make.find(one)
    make.find(two, other)


@pytest.fixture
def pairs(assessment, member, second):
    """Two pairs, one of which differs."""
    read(assessment, "A1", member, second)
    read(assessment, "A2", member, second, "not_met")


def page(client, slug="c26"):
    return client.get(f"/reviews/quality/{slug}/" if slug else "/reviews/quality/").content.decode()


def test_staff_see_all_of_it(client_of, pairs, staff):
    shown = page(client_of(staff), "")
    assert "1 of 2 pairs of independent readings are the same." in shown
    assert "too few pairs" in shown
    assert "Area A, by criterion" in shown
    assert "Item 2 of A2" in shown
    assert "Each of them sees their own line" in shown
    assert "Second" in shown


def test_a_reader_sees_their_own_line_alone(client_of, pairs, member):
    shown = page(client_of(member.person))
    assert "Your own verdicts" in shown
    for other in ("Second", "The share that chance drew", "Area A", "Read twice on purpose"):
        assert other not in shown
    rows = client_of(member.person).get("/reviews/quality/c26/quality.csv").content.decode()
    assert rows.count("\n") == 1, "the head alone"


def test_nobody_else_does(client_of, pairs, stranger, assessment, cycle):
    make.cycle("c27")
    for who in (stranger, make.lead_of(assessment.city)):
        for address in ("quality/", "quality/c26/", "quality/c26/quality.csv"):
            assert client_of(who).get(f"/reviews/{address}").status_code == 404
    reader = make.person("reader")
    assert client_of(reader).get("/reviews/quality/c27/").status_code == 404
    assert client_of(reader).get("/reviews/quality/nowhere/").status_code == 404


def test_nothing_is_read_twice_yet(client_of, cycle, assessment, member, staff):
    assert "No answer that chance drew is read twice yet." in page(client_of(staff))
    assert "Nothing to compare yet" in page(client_of(member.person))


def test_the_table(client_of, pairs, staff):
    answer = client_of(staff).get("/reviews/quality/c26/quality.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="quality-c26.csv"'
    rows = list(csv.DictReader(StringIO(answer.content.decode().removeprefix("\ufeff"))))
    assert {**rows[0]} == {
        "what": "all", "code": "", "name": "All areas", "pairs": "2", "agreed": "1", "share": "0.5", "from": "0.0945", "to": "0.9055",
        "ac1": "", "kappa": "", "alpha": "",
    }  # fmt: skip
    assert [row["code"] for row in rows if row["what"] == "item"] == ["A1.1", "A1.2", "A1.3", "A2.1", "A2.2", "A2.3"]
    assert [row["what"] for row in rows[-3:]] == ["core", "flagged", "near_line"]


def test_constant_queries(client_of, cycle, pairs, member, second, staff):
    def more():
        for number in range(8):
            city = make.submitted(f"City {number}", cycle)
            for each in (member, second):
                make.declaring.declare_all(cycle, declared={}, by=each.person, at=make.NOW)
            for code in make.CODES:
                read(city, code, member, second)

    same_queries(client_of(staff), "/reviews/quality/c26/", more, 16)
    one_more = lambda: read(make.submitted("One more", cycle), "A1", *(make.reader(cycle, name) for name in ("third", "fourth")))  # noqa: E731
    same_queries(client_of(member.person), "/reviews/quality/c26/", one_more, 24)
