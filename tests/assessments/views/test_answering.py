"""One criterion a page."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from assessments.actions import drafting
from assessments.models import AnswerEvidence, AnswerVersion, Cycle, Draft, Evidence, EvidenceVersion, Note
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import people
from tests.support.counting import queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return cases.started()


def _address(case, code="DM1"):
    return reverse("assessments:answering", args=[case.pk, code])


def _fields(**given):
    return {"claim": "met", "ticks": ["1", "3"], "narrative": "We do.", "based_on": "0", **given}


def test_a_save_stays_on_the_page_and_says_when(case, client_of):
    client = client_of(cases.contributor(case.city))
    response = client.post(_address(case), _fields(), follow=True)
    assert response.redirect_chain == [(_address(case), 302)]
    page = response.content.decode()
    assert "Saved " in page
    assert 'value="1" id="id_based_on"' in page
    assert AnswerVersion.objects.get().ticks == [1, 3]


def test_a_save_can_lead_to_the_next(case, client_of):
    client = client_of(cases.lead(case.city))
    assert client.post(_address(case), _fields(then="DM2"))["Location"] == _address(case, "DM2")
    assert client.post(_address(case, "DM2"), _fields(then="//evil.example/"))["Location"] == _address(case, "DM2")


def test_nothing_is_required_to_save(case, client_of):
    client = client_of(cases.lead(case.city))
    assert client.post(_address(case), {"narrative": "Half a thought", "based_on": "0"}).status_code == 302
    assert AnswerVersion.objects.get().claim == ""


def test_a_wrong_claim_is_a_message_and_the_text_stays(case, client_of):
    response = client_of(cases.lead(case.city)).post(_address(case), _fields(claim="maybe", narrative="Keep this."))
    assert response.status_code == 422
    page = response.content.decode()
    assert "Choose one of the three answers." in page
    assert "Keep this." in page
    assert not AnswerVersion.objects.exists()


def test_a_stale_save_shows_both_texts_and_takes_either(case, client_of):
    cases.said(case, by=cases.contributor(case.city), narrative="Theirs.")
    client = client_of(cases.lead(case.city))
    response = client.post(_address(case), _fields(narrative="Mine."))
    page = response.content.decode()
    assert response.status_code == 409
    assert "Contributor port lindell saved while you were writing. Both texts are kept." in page
    assert "Mine." in page
    assert "Theirs." in page
    assert "The text you both began from" in page
    assert '<ins><span class="vh">new: </span>Theirs.</ins>' in page
    assert 'name="based_on" value="1"' in page
    assert client.post(_address(case), _fields(narrative="Mine.", based_on="1")).status_code == 302
    assert AnswerVersion.objects.order_by("-pk").first().narrative == "Mine."


def test_what_an_answer_cannot_hold_is_said_and_all_of_it_is_kept(case, client_of):
    client, words = client_of(cases.lead(case.city)), "x" * 21_000
    page = client.post(_address(case), _fields(narrative=words))
    assert page.status_code == 422
    assert "This text has 21,000 characters; an answer holds 20,000. Shorten it, or add the rest as a document." in page.content.decode()
    assert f"{words}</textarea>" in page.content.decode()
    assert Draft.objects.get().narrative == words
    typed = client.post(reverse("assessments:draft", args=[case.pk, "DM1"]), _fields(narrative=words)).json()
    assert typed["here"].startswith("This text has 21,000 characters")
    lines = "x\r\n" * 10_000  # as long as can be: a browser sends each end of a line as two marks
    assert client.post(_address(case), _fields(narrative=lines)).status_code == 302
    assert "maxlength" not in client.get(_address(case)).content.decode().partition('name="narrative"')[2].partition(">")[0]


def test_two_texts_that_no_answer_holds_together_say_so_before(case, client_of):
    cases.said(case, by=cases.contributor(case.city), narrative="Theirs. " * 2_000)
    page = client_of(cases.lead(case.city)).post(_address(case), _fields(narrative="Mine. " * 2_000)).content.decode()
    assert "Both together: This text has 27,998 characters; an answer holds 20,000." in page


def test_a_save_after_the_date_keeps_the_text_on_the_page(case, client_of):
    Cycle.objects.update(opens_at=NOW - timedelta(days=900), due_at=NOW - timedelta(days=800))
    response = client_of(cases.lead(case.city)).post(_address(case), _fields(narrative="Keep this."))
    page = response.content.decode()
    assert response.status_code == 409
    assert "Submitting closed" in page
    assert "Your text, not saved" in page
    assert "Keep this." in page
    assert not AnswerVersion.objects.exists()


def test_text_of_an_ended_session_comes_back_unsaved(case, client_of):
    cases.said(case, narrative="Saved before.")
    client = client_of(None)
    response = client.post(_address(case), _fields(narrative="Written on.", based_on="1", ticks=["2"]))
    assert response["Location"].startswith("/accounts/login/?next=")
    assert "Your text is kept" in client.get(response["Location"]).content.decode()
    client.force_login(cases.lead(case.city), backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(_address(case)).content.decode()
    assert "It is not saved yet" in page
    assert "Written on.</textarea>" in page
    assert "Saved before." in page
    assert AnswerVersion.objects.count() == 1
    client.post(_address(case), _fields(narrative="Written on.", based_on="1"))
    assert AnswerVersion.objects.order_by("-pk").first().narrative == "Written on."
    assert "It is not saved yet" not in client.get(_address(case)).content.decode()


def test_a_form_of_an_old_page_saves_nothing_and_its_text_is_on_the_page(case):
    cases.said(case, narrative="Saved before.")
    client = Client(enforce_csrf_checks=True)
    client.force_login(cases.lead(case.city), backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.post(_address(case), _fields(narrative="Written on.", based_on="1"), follow=True).content.decode()
    assert "This was sent from an old page, so nothing was saved. Your text is kept here." in page
    assert "Written on.</textarea>" in page
    assert "Saved before." in page
    assert AnswerVersion.objects.count() == 1
    assert not Draft.objects.exclude(saved_at=None).exists()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    client.post(_address(case), _fields(narrative="Written on.", based_on="1", csrfmiddlewaretoken=token))
    assert AnswerVersion.objects.order_by("-pk").first().narrative == "Written on."


def test_a_note_from_an_old_page_is_back_in_its_field(case):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cases.lead(case.city), backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.post(reverse("assessments:note", args=[case.pk, "DM1"]), {"text": "Ask the clerk."}, follow=True)
    assert "Ask the clerk.</textarea>" in page.content.decode()
    assert not Note.objects.exists()


def test_text_of_an_old_page_without_a_session_goes_through_the_sign_in_page(case):
    cases.said(case, narrative="Saved before.")
    client = Client(enforce_csrf_checks=True)
    page = client.post(_address(case), _fields(narrative="Written & on <b>.", based_on="1", ticks=["2"]))
    assert page.status_code == 403
    assert "sessionid" not in client.cookies, "whoever sent it may be anybody: nothing is written"
    for password in ("not the password", people.PASSWORD):  # carried on when the password is wrong
        main = page.content.decode().partition("<main")[2].partition("</main")[0]
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main))
        typed = {"login": cases.lead(case.city).email, "password": password}
        page = client.post("/accounts/login/", {**{name: unescape(value) for name, value in fields.items()}, **typed})
    assert page["Location"] == _address(case)
    shown = client.get(_address(case)).content.decode()
    assert "Written &amp; on &lt;b&gt;.</textarea>" in shown
    assert "It is not saved yet" in shown
    assert re.search(r'name="ticks" value="2"[^>]* checked', shown)
    assert AnswerVersion.objects.get().narrative == "Saved before."


def test_the_longest_text_is_carried_too(case, client_of):
    client, words = client_of(None), "文" * 20_000
    client.post(_address(case), _fields(narrative=words))
    client.force_login(cases.lead(case.city), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert f"{words}</textarea>" in client.get(_address(case)).content.decode()


def test_a_get_without_a_session_keeps_nothing(case, client_of):
    client = client_of(None)
    assert client.get(_address(case)).status_code == 302
    assert "text_kept" not in client.session


def test_a_closed_answer_is_shown_to_read(client_of):
    case = cases.in_review()
    page = client_of(cases.lead(case.city)).get(_address(case)).content.decode()
    assert "This answer is closed: it was submitted." in page
    assert "How DM1 works here." in page
    assert 'name="narrative"' not in page
    assert "Take off" not in page


def test_a_questioned_answer_leads_to_its_question(client_of):
    case = cases.in_review()
    asked = cases.asked(case)
    page = client_of(cases.lead(case.city)).get(_address(case)).content.decode()
    assert reverse("assessments:question", args=[asked.pk]) in page
    assert 'name="claim"' not in page


def test_staff_read_and_cannot_write(case, client_of, staff):
    client = client_of(staff)
    page = client.get(_address(case)).content.decode()
    assert "The program never writes the answers of a city." in page
    assert client.post(_address(case), _fields()).status_code == 403
    assert not AnswerVersion.objects.exists()


def test_another_citys_answer_is_not_there(case, client_of, stranger):
    other = cases.started("Alder Reach")
    for person in (stranger, cases.lead(other.city)):
        client = client_of(person)
        assert client.get(_address(case)).status_code == 404
        assert client.post(_address(case), _fields()).status_code == 404
    assert not AnswerVersion.objects.exists()


def test_a_code_that_the_edition_does_not_have_is_not_there(case, client_of):
    assert client_of(cases.lead(case.city)).get(_address(case, "XX9")).status_code == 404


def test_provenance_is_shown_where_text_is_ours(case, client_of):
    page = client_of(cases.lead(case.city)).get(_address(case)).content.decode()
    assert "Derived" in page
    assert "written for this program from published sources" in page


def test_reconstructed_text_is_marked(client_of, staff):
    from_2018 = cases.Standard.objects.get(code="2018")
    cases.Standard.objects.filter(pk=from_2018.pk)
    cycle = cases.cycle("2019")
    cases.Cycle.objects.filter(pk=cycle.pk).update(standard=from_2018)
    place = cases.city()
    lead = cases.member(place, "lead")
    case = cases.submitting.start(place, cycle, by=lead, at=NOW)
    page = client_of(lead).get(_address(case, "DG1")).content.decode()
    assert "Reconstructed text" in page or "Partly reconstructed" in page or "What is asked is published" in page


def _documents(case, number):
    """Evidence on one answer, written in bulk, for speed."""
    lead, one = cases.lead(case.city), cases.answer(case)
    made = Evidence.objects.bulk_create(
        Evidence(city=case.city, title=f"{n}.txt", version=1, added_at=NOW, added_by=lead) for n in range(number)
    )
    versions = EvidenceVersion.objects.bulk_create(
        EvidenceVersion(evidence=each, number=1, kind="link", url="https://example.org", added_at=NOW, added_by=lead) for each in made
    )
    for each, version in zip(made, versions, strict=True):
        each.current = version
    Evidence.objects.bulk_update(made, ["current"])
    AnswerEvidence.objects.bulk_create(AnswerEvidence(answer=one, evidence=each, added_at=NOW, added_by=lead) for each in made)


def test_the_page_takes_the_same_queries_for_one_answer_and_all_of_them_and_for_200_documents(case, client_of):
    client, lead = client_of(cases.lead(case.city)), cases.lead(case.city)
    cases.said(case), cases.said(case, narrative="Newer.")
    few = queries_of(client, _address(case))
    cases.complete(case)
    _documents(case, 199)
    for n in range(14):
        cases.said(case, narrative=f"Version {n}.")
        drafting.keep(
            cases.answer(case), claim="", ticks=[], narrative="x", based_on=0, by=cases.member(case.city, "lead", f"l{n}"), at=NOW
        )
    drafting.keep(cases.answer(case), claim="", ticks=[], narrative="x", based_on=0, by=lead, at=NOW)
    assert len(queries_of(client, _address(case))) == len(few) == 11
