"""A city's work in a browser that runs no script: everything but the conveniences is there, and nothing typed is lost.

What is missing then is saving while typing, seeing who else is there without a reload, and dropping files; nothing else.
"""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from assessments.actions import clarifying
from assessments.lifecycle import Status
from assessments.models import (
    Answer,
    AnswerVersion,
    Assessment,
    Claim,
    Copy,
    Delegation,
    Draft,
    EvidenceVersion,
    ExtensionRequest,
    Method,
    Note,
    ReopenRequest,
    Reply,
    Snapshot,
)
from assessments.papers.workbook import CLAIM, NARRATIVE, TICK
from tests.factories import assessments as case
from tests.factories import people, workbooks
from tests.support.browser import Person
from wwc import invariants
from wwc.outbox import running

pytestmark = [pytest.mark.browser, pytest.mark.heavy, pytest.mark.django_db(transaction=True)]

MINE = "The inventory lists every data set and its owner."
THEIRS = "The inventory is public."


def _address(name: str, *args: object) -> str:
    return reverse(f"assessments:{name}", args=args)


def _said(assessment: Assessment, code: str) -> str:
    current = case.answer(assessment, code).current
    return current.narrative if current else ""


@pytest.fixture
def assessment(standing) -> Assessment:
    """A case of which nothing is answered, in a city that took part before."""
    made = case.started()
    before = case.earlier(made)
    case.said(before, "DG1", narrative="What DG1 said in 2018.")
    case.proven(before, "DG1")
    return made


def test_a_citys_work_without_a_script(browser: Browser, live_server, settings, assessment):
    settings.SITE_URL = live_server.url
    plain = {"java_script_enabled": False}
    lead, colleague, signatory = (
        Person(browser, live_server.url, person.email, **plain)
        for person in (case.lead(assessment.city), case.contributor(assessment.city), case.signatory(assessment.city))
    )
    for person in (lead, colleague, signatory):
        person.page.set_default_timeout(60_000)  # each step loads a whole page
    _begins_from_last_time(lead, assessment)
    _writes(lead, assessment)
    _loses_no_text_of_two(lead, colleague, assessment)
    _goes_on_after_the_session_ended(lead, assessment)
    _goes_on_from_an_old_page(lead, assessment)
    _shares_the_work(lead, colleague, assessment)
    _adds_evidence(lead, assessment)
    _works_off_line(lead, assessment)
    _asks_for_time(lead, assessment)
    _submits(lead, signatory, assessment)
    _asks_to_open_an_answer_again(lead, assessment)
    _replies_to_a_question(lead, assessment)
    assert list(invariants.broken()) == []
    for person in (lead, colleague, signatory):
        assert not [said for said in person.complaints if not re.search("status of (403|409|422)", said)], person.complaints
        person.context.close()


def _begins_from_last_time(lead: Person, assessment: Assessment) -> None:
    lead.goes("/")
    lead.follows("Start from last time")
    lead.presses("Copy ")
    copy = Copy.objects.get(answer__assessment=assessment, answer__current__narrative="What DG1 said in 2018.")
    assert copy.confirmed_at is None
    lead.goes(_address("answering", assessment.pk, copy.answer.criterion.code))
    lead.sees("Copied from last time, not confirmed.")
    lead.presses("It still holds")
    copy.refresh_from_db()
    assert copy.confirmed_by == case.lead(assessment.city)


def _writes(lead: Person, assessment: Assessment) -> None:
    """Saved by its button, on to the next, older versions beside each other."""
    lead.goes(_address("answering", assessment.pk, "DM3"))
    lead.chooses("Yes, we do")
    lead.page.locator("[name=ticks]").first.check()
    lead.page.locator("[name=narrative]").fill("The inventory lists every data set.")
    lead.presses("Save, next: DM4")
    assert lead.page.url.endswith(_address("answering", assessment.pk, "DM4"))
    saved = case.answer(assessment, "DM3").current
    assert (saved.claim, saved.ticks, saved.narrative) == (Claim.MET, [1], "The inventory lists every data set.")
    lead.goes(_address("answering", assessment.pk, "DM3"))
    expect(lead.page.locator("[data-saved]")).to_contain_text("Saved ")
    lead.page.locator("[name=narrative]").fill("A second thought.")
    lead.presses("Save")
    lead.goes(_address("history", assessment.pk, "DM3"))
    lead.sees("A second thought.")
    lead.presses("Use this one again")
    assert _said(assessment, "DM3") == "The inventory lists every data set."


