"""The way round of a person: by their city, by their desk, and at no cost to those who need none."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import include, path

from assessments.models import Membership
from reviews.models import PanelMember
from tests.factories import people, results
from wwc.templatetags import frame
from wwc.way import WayMiddleware, way_of

pytestmark = pytest.mark.django_db


def _page() -> None:
    raise AssertionError("no page is asked for here")


def _app(name: str, **routes: str) -> object:
    return include(([path(route, _page, name=key) for key, route in routes.items()], name))


urlpatterns = [
    path(
        "", _app("assessments", overview="a/<int:pk>/", documenting="c/<slug:slug>/e/", team="c/<slug:slug>/t/", letters="c/<slug:slug>/l/")
    ),
    path("", _app("reviews", desk="desk/", declaring="declaring/<slug:slug>/")),
    path("", _app("criteria", standards="standard/")),
]


@pytest.fixture(autouse=True)
def _own_routes(settings) -> None:
    settings.ROOT_URLCONF = __name__


def test_a_city_person_goes_by_their_newest_assessment(now, django_assert_num_queries) -> None:
    place = results.city("Alder Reach")
    case = results.settled(place, results.met(15))
    lead = people.person("alder-reach-lead")
    with django_assert_num_queries(1):
        nav, me = way_of(lead)
    assert [label for label, _ in nav] == ["Assessment", "Evidence", "Team", "Letters", "The Standard"]
    assert nav[0][1] == f"/a/{case.pk}/"
    assert me == "Alder Reach · City lead"


def test_a_team_without_an_assessment_begins_with_its_evidence() -> None:
    results.city("Alder Reach")
    nav, me = way_of(people.person("alder-reach-contributor"))
    assert nav[0] == ("Evidence", "/c/alder-reach-ohio/e/")
    assert me == "Alder Reach · Contributor"


def test_who_left_the_team_has_its_way_no_longer(now, staff) -> None:
    results.city("Alder Reach")
    lead = people.person("alder-reach-lead")
    Membership.objects.filter(person=lead).update(ended_at=now, ended_by=staff)
    assert way_of(lead) == ([("The Standard", "/standard/")], str(lead))


def test_a_reviewer_goes_by_their_desk(now, staff, django_assert_num_queries) -> None:
    reader = people.person("reader")
    PanelMember.objects.create(cycle=results.cycle(), person=reader, joined_at=now, joined_by=staff)
    with django_assert_num_queries(2):
        nav, me = way_of(reader)
    assert nav == [("Desk", "/desk/"), ("Conflicts", "/declaring/2026/"), ("The Standard", "/standard/")]
    assert me == "Reader · Reviewer"


def test_nothing_is_looked_up_before_the_frame_is_drawn(rf: RequestFactory, stranger, django_assert_num_queries) -> None:
    request = rf.get("/")
    request.user = stranger
    with django_assert_num_queries(0):
        WayMiddleware(lambda request: request)(request)
    with django_assert_num_queries(2):
        assert [each["label"] for each in frame.main_nav({"request": request})["items"]] == ["The Standard"]
        assert frame.me_line({"request": request}) == "Stranger"


def test_the_program_and_the_public_need_no_look_up(staff, director, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert way_of(AnonymousUser()) == ([("The Standard", "/standard/")], "")
        assert way_of(staff) == ([("The Standard", "/standard/")], "Staff · Program staff")
        assert way_of(director)[1] == "Director · Program director"
