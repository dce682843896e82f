"""Side by side, one assessment's answers, ready and back."""

import re

import pytest

from assessments.models import Assessment, Clarification
from reviews.models import Resolution
from tests.factories import reviews as make
from tests.support.counting import same_queries
from wwc.outbox.models import Work


@pytest.fixture
def split(assessment, member, second):
    answer = make.answer(assessment, "A1")
    make.find(make.assign(answer, member))
    make.find(make.assign(answer, second, "second"), "not_met", rationale="The policy is a draft.")
    return answer


def test_a_split_side_by_side(client_of, split, member, staff, director):
    for who in (member.person, staff, director):
        page = client_of(who).get(f"/reviews/settling/answer/{split.pk}/").content.decode()
        assert "The policy is a draft." in page
        assert "Tick by tick" in page
    assert "Reach a consensus" in client_of(member.person).get(f"/reviews/settling/answer/{split.pk}/").content.decode()
    assert "Settle it" in client_of(director).get(f"/reviews/settling/answer/{split.pk}/").content.decode()
    assert (
        "A practice lead of this area or a director settles it."
        in client_of(staff).get(f"/reviews/settling/answer/{split.pk}/").content.decode()
    )
    assert "Title of A1" in client_of(member.person).get("/reviews/splits/").content.decode()


def test_a_director_settles(client_of, split, director):
    client = client_of(director)
    assert client.post(f"/reviews/settling/answer/{split.pk}/", {"verdict": "met", "rationale": ""}).status_code == 422
    client.post(f"/reviews/settling/answer/{split.pk}/", {"verdict": "met", "rationale": "Signed in March."})
    assert Resolution.objects.get().how == "lead"
    assert "Signed in March." in client.get(f"/reviews/settling/answer/{split.pk}/").content.decode()


def test_readers_reach_a_consensus(client_of, split, member, second):
    client, other, address = client_of(member.person), client_of(second.person), f"/reviews/settling/answer/{split.pk}/"
    answer = client.post(f"{address}consensus/", {"verdict": "not_met", "rationale": ""})
    assert answer.status_code == 422
    assert "Give the reasons" in answer.content.decode()
    client.post(f"{address}consensus/", {"verdict": "not_met", "rationale": "It is a draft."})
    assert "You proposed: Not met" in client.get(address).content.decode()
    page = other.get(address).content.decode()
    assert "proposes: Not met" in page
    assert "It is a draft." in page
    agree = re.search(r"/reviews/settling/consensus/\d+/", page)[0]
    client.post(agree)
    assert not Resolution.objects.exists()
    other.post(agree)
    assert Resolution.objects.get().how == "consensus"


def test_a_split_is_passed_on(client_of, split, member):
    client_of(member.person).post(f"/reviews/settling/answer/{split.pk}/pass-on/")
    assert Work.objects.filter(kind="pass_on_split", key__endswith=":asked").exists()


def test_staff_do_not_settle(client_of, split, staff):
    answer = client_of(staff).post(f"/reviews/settling/answer/{split.pk}/", {"verdict": "met", "rationale": "x"})
    assert answer.status_code == 403
    assert not Resolution.objects.exists()


def test_an_unfiled_reader_sees_no_reading(client_of, assessment, member, second):
    answer = make.answer(assessment, "A1")
    make.find(make.assign(answer, member), "not_met", rationale="Hidden words.")
    make.assign(answer, second, "second")
    assert "Hidden words." not in client_of(second.person).get(f"/reviews/settling/answer/{answer.pk}/").content.decode()