def _loses_no_text_of_two(lead: Person, colleague: Person, assessment: Assessment) -> None:
    """Who saves second reads both texts and writes a third; what was not saved waits on the page."""
    for person in (lead, colleague):
        person.goes(_address("answering", assessment.pk, "DM3"))
    lead.page.locator("[name=narrative]").fill(MINE)
    colleague.page.locator("[name=narrative]").fill(THEIRS)
    lead.presses("Save")
    colleague.presses("Save")
    colleague.sees("saved while you were writing. Both texts are kept. Take one, or write a third from both.")
    colleague.sees("The text you both began from")
    assert colleague.page.locator("#answer [name=narrative]").input_value() == THEIRS
    colleague.goes(_address("answering", assessment.pk, "DM3"))  # gone away and come back
    colleague.sees("was never saved to the answer. It is back in the field.")
    colleague.follows("Show the saved one")
    expect(colleague.page.locator("#answer [name=narrative]")).to_have_value(MINE)
    colleague.follows("Show my text")
    colleague.page.locator("#answer [name=narrative]").fill(f"{MINE} {THEIRS}")
    colleague.presses("Save")
    colleague.sees("Both texts are kept")  # the draft began from the text before both
    colleague.page.locator("#answer [name=narrative]").fill(f"{MINE} {THEIRS}")
    colleague.presses("Save this one")
    assert _said(assessment, "DM3") == f"{MINE} {THEIRS}"
    assert not Draft.objects.exclude(saved_at=None).exists()


def _goes_on_after_the_session_ended(lead: Person, assessment: Assessment) -> None:
    """The answer to Save is the sign-in page; after it the text is back, beside what is saved, and not saved."""
    lead.goes(_address("answering", assessment.pk, "DM4"))
    lead.context.clear_cookies(name="sessionid")
    lead.page.locator("[name=narrative]").fill("Written while nobody was signed in.")
    lead.presses("Save")
    lead.sees("You were signed out after a pause. Your text is kept; sign in and go on at the same line.")
    _signs_in(lead, assessment)
    expect(lead.page.locator("[name=narrative]")).to_have_value("Written while nobody was signed in.")
    assert case.answer(assessment, "DM4").version == 0
    lead.presses("Save")
    assert _said(assessment, "DM4") == "Written while nobody was signed in."


def _goes_on_from_an_old_page(lead: Person, assessment: Assessment) -> None:
    """Neither cookie is there any more: the sign-in page carries the text, even when the password is wrong at first."""
    lead.goes(_address("answering", assessment.pk, "DM5"))
    lead.context.clear_cookies()
    lead.page.locator("[name=narrative]").fill("Written on an old page.")
    lead.presses("Save")
    lead.sees("This was sent from an old page, so nothing was saved. Your text is kept here.")
    lead.fills("Email", case.lead(assessment.city).email)
    lead.fills("Password", "not this one")
    lead.page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    _signs_in(lead, assessment)
    expect(lead.page.locator("[name=narrative]")).to_have_value("Written on an old page.")
    assert case.answer(assessment, "DM5").version == 0
    lead.presses("Save")
    assert _said(assessment, "DM5") == "Written on an old page."


def _signs_in(lead: Person, assessment: Assessment) -> None:
    lead.fills("Email", case.lead(assessment.city).email)
    lead.fills("Password", people.PASSWORD)
    lead.page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(lead.page.get_by_role("button", name="Sign out")).to_be_visible()


def _shares_the_work(lead: Person, colleague: Person, assessment: Assessment) -> None:
    """Criteria are handed to a colleague with a date, and a note tells what the team alone reads."""
    lead.goes(_address("overview", assessment.pk))
    lead.follows("Hand to a colleague")
    lead.page.locator("[name=to]").select_option(label=str(case.contributor(assessment.city)))
    lead.page.locator("[name=due]").fill("2089-12-01")
    lead.page.locator("[name=criteria][value=DM5]").check()
    lead.presses("Hand to the colleague")
    handed = Delegation.objects.get(answer__criterion__code="DM5")
    assert (handed.person, str(handed.due_on)) == (case.contributor(assessment.city), "2089-12-01")
    lead.goes(_address("answering", assessment.pk, "DM5"))
    lead.page.get_by_text("Write a note", exact=True).click()
    lead.page.locator("#notes [name=text]").fill("The clerk has the list.")
    lead.presses("Add note")
    assert Note.objects.get().text == "The clerk has the list."
    colleague.goes("/")
    colleague.sees("With you")
    colleague.follows("DM5")
    colleague.sees("The clerk has the list.")


