"""Scoring by the worker: golden values, once per fingerprint, errors rather than noughts."""

import pytest

from assessments.lifecycle import Status
from assessments.models import Answer
from criteria import scoring as core
from criteria.queries import rulebook
from reviews.jobs.score import score_assessment
from reviews.models import Resolution, Score
from reviews.queries.verdicts import Incomplete, settled, settled_in
from tests.factories import people
from tests.factories import results as make
from wwc.audit.models import Event
from wwc.outbox import post, running
from wwc.outbox.models import Work


@pytest.mark.parametrize(
    ("n", "tier"),
    [
        (14, ""),
        (15, "certified"),
        (21, "certified"),
        (22, "silver"),
        (29, "silver"),
        (30, "gold"),
        (36, "gold"),
        (37, "platinum"),
        (43, "platinum"),
    ],
)
def test_golden_scores_of_the_2022_edition(db, n, tier):
    case = make.scored(make.city("Alder Reach"), n)
    score = case.scores.get()
    assert (score.points, score.possible, score.tier) == (n, 43, tier)
    book = rulebook(case.cycle.standard)
    assert score.result == core.as_data(core.score(book, score.verdicts))
    assert score.result["points"] == n
    assert len(score.result["reasons"]) == 43


def test_what_is_no_score_is_not_written_as_one(db):
    score = make.scored(make.city("Alder Reach"), 31).scores.get()
    score.pk, score.fingerprint, score.result = None, "f" * 64, object()
    with pytest.raises(TypeError, match="not JSON serializable"):
        score.save(force_insert=True)


def test_a_missing_core_criterion_beats_any_number_of_points(db):
    codes = [code for code in make.met(43) if code != "PA1"]
    case = make.settled(make.city("Quillon"), codes)
    score_assessment(case.pk)
    score = case.scores.get()
    assert score.tier == ""
    assert score.result["tiers"][0]["missing_core"] == ["PA1"]
    assert score.points >= 30


def test_the_second_run_writes_nothing(db):
    case = make.scored(make.city("Alder Reach"), 31)
    events = Event.objects.count()
    score_assessment(case.pk)
    assert Score.objects.count() == 1
    assert Event.objects.count() == events
    assert Event.objects.filter(verb="scored", by=None).count() == 1


def test_changed_verdicts_make_another_score_and_leave_the_first(db):
    case = make.scored(make.city("Alder Reach"), 31)
    answer = Answer.objects.get(assessment=case, criterion__code="OD1")
    Resolution.objects.create(
        answer=answer,
        version=answer.current,
        how="lead",
        verdict="not_met",
        rationale="Looked at again.",
        resolved_at=make.NOW,
        resolved_by=people.person("lead"),
    )
    score_assessment(case.pk)
    assert sorted(case.scores.values_list("points", flat=True)) in ([30, 31], [29, 31])


def test_an_assessment_that_was_sent_back_is_not_scored(db):
    case = make.settled(make.city("Alder Reach"), make.met(20), status=Status.IN_REVIEW)
    score_assessment(case.pk)
    assert not Score.objects.exists()


def test_a_missing_verdict_is_an_error_of_the_work_and_no_score(db):
    case = make.settled(make.city("Alder Reach"), make.met(20))
    answer = Answer.objects.get(assessment=case, criterion__code="OD1")
    answer.current = answer.versions.create(number=2, claim="met", saved_at=make.NOW, saved_by=people.person("lead"))
    answer.version = 2
    answer.save()
    with pytest.raises(Incomplete):
        score_assessment(case.pk)
    work = post.ask("score_assessment", at=make.NOW, assessment_id=case.pk)
    running.load_entrances()
    running.run(work.pk)
    work.refresh_from_db()
    assert work.done_at is None
    assert work.error.startswith("Incomplete")
    assert not Score.objects.exists()


def test_the_latest_verdict_counts_and_on_another_version_it_settles_nothing(db):
    case = make.settled(make.city("Alder Reach"), make.met(20))
    answer = Answer.objects.get(assessment=case, criterion__code="OD1")
    older = answer.versions.create(number=0, claim="met", saved_at=make.NOW, saved_by=people.person("lead"))
    said = {"how": "lead", "rationale": "Looked at again.", "resolved_at": make.NOW, "resolved_by": people.person("lead")}
    Resolution.objects.create(answer=answer, version=answer.current, verdict="met", **said)
    assert settled(case)["OD1"] == "met"
    Resolution.objects.create(answer=answer, version=older, verdict="not_met", **said)
    assert "OD1" not in settled_in([case.pk])[case.pk]


def test_staff_are_told_once_a_day_however_many_are_ready(db):
    for name in ("Alder Reach", "Fort Hallam"):
        make.scored(make.city(name), 31)
    assert Work.objects.filter(kind="tell_ready").count() == 1