def test_record_agreed_declare_ready_and_back(client_of, assessment, member, second, staff):
    client, address = client_of(staff), f"/reviews/settling/{assessment.pk}/"
    for code in ("A1", "A2", "B1"):
        make.find(make.assign(make.answer(assessment, code), member))
    make.find(make.assign(make.answer(assessment, "A1"), second, "second"))
    make.assign(make.answer(assessment, "B2"), member)
    page = client.get(address).content.decode()
    assert "Record 3 agreed verdicts" in page
    assert "4 answers have no settled verdict yet." in page
    client.post(address + "agree/")
    client.post(address + "ready/")
    assert Assessment.objects.get(pk=assessment.pk).status == "in_review"
    make.find(assessment.answers.get(criterion__code="B2").assignments.get(), "not_met")
    client.post(f"/reviews/settling/answer/{make.answer(assessment, 'B2').pk}/agree/")
    client.post(address + "ready/")
    assert Assessment.objects.get(pk=assessment.pk).status == "ready"
    assert Work.objects.filter(kind="score_assessment").count() == 1
    client.post(address + "back/", {"reason": ""})
    assert Assessment.objects.get(pk=assessment.pk).status == "ready"
    client.post(address + "back/", {"reason": "Read in haste."})
    assert Assessment.objects.get(pk=assessment.pk).status == "in_review"


def test_staff_and_leads_ask(client_of, cycle, assessment, member, staff):
    answer = make.answer(assessment, "A2")
    make.assign(answer, member)
    client_of(staff).post(f"/reviews/settling/answer/{answer.pk}/ask/", {"text": "Since when?", "required": "on"})
    assert Clarification.objects.get().asked_by == staff
    page = client_of(staff).get(f"/reviews/settling/{assessment.pk}/").content.decode()
    assert "Questions to send" in page
    question = Clarification.objects.get()
    client_of(staff).post(f"/reviews/questions/{assessment.pk}/", {f"text-{question.pk}": "Since when?", f"place-{question.pk}": 1})
    assert Clarification.objects.get().status == "sent"


def test_staff_take_an_answer_back(client_of, assessment, member, second, staff):
    answer = make.answer(assessment, "A2")
    reading = make.assign(answer, member)
    client = client_of(staff)
    assert "Take the answer back" in client.get(f"/reviews/settling/answer/{answer.pk}/").content.decode()
    client.post(f"/reviews/assignments/take-back/{reading.pk}/", {"reason": ""})
    reading.refresh_from_db()
    assert reading.ended_at is None
    assert client_of(second.person).post(f"/reviews/assignments/take-back/{reading.pk}/", {"reason": "x"}).status_code == 404
    client.post(f"/reviews/assignments/take-back/{reading.pk}/", {"reason": "Away until May."})
    reading.refresh_from_db()
    assert reading.ended_because == "Away until May."


def test_staff_ask_for_a_third_reader(client_of, cycle, assessment, split, staff):
    third = make.reader(cycle, "third")
    page = client_of(staff).get(f"/reviews/settling/answer/{split.pk}/").content.decode()
    assert "Assign a third reader" in page
    address = f"/reviews/assignments/c26/plan/?slot=third&city={assessment.pk}"
    seen = re.search(r'name="seen" value="(\w+)"', client_of(staff).get(address).content.decode())[1]
    client_of(staff).post("/reviews/assignments/c26/plan/publish/", {"slot": "third", "city": assessment.pk, "seen": seen})
    assert third.assignments.get().slot == "third"


def test_a_lead_sees_their_area_and_cannot_declare_ready(client_of, cycle, assessment, member):
    lead = make.reader(cycle, "area-lead", part="lead", areas=["A"])
    page = client_of(lead.person).get(f"/reviews/settling/{assessment.pk}/").content.decode()
    assert "Title of A1" in page
    assert "Title of B1" not in page
    assert "Cities in your areas" in client_of(lead.person).get("/reviews/desk/").content.decode()
    assert "Declare ready" not in page
    assert client_of(lead.person).post(f"/reviews/settling/{assessment.pk}/ready/").status_code == 404


def test_constant_queries(client_of, cycle, assessment, member, second, staff, split):
    def more():
        for code in ("A2", "B1", "B2"):
            answer = make.answer(assessment, code)
            make.find(make.assign(answer, member))
            make.assign(answer, second, "second")

    same_queries(client_of(staff), f"/reviews/settling/{assessment.pk}/", more, 23)