def _adds_evidence(lead: Person, assessment: Assessment) -> None:
    """Several files at once, a link, a page to look at, one document for two criteria, the library, a newer version."""
    lead.goes(_address("answering", assessment.pk, "DM3"))
    files = {"inventory.csv": b"name,owner\nPermits,Planning\n", "policy.txt": b"The policy.", "page.pdf": b"<html></html>"}
    lead.page.locator("#evidence input[type=file]").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": body} for name, body in files.items()]
    )
    lead.page.locator("#evidence button", has_text="Add files").click()
    lead.sees("Added: inventory.csv.")
    lead.sees("Added: policy.txt.")
    lead.sees("page.pdf is not a kind we can show safely. Nothing was added.")
    lead.page.get_by_text("Paste a link", exact=True).click()
    lead.page.locator("[name=link-url]").fill("https://data.example.gov/")
    lead.page.locator("[name=link-note]").fill("The portal")
    lead.presses("Add link")
    lead.sees("Added: ")
    lead.page.locator("summary", has_text="Change the page, or take it off policy.txt").click()
    lead.page.locator("#evidence li", has_text="policy.txt").locator("[name=pages]").fill("12")
    lead.presses("Save the page policy.txt")
    lead.sees("see page 12")
    lead.goes(_address("answering", assessment.pk, "DM4"))
    lead.follows("Use one you already have")
    lead.page.locator("[name$=evidence]").select_option(label="policy.txt")
    lead.presses("Use this document")
    lead.sees("Added: policy.txt.")
    lead.goes(_address("documenting", assessment.city.slug) + "?q=policy")
    lead.follows("policy.txt")
    lead.page.get_by_text("Newer version", exact=True).click()
    lead.page.locator("#replace").set_input_files([{"name": "policy.txt", "mimeType": "text/plain", "buffer": b"The newer policy."}])
    lead.presses("Put in its place")
    lead.sees("Version 2 is in place; the earlier one is kept.")
    with lead.page.expect_download() as download:
        lead.page.locator("[data-states] a", has_text="policy.txt").first.click()
    assert download.value.path().read_bytes() == b"The newer policy."
    assert EvidenceVersion.objects.filter(evidence__title="policy.txt").count() == 2
    lead.goes(_address("documenting", assessment.city.slug))
    with lead.page.expect_download() as download:
        lead.presses("Download everything (ZIP)")
    assert download.value.path().read_bytes().startswith(b"PK")


def _works_off_line(lead: Person, assessment: Assessment) -> None:
    """The workbook goes out and comes back; the differences are shown before anything is saved."""
    lead.goes(_address("offline", assessment.pk))
    with lead.page.expect_download() as download:
        lead.page.get_by_role("link", name="Workbook with your answers").click()
    cells = {"LC2": {CLAIM: "Yes, we do", f"{TICK}1": "x", NARRATIVE: "Written on the train."}}
    body = workbooks.filled(download.value.path().read_bytes(), cells)
    lead.page.locator("#file").set_input_files([{"name": "answers.xlsx", "mimeType": "application/octet-stream", "buffer": body}])
    lead.presses("Show the differences")
    lead.sees("1 of 43 rows differ from what is saved. Nothing is saved yet.")
    assert case.answer(assessment, "LC2").version == 0
    lead.presses("Confirm")
    assert (case.answer(assessment, "LC2").current.method, _said(assessment, "LC2")) == (Method.IMPORTED, "Written on the train.")
    lead.goes(_address("offline", assessment.pk))
    lead.presses("Make the PDF")
    lead.sees("Being made")
    running.drain(["draw_paper"])
    lead.presses("Look again")  # a link to a place on the same page would load nothing
    with lead.page.expect_download() as download:
        lead.page.get_by_role("link", name="Get the PDF").first.click()
    assert "LC2" in "".join(page.extract_text() for page in PdfReader(download.value.path()).pages)


