"""Fifty people write five answers at once: no acknowledged save is lost, every conflict is told with both texts."""

import sys
import threading
from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from django.db import connection

from assessments.actions import answering
from assessments.models import Answer, AnswerVersion
from tests.conftest import NOW
from tests.factories import assessments as cases
from wwc.refusals import Refusal

pytestmark = [
    pytest.mark.alone,
    pytest.mark.races,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("standing", "postgres"),
]

EDITORS, CODES, EACH = 50, ("DM1", "DM2", "DM3", "DM4", "DM5"), 20


@dataclass
class Log:
    """What one editor was told: saves that were acknowledged (number of the version, what it was based on, text), and conflicts."""

    saved: list[tuple[int, int, str]] = field(default_factory=list)
    conflicts: list[tuple[answering.StaleSave, str, int]] = field(default_factory=list)
    other: list[BaseException] = field(default_factory=list)


def _edit(one: Answer, editor: int, by, log: Log, gate: threading.Barrier) -> None:
    """Save again and again without a pause; who meets somebody else's text writes a third from both."""
    try:
        gate.wait()
        based_on = 0
        for turn in range(EACH):
            words = f"Editor {editor}, text {turn}."
            while True:
                given = {"claim": "met", "ticks": [1], "narrative": words, "based_on": based_on}
                try:
                    version = answering.save(one, **given, by=by, at=NOW)
                except answering.StaleSave as stale:
                    log.conflicts.append((stale, words, based_on))
                    based_on = stale.theirs.number
                    continue
                log.saved.append((version.number, based_on, words))
                based_on = version.number
                break
    except Exception as error:
        log.other.append(error)
    finally:
        connection.close()


def _all_at_once() -> dict[int, list[Log]]:
    """Ten editors on each of five answers; what they were told, by answer."""
    case = cases.started()
    people = [cases.member(case.city, "contributor", f"editor-{n}") for n in range(EDITORS)]
    answers = [cases.answer(case, code) for code in CODES]
    logs, gate = defaultdict(list), threading.Barrier(EDITORS)
    threads = []
    for n, person in enumerate(people):
        one, log = answers[n % len(answers)], Log()
        logs[one.pk].append(log)
        threads.append(threading.Thread(target=_edit, args=(one, n, person, log, gate)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return logs


def _lost(logs: dict[int, list[Log]]) -> int:
    """The acknowledged saves that are no version, or that the next save replaced without its writer having seen them."""
    lost = 0
    for pk, told in logs.items():
        kept = dict(AnswerVersion.objects.filter(answer=pk).values_list("number", "narrative"))
        saved = [each for log in told for each in log.saved]
        based = {number: based_on for number, based_on, _words in saved}
        lost += sum(1 for number, _based, words in saved if kept.get(number) != words or based.get(number + 1, number) < number)
    return lost


def test_no_acknowledged_save_is_lost_and_every_conflict_carries_both_texts():
    logs = _all_at_once()
    saved = sum(len(log.saved) for told in logs.values() for log in told)
    conflicts = [each for told in logs.values() for log in told for each in log.conflicts]
    sys.stdout.write(f"\n{EDITORS} editors, {len(CODES)} answers: {saved} saves acknowledged, {len(conflicts)} conflicts\n")
    assert [error for told in logs.values() for log in told for error in log.other] == []
    assert saved == EDITORS * EACH == 1000
    assert _lost(logs) == 0
    assert conflicts, "nobody met anybody, so nothing was tried"
    for pk, told in logs.items():
        numbers = [number for log in told for number, _based, _words in log.saved]
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), "numbered without holes, each acknowledged once"
        assert Answer.objects.get(pk=pk).version == len(numbers)
    stored = {(each.answer_id, each.number): each.narrative for each in AnswerVersion.objects.all()}
    for stale, words, based_on in conflicts:
        assert stale.mine.narrative == words
        assert stale.theirs.number > based_on
        assert stored[stale.theirs.answer_id, stale.theirs.number] == stale.theirs.narrative
        assert (stale.base.number if stale.base else 0) == based_on


def test_with_the_guard_switched_off_saves_are_lost(monkeypatch):
    """The same, so that the test above can fail: without the look at what the person saw, saves cover each other unseen."""
    monkeypatch.setattr(answering, "require_fresh", lambda *args: None)
    logs = _all_at_once()
    saved = sum(len(log.saved) for told in logs.values() for log in told)
    lost = _lost(logs)
    sys.stdout.write(f"\nwithout the guard: {saved} saves acknowledged, {lost} of them lost\n")
    assert lost > saved / 4


def test_without_the_lock_the_numbers_are_not_given_in_turn(monkeypatch):
    """Without the lock two saves take one number: the database refuses the second, and nobody is told of both texts."""

    def unlocked(answer: Answer) -> Answer:
        return Answer.objects.select_related("assessment__city", "assessment__cycle", "criterion", "current__saved_by").get(pk=answer.pk)

    monkeypatch.setattr(answering, "locked", unlocked)
    logs = _all_at_once()
    broken = [error for told in logs.values() for log in told for error in log.other]
    sys.stdout.write(f"\nwithout the lock: {len(broken)} editors were stopped by an error of the database\n")
    assert broken
    assert not any(isinstance(error, Refusal) for error in broken)
