"""The table through the actions themselves: whoever may not is refused before anything else, and nothing is written."""

import pytest
from django.db import transaction

from tests.permissions import world as worlds
from tests.permissions.acts import ACTS, LOOKS
from tests.permissions.test_matrix import ROLES, ROWS
from wwc.audit.models import Event
from wwc.refusals import NotAllowed, NotFound, Refusal

pytestmark = [pytest.mark.heavy, pytest.mark.django_db]


# Lines of closed cities are in no plan that the person has, so the action knows them as little as lines that are gone.
BY_SCOPE = {("change_plan", "conflict")}


def said_by(act, it, person) -> str:
    """What the action says to the person: done, or refused for who they are, or for another reason."""
    with transaction.atomic():
        before = Event.objects.count()
        try:
            act(it, {"by": person, "at": worlds.NOW})
        except NotFound:
            said = "-"
        except NotAllowed:
            said = "no"
        except Refusal:
            said = "not now"
        else:
            said = "yes"
        if said != "yes" and Event.objects.count() != before:
            said += ", after something was written"
        transaction.set_rollback(True)
    return said


def test_the_actions_say_what_the_table_says():
    it, wrong, done = worlds.world(), [], 0
    for row in ROWS:
        for role in ROLES if row["key"] in ACTS else ():
            said = said_by(ACTS[row["key"]], it, it.people[role])
            done += 1
            fits = {row[role], "not now"} if row[role] == "yes" or (row["key"], role) in BY_SCOPE else {row[role]}
            if said not in fits:
                wrong.append(f"{row['key']} {role}: {said}, the table says {row[role]}")
    assert not wrong, "\n".join(wrong)
    assert done == len(ACTS) * len(ROLES)


def test_every_line_is_an_act_or_a_look():
    assert {row["key"] for row in ROWS} == set(ACTS) | LOOKS
    assert not set(ACTS) & LOOKS