def _asks_for_time(lead: Person, assessment: Assessment) -> None:
    lead.goes(_address("submitting", assessment.pk))
    lead.follows("Ask for more time")
    lead.page.locator("[name=due]").fill("2090-01-20")
    lead.page.locator("[name=reason]").fill("The data officer is away.")
    lead.presses("Ask for more time")
    lead.sees("Asked. The answer comes here and by letter; until then the date stays.")
    assert ExtensionRequest.objects.get().reason == "The data officer is away."
    lead.goes(_address("submitting", assessment.pk))
    lead.sees("You asked for time until Friday, January 20")


def _submits(lead: Person, signatory: Person, assessment: Assessment) -> None:
    """The gaps are links; then the signatory attests, the lead submits, and a second press shows the same receipt."""
    lead.goes(_address("submitting", assessment.pk))
    lead.sees("DM4: not answered.")
    lead.follows("EVAL1")
    lead.chooses("Not yet")
    lead.presses("Save")
    for copy in Copy.objects.filter(answer__assessment=assessment, confirmed_at=None).select_related("answer__criterion"):
        case.said(assessment, copy.answer.criterion.code, narrative="Read again and corrected.")
    for code in ("DM4", "DM5"):
        case.said(assessment, code, claim=Claim.NOT_YET)
    bare = Answer.objects.filter(assessment=assessment, evidence=None)
    claimed = bare.filter(current__claim=Claim.MET) | bare.filter(criterion__core=True)
    case.complete(assessment, met=list(claimed.values_list("criterion__code", flat=True)))
    signatory.goes(_address("submitting", assessment.pk))
    signatory.presses("Attest")
    signatory.sees("attested on")
    lead.goes(_address("submitting", assessment.pk))
    again = lead.context.new_page()
    again.goto(_address("submitting", assessment.pk))
    for page in (lead.page, again):
        page.locator("[name=consent][value=areas]").check()
        page.locator("main").get_by_role("button", name="Submit assessment").click()
    receipt = Snapshot.objects.get()
    lead.sees(receipt.receipt)
    lead.sees(receipt.content_hash)
    expect(again.locator("body")).to_contain_text("Nothing was sent twice; you need to do nothing.")
    again.close()
    assessment.refresh_from_db()
    assert (assessment.status, assessment.consent) == (Status.SUBMITTED, "areas")


def _asks_to_open_an_answer_again(lead: Person, assessment: Assessment) -> None:
    lead.goes(_address("answering", assessment.pk, "LC2"))
    lead.sees("This answer is closed: it was submitted.")
    lead.follows("Ask to open this answer again")
    lead.page.locator("[name=reason]").fill("A page is missing.")
    lead.presses("Ask to open it again")
    lead.sees("asked on")
    assert ReopenRequest.objects.get().reason == "A page is missing."


def _replies_to_a_question(lead: Person, assessment: Assessment) -> None:
    """Written, kept, marked ready, written on, sent once; what is missing is said and what was typed stays."""
    assessment.move_to(Status.IN_REVIEW, by=case.staff(), at=case.NOW)
    draft = clarifying.ask(case.answer(assessment, "DM3"), text="Which departments does it cover?", by=case.staff(), at=case.NOW)
    asked = clarifying.send([draft], by=case.staff(), at=case.NOW, due_at=case.DUE)[0]
    lead.goes("/")
    lead.follows("Answer 1 question")
    lead.page.locator("[name=narrative]").fill("The inventory covers all eleven departments.")
    lead.presses("Ready to send")
    lead.sees("Say in a few words what you changed, or why nothing needs to change.")
    expect(lead.page.locator("[name=narrative]")).to_have_value("The inventory covers all eleven departments.")
    lead.page.locator("[name=text]").fill("The departments are listed now.")
    lead.presses("Save")
    expect(lead.page.locator("[data-saved]")).to_contain_text(re.compile("Saved .*Not sent"))
    lead.presses("Ready to send")
    versions = AnswerVersion.objects.filter(answer__assessment=assessment, answer__criterion__code="DM3").count()
    lead.goes(_address("clarifying", assessment.pk))
    lead.presses("Send 1 answer")
    lead.sees("1 answer is sent. It is closed again, and its earlier versions are kept.")
    assert Reply.objects.get().clarification_id == asked.pk
    assert _said(assessment, "DM3") == "The inventory covers all eleven departments."
    assert AnswerVersion.objects.filter(answer__assessment=assessment, answer__criterion__code="DM3").count() == versions + 1
