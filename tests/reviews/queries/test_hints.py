"""Hints at a conflict: by address, by earlier employer, by a team that was left, by a waiver; never by chance."""

from datetime import timedelta

import pytest

from assessments.models import CityRecord, Conflict, Membership
from reviews.queries.hints import hints
from tests.factories import people
from tests.factories import reviews as make

NOW = make.NOW


@pytest.fixture
def reader(cycle, assessment):
    """Somebody whose address says nothing."""
    member = make.reader(cycle, "silent", declares=False)
    return at(member.person, "gmail.com")


def at(person, domain):
    person.email = f"{person.pk}@{domain}"
    person.save(update_fields=["email"])
    return person


def told(person, cycle, *places):
    return {place.name: hints(person, cycle, places).get(place.pk, []) for place in places}


def test_an_address_in_the_recorded_domain_or_below_it(reader, cycle, assessment):
    CityRecord.objects.create(city=assessment.city, fact="domain", text="alder.gov", as_of=NOW.date(), source="Its own page")
    wanted = {"alder.gov": True, "police.alder.gov": True, "notalder.gov": False, "gov": False, "gmail.com": False}
    for domain, hinted in wanted.items():
        assert bool(told(at(reader, domain), cycle, assessment.city)["Alder Reach"]) is hinted, domain


def test_an_address_as_the_team_has_unless_everybody_has_one_there(reader, cycle, assessment):
    lead = at(make.lead_of(assessment.city), "planners.example")
    assert told(at(reader, "planners.example"), cycle, assessment.city) == {
        "Alder Reach": ["Address in planners.example, as people of the city's team have"]
    }
    at(lead, "gmail.com")
    assert told(at(reader, "gmail.com"), cycle, assessment.city) == {"Alder Reach": []}
    at(lead, "planners.example")
    for n in range(5):
        at(make.lead_of(make.city(f"City {n}")), "planners.example")
    assert told(at(reader, "planners.example"), cycle, assessment.city) == {"Alder Reach": []}


@pytest.mark.parametrize(
    ("employer", "hinted"),
    [
        ("City of Alder Reach", True), ("alder reach", True), ("Município de Álder Reach, Office of Data", True),
        ("Alder Reacher Ltd", False), ("Port Lindell", False), ("Reach", False),
    ],
)  # fmt: skip
def test_an_earlier_employer_that_names_the_city(reader, cycle, assessment, employer, hinted):
    make.PanelMember.objects.filter(person=reader).update(employers=[employer])
    assert told(reader, cycle, assessment.city)["Alder Reach"] == ([f"Earlier employer: {employer}"] if hinted else [])


def test_a_team_that_was_left_and_a_waiver_of_before(reader, cycle, assessment):
    Membership.objects.create(
        city=assessment.city, person=reader, role="lead", added_at=NOW, ended_at=NOW + timedelta(days=1), ended_by=people.person("staff")
    )
    Conflict.objects.create(
        person=reader,
        city=assessment.city,
        cycle=make.cycle("c23"),
        state="waived",
        reason="x",
        said_at=NOW,
        said_by=people.person("staff"),
    )
    assert told(reader, cycle, assessment.city)["Alder Reach"] == [
        "On the city's team until March 3, 2026", "A conflict was waived in Cycle c23"
    ]  # fmt: skip


def test_nothing_is_told_of_other_cities_nor_of_somebody_elses_past(reader, cycle, assessment):
    other = make.submitted("Port Lindell", cycle).city
    make.PanelMember.objects.filter(person=reader).update(employers=["City of Alder Reach"])
    assert told(reader, cycle, other) == {"Port Lindell": []}
    assert told(at(people.person("stranger"), "gmail.com"), cycle, assessment.city)["Alder Reach"] == []
