"""Emergency access: a director looks at one city for a short time, everybody above is told, and nothing can be changed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assessments import access as case_access
from assessments import queries
from assessments.models import BrokenGlass
from reviews.actions import breaking, declaring
from reviews.queries import board, declarations, desk, results
from tests.factories import people
from tests.factories import reviews as make
from wwc.audit.models import Event
from wwc.outbox.models import Letter
from wwc.refusals import NotAllowed, NotFound

NOW = make.NOW


@pytest.fixture
def closed(cycle, assessment, letter_texts, director, second_director):
    """The city, closed to the director by a word of theirs."""
    declaring.declare(cycle, city=assessment.city, state="declared", reason="My brother.", by=director, at=NOW)
    return assessment


def broken(closed, director, **given):
    values = {"reason": "A file with home addresses was added.", "minutes": 15, "by": director, "at": timezone.now()}
    return breaking.break_glass(closed.city, **{**values, **given})


def test_it_opens_the_city_to_look_at_and_tells_every_other_director_at_once(closed, director, second_director, staff):
    third = people.person("third-director", is_director=True)
    assert not queries.assessments_visible_to(director).exists()
    glass = broken(closed, director)
    assert list(queries.assessments_visible_to(director)) == [closed]
    assert case_access.may_see(director, closed.city)
    letters = Letter.objects.filter(kind="glass_broken")
    assert {letter.to for letter in letters} == {second_director, third}
    assert all(letter.due_at <= timezone.now() and "Alder Reach" not in letter.subject + letter.body for letter in letters)
    event = Event.objects.get(verb="broke_glass")
    assert (event.by, event.city_id, event.reason) == (director, closed.city_id, "A file with home addresses was added.")
    assert [row.pk for row in declarations.glass_shown(staff)] == [glass.pk]


def test_it_opens_that_city_alone_and_to_nobody_else(closed, cycle, director):
    other = make.submitted("Port Lindell", cycle)
    declaring.declare(cycle, city=other.city, state="declared", reason="My sister.", by=director, at=NOW)
    colleague = people.person("colleague", is_staff=True)
    declaring.declare(cycle, city=closed.city, state="declared", reason="My town.", by=colleague, at=NOW)
    broken(closed, director)
    assert list(queries.assessments_visible_to(director)) == [closed]
    assert closed not in queries.assessments_visible_to(colleague)
    assert not declarations.glass_shown(colleague).exists()


def test_nothing_is_counted_listed_judged_or_changed_under_it(closed, cycle, director):
    broken(closed, director)
    assert not queries.assessments_for_programme(director).exists()
    assert not desk.answers_readable_by(director).exists()
    assert not desk.assessments_judged_by(director).exists()
    assert not results.deciding_to(director).filter(pk=closed.pk).exists()
    assert "submitted" not in {key for key, n in board.counts(cycle, director, make.NOW).items() if n}
    for ruling in (
        case_access.may_extend(director, closed),
        case_access.may_reopen(director, closed),
        case_access.may_answer(director, make.answer(closed, "A1")),
        case_access.may_invite(director, closed.city),
        breaking.access.may_settle(director, make.answer(closed, "A1")),
        breaking.access.may_propose(director, closed),
        breaking.access.may_assign(director, closed),
    ):
        assert not ruling


def test_it_ends_by_itself(closed, director):
    glass = broken(closed, director)
    BrokenGlass.objects.filter(pk=glass.pk).update(broken_at=NOW, until=timezone.now() - timedelta(seconds=1))
    assert not queries.assessments_visible_to(director).exists()
    assert queries.glass_of(director, closed.city) is None


def test_any_director_ends_it_and_twice_is_once(closed, director, second_director, staff):
    glass = broken(closed, director)
    with pytest.raises(NotAllowed):
        breaking.end_glass(glass, by=staff, at=timezone.now())
    breaking.end_glass(glass, by=second_director, at=timezone.now())
    breaking.end_glass(glass, by=director, at=timezone.now())
    glass.refresh_from_db()
    assert glass.ended_by == second_director
    assert Event.objects.filter(verb="mended_glass").count() == 1
    assert not queries.assessments_visible_to(director).exists()


def test_who_is_no_director_any_more_sees_nothing(closed, director):
    broken(closed, director)
    director.is_director, director.is_staff = False, True
    director.save(update_fields=["is_director", "is_staff"])
    assert not queries.assessments_visible_to(director).exists()
    assert not case_access.may_see(director, closed.city)


def test_a_second_press_opens_nothing_twice(closed, director):
    assert broken(closed, director) == broken(closed, director)
    assert Event.objects.filter(verb="broke_glass").count() == 1
    assert Letter.objects.filter(kind="glass_broken").count() == 1


@pytest.mark.parametrize("minutes", [0, -5, 61])
def test_only_for_a_short_time_and_with_words(closed, director, minutes):
    with pytest.raises(breaking.TooLong):
        broken(closed, director, minutes=minutes)
    with pytest.raises(declaring.SayWhy):
        broken(closed, director, reason="  ")
    assert not BrokenGlass.objects.exists()


def test_never_without_another_director(closed, director, second_director):
    second_director.__class__.objects.filter(pk=second_director.pk).update(is_active=False)
    with pytest.raises(breaking.NobodyToTell):
        broken(closed, director)
    assert not Event.objects.filter(verb="broke_glass").exists()


def test_only_a_director_and_only_where_a_conflict_closes(closed, director, second_director, staff, stranger):
    declaring.declare(closed.cycle, city=closed.city, state="declared", reason="My town.", by=staff, at=NOW)
    with pytest.raises(NotAllowed):
        broken(closed, staff)
    with pytest.raises(NotAllowed):
        broken(closed, second_director)
    with pytest.raises(NotFound):
        broken(closed, stranger)


def test_never_for_the_team_of_the_city(closed, director):
    queries.visible.Membership.objects.create(city=closed.city, person=director, role="contributor", added_at=NOW)
    with pytest.raises(NotAllowed):
        broken(closed, director)
