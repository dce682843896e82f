"""Who may draft, edit, publish and retire."""

import pytest
from django.contrib.auth.models import AnonymousUser

from criteria import access
from wwc.audit import record

pytestmark = pytest.mark.django_db


def answers(ruling):
    return "yes" if ruling else ("hidden" if ruling.hidden else "no")


def test_drafts_belong_to_the_program(draft, current, staff, director, stranger):
    stranger_too = AnonymousUser()
    assert [answers(access.may_draft(by)) for by in (None, stranger_too, stranger, staff, director)] == ["hidden"] * 3 + ["yes"] * 2
    assert [answers(access.may_edit(by, draft)) for by in (None, stranger_too, stranger, staff, director)] == ["hidden"] * 3 + ["yes"] * 2
    assert [answers(access.may_edit(by, current)) for by in (stranger, staff, director)] == ["hidden", "no", "no"]


@pytest.mark.parametrize("may", [access.may_publish, access.may_retire])
def test_a_director_publishes_and_retires(may, draft, staff, director, stranger):
    assert [answers(may(by, draft)) for by in (stranger, staff, director)] == ["hidden", "no", "yes"]


@pytest.mark.parametrize("may", [access.may_publish, access.may_retire])
def test_without_a_person_the_loader_alone(may, draft):
    assert answers(may(None, draft)) == "hidden"
    for channel in ("page", "api", "worker", "command", "demo"):
        with record.through(channel):
            assert answers(may(None, draft)) == "hidden"
    with record.through("loader"):
        assert answers(may(None, draft)) == "yes"


def test_who_left_has_no_say(draft, director):
    director.is_active = False
    assert answers(access.may_publish(director, draft)) == "hidden"
    assert answers(access.may_edit(director, draft)) == "hidden"
