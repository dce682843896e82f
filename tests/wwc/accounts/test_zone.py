"""Times are those of the person who reads; what everybody may open is the same for all."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from tests.factories import people
from wwc.accounts.zone import ZoneMiddleware

pytestmark = pytest.mark.django_db


def _page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(timezone.get_current_timezone_name())


def _zone_shown(rf: RequestFactory, view, person) -> str:
    request = rf.get("/")
    request.user = person

    def answer(asked: HttpRequest) -> HttpResponse:
        middleware.process_view(asked, view, (), {})
        return view(asked)

    middleware = ZoneMiddleware(answer)
    shown = middleware(request).content.decode()
    assert timezone.get_current_timezone_name() == "UTC", "the next request of the thread would begin with another one's clock"
    return shown


def test_a_page_shows_the_zone_of_its_reader_else_the_programs(rf, settings):
    settings.PROGRAM_ZONE = "America/Chicago"
    assert _zone_shown(rf, _page, people.person("west", timezone="America/Los_Angeles")) == "America/Los_Angeles"
    assert _zone_shown(rf, _page, people.person("nowhere")) == "America/Chicago"


def test_an_open_page_is_the_same_for_all(rf):
    open_page = login_not_required(lambda request: _page(request))
    assert _zone_shown(rf, open_page, people.person("west", timezone="America/Los_Angeles")) == "UTC"
