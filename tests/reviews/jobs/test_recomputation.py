"""A whole cycle scored again: a report always, a score only where the fingerprint is new, never an award."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.models import Answer
from reviews.actions import scoring
from reviews.jobs import recomputation as job
from reviews.jobs import score
from reviews.models import Award, Recomputation, Resolution, Score, ScoreDifference
from reviews.queries import results
from tests.factories import people
from tests.factories import results as make
from wwc import invariants
from wwc.audit.models import Event
from wwc.outbox import running
from wwc.outbox.models import Work


@pytest.fixture
def asked(db, staff):
    """Ask that the cycle be scored again; what was asked."""
    return lambda: scoring.recompute(make.cycle(), by=staff, at=make.NOW)


def turn(case, code, verdict):
    """Settle one verdict otherwise."""
    answer = Answer.objects.get(assessment=case, criterion__code=code)
    said = {
        "how": "lead",
        "verdict": verdict,
        "rationale": "Looked at again.",
        "resolved_at": make.NOW,
        "resolved_by": people.person("lead"),
    }
    Resolution.objects.create(answer=answer, version=answer.current, **said)


def awards():
    """Every column of every award."""
    return list(Award.objects.order_by("pk").values())


def last_of(n):
    """The last criterion of n that are met; nothing needs it."""
    return make.met(n)[-1]


def test_with_nothing_new_there_is_a_report_and_no_score(asked):
    for name in ("Alder Reach", "Fort Hallam"):
        make.scored(make.city(name), 31)
    row = asked()
    job.recompute_cycle(row.pk)
    row.refresh_from_db()
    assert (row.done, row.total, row.engine) == (2, 2, "1")
    assert row.finished_at is not None
    assert Score.objects.count() == 2
    assert not ScoreDifference.objects.exists()
    assert Event.objects.filter(verb="recomputed", by=None).count() == 1


def test_a_new_verdict_is_a_new_score_and_a_line_of_the_report(asked):
    case, _other = make.scored(make.city("Alder Reach"), 30), make.scored(make.city("Fort Hallam"), 31)
    turn(case, last_of(30), "not_met")
    job.recompute_cycle(asked().pk)
    line = ScoreDifference.objects.select_related("before", "after").get()
    assert (line.assessment, line.before.tier, line.after.tier, line.award) == (case, "gold", "silver", None)
    assert Score.objects.count() == 3
    assert Event.objects.filter(verb="scored", subject_id=line.after_id, city_id=case.city_id).count() == 1
    assert results.current_score(case) == line.after
    assert not list(invariants.scores_recompute())


def test_awards_are_named_and_never_touched(asked, staff, director):
    case = make.scored(make.city("Alder Reach"), 30)
    award = make.approved(case, proposer=staff, director=director)
    turn(case, last_of(30), "not_met")
    before = awards()
    job.recompute_cycle(asked().pk)
    line = ScoreDifference.objects.select_related("after", "award").get()
    assert (line.award, line.award.tier, line.after.tier) == (award, "gold", "silver")
    assert awards() == before
    # The score is known by now, and the award is another still: the next report says so again, and nothing else.
    job.recompute_cycle(asked().pk)
    assert list(ScoreDifference.objects.order_by("pk").values_list("award", "after")) == [(award.pk, line.after_id)] * 2
    assert (Score.objects.count(), awards()) == (2, before)


def test_an_award_of_another_tier_by_decision_is_no_difference(asked, staff, director):
    case = make.scored(make.city("Alder Reach"), 30)
    make.approved(case, proposer=staff, director=director, tier="platinum", reason="The board decided so.")
    job.recompute_cycle(asked().pk)
    assert not ScoreDifference.objects.exists()


def test_it_scores_alike_whether_alone_or_with_the_cycle(asked):
    cases = [make.settled(make.city(name), make.met(n)) for name, n in (("Alder Reach", 31), ("Fort Hallam", 14))]
    job.recompute_cycle(asked().pk)
    together = {row.assessment_id: row for row in Score.objects.all()}
    assert ScoreDifference.objects.filter(before=None).count() == 2
    for case in cases:
        score.score_assessment(case.pk)
    assert Score.objects.count() == 2, "the same fingerprint, so no other row"
    for name, case in zip(("Sable", "Tamsin"), cases, strict=True):
        codes = [code for code, verdict in together[case.pk].verdicts.items() if verdict == "met"]
        alone = make.settled(make.city(name), codes)
        score.score_assessment(alone.pk)
        columns = ("fingerprint", "engine", "edition", "points", "possible", "tier", "verdicts", "result")
        assert [getattr(alone.scores.get(), each) for each in columns] == [getattr(together[case.pk], each) for each in columns]


def test_missing_verdicts_are_a_line_and_stop_nothing(asked):
    case, other = make.settled(make.city("Alder Reach"), make.met(31)), make.settled(make.city("Fort Hallam"), make.met(31))
    answer = Answer.objects.get(assessment=case, criterion__code="OD1")
    answer.current = answer.versions.create(number=2, claim="met", saved_at=make.NOW, saved_by=people.person("lead"))
    answer.version = 2
    answer.save()
    job.recompute_cycle(asked().pk)
    assert list(Score.objects.values_list("assessment", flat=True)) == [other.pk]
    assert list(ScoreDifference.objects.order_by("pk").values_list("assessment", "after", "missing")) == [
        (case.pk, None, 1), (other.pk, other.scores.get().pk, 0),
    ]  # fmt: skip


def test_the_second_run_writes_nothing(asked):
    case = make.scored(make.city("Alder Reach"), 30)
    turn(case, last_of(30), "not_met")
    row = asked()
    job.recompute_cycle(row.pk)
    written = [model.objects.count() for model in (Score, ScoreDifference, Event)]
    row.refresh_from_db()
    job.recompute_cycle(row.pk)
    again = Recomputation.objects.get(pk=row.pk)
    assert (again.done, again.finished_at) == (row.done, row.finished_at)
    assert [model.objects.count() for model in (Score, ScoreDifference, Event)] == written


def test_a_worker_killed_in_the_middle_is_followed_by_one_that_goes_on(asked, monkeypatch):
    """Five assessments in chunks of two: cut inside the second chunk, then run again."""
    monkeypatch.setattr(job, "CHUNK", 2)
    cases = [make.settled(make.city(f"Alder {n}"), make.met(20 + n)) for n in range(5)]
    row = asked()
    work, stored = Work.objects.get(kind="recompute_cycle"), score.store

    def dies(*given):
        found = stored(*given)
        if Score.objects.count() > 3:
            raise SystemExit("killed")
        return found

    monkeypatch.setattr(job.score, "store", dies)
    running.load_entrances()
    with pytest.raises(SystemExit):
        running.run(work.pk)
    row.refresh_from_db()
    work.refresh_from_db()
    assert (row.done, row.finished_at, work.done_at) == (2, None, None)
    assert Score.objects.count() == ScoreDifference.objects.count() == 2, "a chunk is whole or not at all"
    monkeypatch.setattr(job.score, "store", stored)
    Work.objects.filter(pk=work.pk).update(lease_until=make.NOW - timedelta(days=1))
    assert running.run(work.pk)
    row.refresh_from_db()
    work.refresh_from_db()
    assert (row.done, row.total, work.progress, work.total) == (5, 5, 5, 5)
    assert row.finished_at is not None
    assert work.done_at is not None
    assert sorted(Score.objects.values_list("assessment", "points")) == [(case.pk, 20 + n) for n, case in enumerate(cases)]
    assert Event.objects.filter(verb="scored").count() == 5


def test_each_chunk_renews_the_lease(asked, monkeypatch):
    monkeypatch.setattr(job, "CHUNK", 1)
    for n in range(3):
        make.settled(make.city(f"Alder {n}"), make.met(20))
    said = []
    monkeypatch.setattr(job.running, "progress", lambda done, total: said.append((done, total)))
    job.recompute_cycle(asked().pk)
    assert said == [(1, 3), (2, 3), (3, 3)]


def test_whoever_lost_the_lease_writes_no_chunk(asked, monkeypatch):
    make.settled(make.city("Alder Reach"), make.met(20))
    row = asked()

    def lost(done, total):
        raise running.LeaseLost("taken over")

    monkeypatch.setattr(job.running, "progress", lost)
    with pytest.raises(running.LeaseLost):
        job.recompute_cycle(row.pk)
    assert not Score.objects.exists()


def test_a_chunk_takes_the_same_queries_however_many_are_in_it(asked):
    def queries(names):
        for name in names:
            make.settled(make.city(name), make.met(20))
        row = asked()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            job.recompute_cycle(row.pk)
        return len(captured.captured_queries)

    assert queries(["Alder Reach"]) == queries([f"Fort {n}" for n in range(30)])
