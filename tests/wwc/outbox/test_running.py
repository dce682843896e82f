"""Work: asked once, claimed once, done once, retried, parked, swept up."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as project
from django.core import mail
from django.db import transaction

from tests.factories import people
from wwc.outbox import post, running, tasks
from wwc.outbox.models import Letter, LetterText, Work


@pytest.fixture
def ran():
    """A kind of work that notes what it did."""
    calls: list[int] = []
    running.entrance("noted")(lambda *, number: calls.append(number))
    return calls


@pytest.fixture
def asked(db, now):
    return lambda kind="noted", **args: post.ask(kind, at=now, **(args or {"number": 7}))


def test_the_same_work_is_asked_once(asked):
    assert asked() == asked()
    assert Work.objects.count() == 1


def test_it_is_handed_to_the_queue_only_after_commit(asked, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(post.current_app, "send_task", lambda name, **options: sent.append((name, options["kwargs"])))
    with django_capture_on_commit_callbacks(execute=True):
        work = asked()
        assert sent == []
    assert sent == [("outbox.run", {"work_id": work.pk})]


def test_it_runs_once_however_often_it_is_woken(asked, ran):
    work = asked()
    assert running.run(work.pk) is True
    assert running.run(work.pk) is False
    assert ran == [7]


def test_a_failure_is_kept_and_tried_again_and_parked_after_five(asked):
    def fail(*, number):
        raise ValueError("no such city")

    running.entrance("failing")(fail)
    work = asked("failing")
    for attempt in range(1, 6):
        Work.objects.filter(pk=work.pk).update(lease_until=None)
        assert running.run(work.pk)
        work.refresh_from_db()
        assert work.attempts == attempt
        assert work.error == "ValueError: no such city"
    assert work.parked_at is not None
    assert running.run(work.pk) is False


def test_work_of_a_killed_worker_is_swept_up_when_its_lease_ends(asked, ran):
    work = asked()
    taken = datetime.now(UTC)
    Work.objects.filter(pk=work.pk).update(claim="dead", lease_until=taken + timedelta(seconds=40), attempts=1)
    assert running.sweep() == []
    Work.objects.filter(pk=work.pk).update(lease_until=taken - timedelta(seconds=1))
    assert running.sweep() == [work.pk]


def test_the_queue_is_told_again_of_what_nobody_took_and_not_with_every_sweep(asked, ran):
    work = asked()
    assert running.sweep() == [], "just told"
    Work.objects.filter(pk=work.pk).update(woken_at=datetime.now(UTC) - timedelta(seconds=31))
    assert running.sweep() == [work.pk]
    assert running.sweep() == []
    with post.quietly():
        silent = asked(number=8)
    assert running.sweep() == [silent.pk], "never told"
    assert running.run(work.pk)
    assert ran == [7]


def test_swept_up_work_runs(asked, ran):
    work = asked()
    Work.objects.filter(pk=work.pk).update(claim="dead", lease_until=datetime.now(UTC) - timedelta(seconds=1), attempts=1)
    assert running.run(work.pk)
    assert ran == [7]


def test_a_task_that_kills_its_worker_is_parked_by_the_sweep(asked):
    work = asked()
    Work.objects.filter(pk=work.pk).update(attempts=5, lease_until=datetime.now(UTC) - timedelta(seconds=1))
    assert running.sweep() == []
    work.refresh_from_db()
    assert work.parked_at is not None


def test_effect_and_done_are_one_transaction(asked, ran):
    def half(*, number):
        with running.completing():
            people.person("written")
            raise RuntimeError("killed here")

    running.entrance("half")(half)
    work = asked("half")
    running.run(work.pk)
    work.refresh_from_db()
    assert work.done_at is None
    assert not people.User.objects.filter(name="Written").exists()


def test_who_lost_the_lease_writes_nothing(asked):
    def slow(*, number):
        Work.objects.filter(kind="slow").update(claim="another worker")
        with running.completing():
            people.person("written")

    running.entrance("slow")(slow)
    work = asked("slow")
    running.run(work.pk)
    work.refresh_from_db()
    assert work.done_at is None
    assert not people.User.objects.filter(name="Written").exists()


def test_progress_renews_the_lease(asked):
    seen = []

    def long(*, number):
        running.progress(3, 10)
        seen.append(Work.objects.get(kind="long"))

    running.entrance("long")(long)
    running.run(asked("long").pk)
    assert (seen[0].progress, seen[0].total) == (3, 10)
    assert seen[0].lease_until > datetime.now(UTC) + timedelta(seconds=30)


def test_drain_runs_what_is_due_and_leaves_the_rest(asked, ran, now):
    asked(number=1)
    post.ask("noted", at=now, due_at=datetime.now(UTC) + timedelta(hours=1), number=2)
    assert running.drain(["noted"]) == 1
    assert ran == [1]


def test_an_unknown_kind_is_an_error_on_the_row(asked):
    work = asked("nobody_does_this")
    running.run(work.pk)
    work.refresh_from_db()
    assert work.error.startswith("UnknownKind")


@pytest.fixture
def letter(db, now):
    LetterText.objects.get_or_create(key="greeting", language="en", defaults={"subject": "Hello {name}", "body": "Words for {name}."})
    return lambda key="g1": post.post("greeting", key=key, to=people.person("ada"), at=now, values={"name": "Ada"}, link={"to": "home"})


def test_a_letter_is_a_row_and_is_sent_once(letter, settings):
    settings.SITE_URL = "https://certification.example"
    row = letter()
    assert letter() == row
    running.drain(["send_letter"])
    running.drain(["send_letter"])
    assert [m.subject for m in mail.outbox] == ["Hello Ada"]
    assert "https://certification.example/" in mail.outbox[0].body
    row.refresh_from_db()
    assert row.status == Letter.Status.SENT


def test_a_canceled_letter_stays_unsent(letter, now):
    row = letter()
    assert post.cancel([row], at=now) == 1
    running.drain(["send_letter"])
    assert mail.outbox == []


def test_half_a_letter_is_never_written(letter, now):
    with pytest.raises(KeyError, match="name"), transaction.atomic():
        post.post("greeting", key="g2", to=people.person("ada"), at=now, values={}, link={})
    assert not Letter.objects.filter(key="g2").exists()


def test_work_that_may_take_long_says_so_to_the_queue_also_when_it_is_swept_up(
    asked, ran, monkeypatch, settings, django_capture_on_commit_callbacks
):
    settings.WORK_LIMITS = {"noted": timedelta(minutes=50)}
    running.entrance("short")(lambda *, number: None)
    sent = []
    monkeypatch.setattr(post.current_app, "send_task", lambda *_name, kwargs, **options: sent.append((kwargs["work_id"], options)))
    with django_capture_on_commit_callbacks(execute=True):
        long, short = asked(), asked("short")
    Work.objects.update(woken_at=None)
    tasks.sweep()
    limits = {work: (options["soft_time_limit"], options["time_limit"]) for work, options in sent}
    assert len(sent) == 4
    assert limits == {long.pk: (3000, 3060), short.pk: (None, None)}


def test_no_work_outlives_the_time_after_which_the_queue_hands_it_out_again():
    assert max(project.WORK_LIMITS.values()) + timedelta(seconds=60) < timedelta(seconds=3600)  # visibility_timeout
