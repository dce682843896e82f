"""The board: counts that equal their rows, cities closed by a conflict in neither."""

from datetime import timedelta

from assessments.lifecycle import Asked
from assessments.models import Clarification
from reviews.queries import board
from tests.factories import reviews as make
from tests.support.counting import same_queries
from wwc.outbox.models import Letter

NOW = make.NOW


def busy(cycle, assessment, member, second):
    """One city in every stage that a board counts."""
    make.submitted("Port Lindell", cycle)
    split, asked = make.answer(assessment, "A1"), make.answer(assessment, "A2")
    make.find(make.assign(split, member))
    make.find(make.assign(split, second, "second"), "not_met")
    make.assign(asked, member)
    Clarification.objects.create(
        answer=asked,
        text="Since when?",
        status=Asked.SENT,
        asked_at=NOW,
        asked_by=member.person,
        sent_at=NOW,
        sent_by=member.person,
        due_at=NOW,
    )
    make.find(make.assign(make.answer(assessment, "B1"), member))
    Letter.objects.create(
        key="x", kind="received", address="a@example.org", subject="Received", body="", written_at=NOW, due_at=NOW, failed_at=NOW,
        city_id=assessment.city_id,
    )  # fmt: skip


def test_what_is_counted(client_of, cycle, assessment, member, second, staff):
    busy(cycle, assessment, member, second)
    page = client_of(staff).get("/reviews/board/").content.decode()
    counts = board.counts(cycle, staff, NOW)
    assert {what: count for what, count in counts.items() if not what.startswith("work_")} == {
        "joined": 2, "submitted": 1, "in_review": 1, "waiting": 1, "overdue": 0, "split": 1, "ready": 0, "decided": 0, "announced": 0,
        "unassigned": 5, "unread": 0, "needs_second": 0, "stale": 0, "agreed": 1, "arrived": 0, "late": 0, "waits": 4, "settled": 0,
        "to_settle": 4, "letters": 1,
    }  # fmt: skip
    later = board.counts(cycle, staff, NOW + timedelta(days=40))
    assert (later["overdue"], later["late"]) == (1, 0)  # what is with the city or read is not late
    assert "Alder Reach, A: 0 of 2 settled, waiting for the city" in page


def test_readings_past_their_date_and_replies_that_arrived(cycle, assessment, member, second, staff):
    late, replied = make.answer(assessment, "A2"), make.answer(assessment, "B1")
    make.assign(late, member)
    make.assign(replied, member)
    values = {"text": "Since when?", "asked_at": NOW, "asked_by": staff, "sent_at": NOW, "sent_by": staff, "due_at": NOW}
    Clarification.objects.create(answer=replied, status=Asked.ANSWERED, **values)
    whole = board.board(cycle, staff, NOW + timedelta(days=40))
    assert [each.answer for each in whole.late()] == [late.pk, replied.pk]
    assert [each.answer for each in whole.arrived()] == [replied.pk]
    make.find(replied.assignments.get())
    whole = board.board(cycle, staff, NOW + timedelta(days=40))
    assert [each.answer for each in whole.late()] == [late.pk]
    assert whole.arrived() == []
    assert [load.n for load in board.loads(whole, {member.pk: member})] == [2]
    assert [each.answer for each in whole.read_by(member.pk, filed=True)] == [replied.pk]


def test_a_conflict_takes_the_city_out_of_counts_and_rows(client_of, cycle, assessment, member, second, staff):
    busy(cycle, assessment, member, second)
    make.declaring.declare(cycle, city=assessment.city, state="declared", reason="My brother.", by=staff, at=NOW)
    counts = board.counts(cycle, staff, make.NOW)
    assert (counts["submitted"], counts["in_review"], counts["waiting"], counts["split"], counts["letters"]) == (1, 0, 0, 0, 0)
    client = client_of(staff)
    for address in ("", "c26/waiting/", "c26/split/", "c26/letters/", "c26/in_review/"):
        assert "Alder Reach" not in client.get(f"/reviews/board/{address}").content.decode()
    assert client.get(f"/reviews/settling/{assessment.pk}/").status_code == 404


def test_for_the_program_alone(client_of, cycle, assessment, member, director):
    assert client_of(director).get("/reviews/board/").status_code == 200
    for who in (member.person, make.lead_of(assessment.city)):
        assert client_of(who).get("/reviews/board/").status_code == 404
        assert client_of(who).get("/reviews/board/c26/split/").status_code == 404
    assert client_of(director).get("/reviews/board/c26/nonsense/").status_code == 404
    assert client_of(director).get("/reviews/board/nowhere/").status_code == 404


def test_an_empty_cycle(client_of, cycle, staff):
    assert "No city has submitted yet" in client_of(staff).get("/reviews/board/").content.decode()


def test_when_all_have_their_result_the_board_says_so(client_of, cycle, assessment, staff):
    for status in ("in_review", "ready", "decided", "announced"):
        assessment.move_to(status, by=staff, at=NOW)
    page = client_of(staff).get("/reviews/board/").content.decode()
    assert "1 city has its result" in page
    assert "No city has submitted yet" not in page


def test_loads_are_folded_after_eight(client_of, cycle, assessment, staff):
    for number in range(8):
        make.reader(cycle, f"reader-{number}")
    assert "more person" not in client_of(staff).get("/reviews/board/").content.decode()
    make.reader(cycle, "one-more")
    page = client_of(staff).get("/reviews/board/").content.decode()
    assert "<summary>1 more person</summary>" in page
    assert page.count("0 of 400") == 9


def test_constant_queries(client_of, cycle, assessment, member, staff):
    def more():
        for number in range(29):
            make.submitted(f"City {number}", cycle)

    same_queries(client_of(staff), "/reviews/board/c26/", more, 23)
    same_queries(client_of(staff), "/reviews/board/c26/unassigned/", lambda: make.submitted("One more", cycle), 17)
