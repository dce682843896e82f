"""Questions, as the city reads and answers them."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.actions import clarifying
from assessments.lifecycle import Asked
from assessments.models import Clarification, Reply, ReplyDraft
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.support.counting import same_queries

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def asked_once(shared):
    return cases.asked(cases.in_review())


@pytest.fixture
def asked(asked_once, db):
    """The question, as each test finds it."""
    return deepcopy(asked_once)


def _address(asked):
    return reverse("assessments:question", args=[asked.pk])


def _list(asked):
    return reverse("assessments:clarifying", args=[asked.answer.assessment_id])


def _lead(asked):
    return cases.lead(asked.answer.assessment.city)


def _fields(**given):
    return {"text": "A page more.", "claim": "met", "ticks": ["1"], "narrative": "Newer.", "based_on": "1", **given}


def test_the_list_begins_with_what_waits(asked, client_of):
    page = client_of(_lead(asked)).get(_list(asked)).content.decode()
    assert "1 waits for you" in page
    assert "Which departments does it cover?" in page


def test_without_questions_it_says_so(client_of):
    case = cases.started("Quillon")
    page = client_of(cases.lead(case.city)).get(reverse("assessments:clarifying", args=[case.pk])).content.decode()
    assert "No questions for you." in page


def _send(client, asked):
    return client.post(reverse("assessments:send_replies", args=[asked.answer.assessment_id]), follow=True).content.decode()


def test_a_reply_is_written_marked_ready_and_sent_once(asked, client_of):
    client = client_of(_lead(asked))
    saved = client.post(_address(asked), _fields(), follow=True).content.decode()
    assert "Not sent." in saved
    assert "A page more." in saved
    assert "Written, not ready" in client.get(_list(asked)).content.decode()
    page = client.post(_address(asked), _fields(ready="1"), follow=True).content.decode()
    assert "DM1 is ready. It is sent with the others." in page
    assert "Send 1 answer" in page
    shown = client.get(_address(asked)).content.decode()
    assert "Write on" in shown
    assert "<textarea" not in shown
    assert "1 answer is sent. It is closed again" in _send(client, asked)
    assert "Nothing was sent twice" in _send(client, asked)
    assert Reply.objects.get().text == "A page more."
    page = client.get(_address(asked)).content.decode()
    assert page.index("How DM1 works here.") < page.index("Newer.")
    assert "<ins>" in page


def test_a_ready_reply_can_be_written_on(asked, client_of):
    client = client_of(_lead(asked))
    client.post(_address(asked), _fields(ready="1"))
    page = client.post(reverse("assessments:write_on", args=[asked.pk]), follow=True).content.decode()
    assert "A page more.</textarea>" in page
    assert "Newer.</textarea>" in page


def test_ready_needs_its_words_and_keeps_the_rest(asked, client_of):
    client = client_of(_lead(asked))
    response = client.post(_address(asked), _fields(text="", ready="1"))
    assert response.status_code == 422
    assert "Say in a few words what you changed" in response.content.decode()
    assert "Newer.</textarea>" in client.get(_address(asked)).content.decode()


def test_what_is_typed_is_kept_by_itself(asked, client_of):
    client = client_of(_lead(asked))
    address = reverse("assessments:question_draft", args=[asked.pk])
    answer = client.post(address, _fields(text="Typ", seen_at="2020-01-01T00:00:00+00:00"))
    assert answer.json()["said"].startswith("Saved ")
    assert asked.draft.text == "Typ"
    assert client.post(address, {"based_on": "1"}).json()["here"] == ""
    colleague = client_of(cases.contributor(asked.answer.assessment.city))
    assert colleague.post(address, _fields(text="Mine", seen_at="no date")).status_code == 409
    assert ReplyDraft.objects.get().text == "Typ"


def test_over_a_colleagues_text_both_are_shown(asked, client_of):
    cases.written(asked, text="Theirs.", by=cases.contributor(asked.answer.assessment.city))
    client = client_of(_lead(asked))
    response = client.post(_address(asked), _fields(text="Mine.", seen_at="2020-01-01T00:00:00+00:00"))
    page = response.content.decode()
    assert response.status_code == 409
    assert "saved while you were writing" in page
    assert "Theirs." in page
    assert "Mine.</textarea>" in page
    seen_at = page.partition('name="seen_at" value="')[2].partition('"')[0]
    assert client.post(_address(asked), _fields(text="Mine.", seen_at=seen_at)).status_code == 302
    assert ReplyDraft.objects.get().text == "Mine."


def test_too_late_keeps_the_text_and_says_what_to_do(asked, client_of):
    Clarification.objects.update(due_at=NOW - timedelta(days=900))
    client = client_of(_lead(asked))
    response = client.post(_address(asked), _fields(narrative="Keep this.", ready="1"))
    page = response.content.decode()
    assert response.status_code == 409
    assert "The time for this question ended" in page
    assert "Your text is kept as a draft. Ask for more time, or leave the submitted answer." in page
    assert "Keep this." in client.get(_address(asked)).content.decode()


def test_a_session_that_ended_keeps_the_reply(asked, client_of):
    client = client_of()
    assert client.post(_address(asked), _fields(text="Kept.")).status_code == 302
    client.force_login(_lead(asked), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Kept.</textarea>" in client.get(_address(asked)).content.decode()
    assert not ReplyDraft.objects.exists()


@pytest.mark.parametrize("ending", ["cancel", "expire", "close"])
def test_every_ending_reads_the_same(asked, client_of, staff, ending):
    if ending == "cancel":
        clarifying.cancel(asked, by=staff, at=NOW)
    elif ending == "expire":
        Clarification.objects.update(status=Asked.EXPIRED, closed_at=NOW)
    else:
        cases.replied(asked)
        clarifying.close(asked, by=staff, at=NOW)
    page = client_of(_lead(asked)).get(_list(asked)).content.decode()
    assert "Closed" in page
    for word in ("expired", "canceled", "accepted"):
        assert word not in page.lower()


def test_a_draft_is_not_there_for_the_city(asked, client_of, staff):
    draft = clarifying.ask(cases.answer(asked.answer.assessment, "DM2"), text="Secret draft?", by=staff, at=NOW)
    client = client_of(_lead(asked))
    assert client.get(_address(draft)).status_code == 404
    assert "Secret draft" not in client.get(_list(asked)).content.decode()


def test_evidence_is_added_on_the_questions_own_page(asked, client_of):
    case = asked.answer.assessment
    address = reverse("assessments:add_file", args=[case.pk, "DM1"])
    response = client_of(_lead(asked)).post(address, {"file-file": cases.text_file("more.txt", "More."), "question": asked.pk})
    assert response["Location"] == _address(asked) + "#evidence"


def test_another_citys_question_is_not_there(asked, client_of, stranger):
    other = cases.started("Alder Reach")
    for person in (stranger, cases.lead(other.city)):
        assert client_of(person).get(_address(asked)).status_code == 404
        assert client_of(person).post(_address(asked), _fields()).status_code == 404


def test_staff_read_and_do_not_reply(asked, client_of, staff):
    assert "Ready to send" not in client_of(staff).get(_address(asked)).content.decode()
    assert client_of(staff).post(_address(asked), _fields()).status_code == 403


def test_the_list_takes_the_same_queries_with_one_and_thirty_questions(asked, client_of, staff):
    case = asked.answer.assessment
    codes = [answer.criterion.code for answer in case.answers.select_related("criterion").exclude(criterion__code="DM1")[:29]]

    def more():
        drafts = [clarifying.ask(cases.answer(case, code), text="Which?", by=staff, at=NOW) for code in codes]
        clarifying.send(drafts, by=staff, at=NOW)

    same_queries(client_of(_lead(asked)), _list(asked), more, expected=5)
