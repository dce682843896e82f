"""A result beside those of cities alike: five at least, from what they publish, and from the narrowest group that has them."""

from datetime import date
from statistics import median

import pytest
from django.urls import reverse

from reviews.actions import announcing
from reviews.queries import alike, results
from tests.factories import published
from tests.factories import results as make
from wwc.clock import staged_at

DM = {"code": "DM", "name": "Data Management", "possible": 9, "met": 4, "criteria": 9}
SAME = "cities of 100,000 to 249,999 people with the same form of government"


@pytest.fixture
def award(db, staff, director):
    return make.approved(make.scored(make.city("Alder Reach"), 31), proposer=staff, director=director)


def others(many, points=30, *, population=148_310, form="council-manager", first=0, **fields):
    """So many named cities with these points."""
    areas = [{**DM, "points": 4 + (points or 0) % 3}]
    told = {"points": points, "possible": 43, "consent": "areas", "areas": areas} | fields
    places = [published.city(f"Reach {n}", population=population, form_of_government=form) for n in range(first, first + many)]
    return [published.award(place, **told) for place in places]


def found(award):
    return alike.beside(award, results.areas_of(award.score, "en"), date(2026, 6, 1))


def test_four_are_too_few_and_five_are_enough(award):
    others(4)
    assert found(award) is None
    others(1, first=4)
    assert (found(award).n, found(award).others) == (5, SAME)


def test_the_narrowest_group_that_has_five(award):
    others(4)
    others(6, form="mayor-council", first=10)
    assert (found(award).n, found(award).others) == (10, "cities of 100,000 to 249,999 people")
    others(9, population=2_000_000, first=20)
    assert found(award).n == 10


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"population": 2_000_000}, "cities with the same form of government"),
        ({"population": 2_000_000, "form": "mayor-council"}, "cities of this edition that publish their points"),
        ({"population": None, "form": ""}, "cities of this edition that publish their points"),
    ],
)
def test_what_the_group_has_in_common(award, given, words):
    others(7, **given)
    assert found(award).others == words


def test_figures_against_plain_counting(award):
    points = [12, 22, 23, 30, 31, 33, 40, 41, 43]
    for n, each in enumerate(points):
        others(1, each, first=n)
    beside = found(award)
    assert (beside.middle, beside.below) == (median(points), sum(each < 31 for each in points))
    assert (beside.low, beside.high) == (23, 40)
    assert [(area.name, area.middle) for area in beside.areas] == [("Data Management", median(4 + each % 3 for each in points))]


def test_who_does_not_publish_points_is_not_in_it_nor_what_was_taken_back_nor_itself(award):
    others(4)
    others(1, None, first=4, consent="tier")
    others(1, first=5, closed_at=published.AT, closed_because="taken_back", code=None)
    others(1, first=6, edition="2018")
    published.award(published.city("Alder Reach", slug=award.assessment.city.slug), points=20, possible=43, areas=[{**DM, "points": 4}])
    assert found(award) is None


def test_of_each_city_its_last_award_counts(award):
    for row in others(5, 10):
        areas = [{**DM, "points": 4}]
        published.award(row.city, points=40, possible=43, announced_on=date(2026, 5, 1), consent="areas", areas=areas)
    assert (found(award).n, found(award).middle) == (5, 40)


def test_the_city_reads_it_on_its_page(award, client_of, staff, director, now, letter_texts):
    others(6)
    batch = make.prepared([award], by=staff, announce_at=now)
    make.rendered(batch)
    with staged_at(now):
        announcing.release(batch, by=director, at=now)
    page = client_of(make.people.person("alder-reach-lead")).get(reverse("reviews:result", args=[award.assessment_id])).text
    assert "Beside cities alike" in page
    assert "You have 31, more than 6 of them." in page
    assert "Your city so far" in page
    assert "can help" in page
