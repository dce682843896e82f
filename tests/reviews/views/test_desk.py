"""The desk: the person's own work only, in a constant number of queries."""

from assessments.lifecycle import Asked
from assessments.models import Clarification
from reviews.queries import desk
from tests.factories import reviews as make
from tests.support.counting import same_queries

NOW = make.NOW


def test_the_desk_shows_ones_own_work(client_of, cycle, assessment, member, second):
    make.assign(make.answer(assessment, "A1"), member)
    make.assign(make.answer(assessment, "A2"), second)
    page = client_of(member.person).get("/reviews/desk/").content.decode()
    assert "Title of A1" in page
    assert "Title of A2" not in page
    assert "Conflicts" in page


def test_states_come_first_that_need_something(client_of, cycle, assessment, member, second):
    changed, split = make.answer(assessment, "A2"), make.answer(assessment, "A1")
    make.find(make.assign(changed, member))
    make.version(changed)
    make.find(make.assign(split, member))
    make.find(make.assign(split, second, "second"), "not_met")
    make.assign(make.answer(assessment, "B2"), member)
    queue = desk.queue(member.person, cycle)
    assert [item.criterion.code for item in queue.of("changed")] == ["A2"]
    assert [item.criterion.code for item in queue.of("split")] == ["A1"]
    assert [(place.city, count) for place, count in queue.lists] == [(assessment.city, 1)]
    page = client_of(member.person).get("/reviews/desk/").content.decode()
    assert "Changed since your verdict" in page
    assert "As the city says" in page


def test_a_third_reader_learns_nothing_of_the_split(cycle, assessment, member, second):
    answer = make.answer(assessment, "A1")
    make.find(make.assign(answer, member))
    make.find(make.assign(answer, second, "second"), "not_met")
    third = make.reader(cycle, "third")
    make.assign(answer, third, "third")
    assert [item.state for item in desk.queue(third.person, cycle).items] == ["unread"]
    assert desk.splits_for(third.person, cycle) == []
    assert len(desk.splits_for(member.person, cycle)) == 1


def test_a_question_moves_an_answer_to_the_city(cycle, assessment, member):
    answer = make.answer(assessment, "A2")
    make.assign(answer, member)
    Clarification.objects.create(
        answer=answer, text="?", status=Asked.SENT, asked_at=NOW, asked_by=member.person, sent_at=NOW, sent_by=member.person, due_at=NOW
    )
    assert [item.state for item in desk.queue(member.person, cycle).items] == ["waiting"]


def test_empty_and_undeclared(client_of, cycle, assessment):
    silent = make.reader(cycle, "silent", declares=False)
    page = client_of(silent.person).get("/reviews/desk/").content.decode()
    assert "Nothing to read now" in page
    assert "1 city waits for your word" in page


def test_closed_to_others(client_of, cycle, assessment, stranger):
    assert client_of(stranger).get("/reviews/desk/")["Location"] == "/"
    assert client_of(make.lead_of(assessment.city)).get("/reviews/desk/")["Location"] == "/"
    assert client_of(None).get("/reviews/desk/").status_code == 302
    member = make.reader(cycle)
    assert client_of(member.person).get("/reviews/desk/elsewhere/").status_code == 404


def test_constant_queries(client_of, cycle, assessment, member):
    make.assign(make.answer(assessment, "A1"), member)

    def more():
        for number in range(29):
            other = make.submitted(f"City {number}", cycle)
            make.declaring.declare(cycle, city=other.city, state="none", by=member.person, at=NOW)
            make.assign(make.answer(other, "A2"), member)

    same_queries(client_of(member.person), "/reviews/desk/", more, 16)


def test_first_page(member, staff, director, stranger):
    assert desk.first_page_of(member.person) == "/reviews/desk/"
    assert desk.first_page_of(staff) == desk.first_page_of(director) == "/reviews/board/"
    assert desk.first_page_of(stranger) is None
