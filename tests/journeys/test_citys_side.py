"""Months of a city's work in one walk: it asks to join, begins from last time, writes by keyboard and off-line, and submits.

Nothing typed is lost on the way, and each message is the one that people read.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from assessments.actions import clarifying, inviting
from assessments.lifecycle import Status
from assessments.models import (
    Answer,
    AnswerVersion,
    Assessment,
    Claim,
    Copy,
    Draft,
    EvidenceVersion,
    JoinRequest,
    Method,
    Reply,
    Role,
    Snapshot,
)
from assessments.papers.workbook import CLAIM, NARRATIVE, TICK
from tests.conftest import NOW
from tests.factories import assessments as case
from tests.factories import people, workbooks
from tests.support.browser import Person
from wwc import invariants
from wwc.outbox import running
from wwc.outbox.models import Letter

pytestmark = [pytest.mark.browser, pytest.mark.heavy, pytest.mark.django_db(transaction=True)]

PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==")
GOOD = {
    "charter.txt": b"Charter of the data governance group.",
    "policy.md": b"# Open data policy\n\nIn force since 2024.",
    "formulas.csv": b"name,value\n=1+1,@SUM(A1)\n",
    "utf16.csv": "name,value\nBogot\u00e1,1\n".encode("utf-16"),
    "site.png": PIXEL,
}
BAD = {
    "empty.docx": b"",
    "page.pdf": b"<!doctype html><script>alert(1)</script>",
    "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
}


def _address(name: str, *args: object) -> str:
    return reverse(name, args=args)


def _link_of(subject: str) -> str:
    """The address in the last letter of this subject, as its reader follows it."""
    running.drain(["send_letter"])
    body = next(letter.body for letter in reversed(mail.outbox) if subject in letter.subject)
    return re.search(r"https?://[^/]+(/\S+)", body)[1]


def _until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait for what the page does by itself."""
    for _look in range(50):
        if holds():
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"nothing happened by itself at {page.url}")


@pytest.fixture
def cast(browser: Browser, live_server, standing, settings) -> Iterator[dict[str, Person]]:
    """Who has an account before the city comes; all others come by letter."""
    settings.SITE_URL = live_server.url
    case.cycle()
    case.city("Alder Reach", population=148310)
    people.person("staff", is_staff=True)
    windows = {name: Person(browser, live_server.url) for name in ("public", "lead", "colleague")}
    windows["staff"] = Person(browser, live_server.url, "staff@example.org")
    yield windows
    for person in windows.values():
        person.context.close()


def test_a_citys_months_from_asking_to_join_to_its_receipt(cast, live_server):
    assessment = _joins(cast)
    _begins_from_last_time(cast["lead"], assessment)
    _writes_by_keyboard(cast["lead"], assessment)
    _two_people_write_one_answer(cast["lead"], cast["colleague"], assessment)
    _goes_on_after_the_session_ended(cast["lead"], assessment)
    _works_off_line(cast["lead"], assessment)
    _adds_evidence_of_every_kind(cast["lead"], assessment)
    _submits_twice(cast["lead"], assessment)
    _answers_a_question(cast["lead"], assessment)
    assert list(invariants.broken()) == []


def _joins(cast: dict[str, Person]) -> Assessment:
    """Somebody asks on the public page; staff approve; the first lead comes, and invites a colleague."""
    public, staff, lead, colleague = (cast[name] for name in ("public", "staff", "lead", "colleague"))
    public.goes(_address("assessments:join"))
    public.page.locator("#q").fill("alder")
    public.presses("Find")
    public.follows("Alder Reach")
    public.sees("Yes, your city can take part")
    public.sees("148,310")
    public.fills("Your name", "The performance office")
    public.fills("Work email", "lead-alder-reach@example.org")
    public.presses("Ask to take part")
    public.sees("We have your request")
    staff.goes(_address("assessments:join_requests"))
    staff.follows("Alder Reach")
    staff.presses("Approve and invite")
    assert JoinRequest.objects.get().accepted
    assessment = Assessment.objects.get()

    link = _link_of("invites you")
    for _look in range(2):  # a mail scanner opens the link, and nothing happens
        assert lead.goes(link) == 200
    assert not assessment.city.memberships.filter(ended_at=None).exists()
    lead.fills("Your name", "The performance office")
    lead.page.locator("[name=password]").fill(people.PASSWORD)
    lead.presses("Join the team")
    lead.goes("/")
    lead.sees("0 of 43")
    lead.sees("second lead")

    lead.goes(_address("assessments:team", assessment.city.slug))
    lead.page.locator("[name=email]").fill("colleague@example.org")
    lead.page.locator("[name=role][value=lead]").check()
    lead.presses("Send invitation")
    colleague.goes(_link_of("invites you"))
    colleague.fills("Your name", "The data office")
    colleague.page.locator("[name=password]").fill(people.PASSWORD)
    colleague.presses("Join the team")
    return assessment


def _begins_from_last_time(lead: Person, assessment: Assessment) -> None:
    """An assessment of the 2018 edition gives its answers to this one; each is unconfirmed until somebody has read it."""
    before = case.earlier(assessment)
    for code in ("DG1", "GM1", "OD1", "PA1", "RDC1", "E1"):
        if Answer.objects.filter(assessment=before, criterion__code=code).exists():
            case.said(before, code, narrative=f"What {code} said in 2018.")
            case.proven(before, code)
    lead.goes(_address("assessments:overview", assessment.pk))
    lead.follows("Start from last time")
    lead.sees("Nothing is copied yet")
    lead.presses("Copy ")
    copies = Copy.objects.filter(answer__assessment=assessment)
    assert copies.exists()
    assert not copies.exclude(confirmed_at=None).exists()
    assert AnswerVersion.objects.filter(answer__assessment=assessment, method=Method.COPIED).count() == copies.count()
    lead.goes(_address("assessments:submitting", assessment.pk))
    lead.sees("copied from last time, not confirmed.")
    lead.goes(_address("assessments:copied", assessment.pk))
    first = copies.exclude(answer__current__claim="").order_by("answer__criterion__position").first()
    lead.presses("It still holds", within=f"#{first.answer.criterion.code}")
    first.refresh_from_db()
    assert first.confirmed_by == case.lead(assessment.city)


def _writes_by_keyboard(lead: Person, assessment: Assessment) -> None:
    """DM3 without a mouse: the text saves itself as a draft, and Control+Enter puts it into the answer."""
    lead.goes(_address("assessments:answering", assessment.pk, "DM3"))
    page = lead.page
    page.locator("[name=claim]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    while page.evaluate("document.activeElement.name") != "narrative":
        page.keyboard.press("Tab")
    page.keyboard.type("The inventory lists every data set.")
    drafts = Draft.objects.filter(answer__assessment=assessment, answer__criterion__code="DM3")
    _until(page, lambda: drafts.filter(narrative="The inventory lists every data set.").exists())
    assert (drafts.get().claim, drafts.get().ticks) == (Claim.MET, [1])
    expect(page.locator("[data-saved]")).to_contain_text(re.compile(r"Saved \d+:\d\d [ap]\.m\."))
    page.keyboard.press("Control+Enter")
    _until(page, lambda: case.answer(assessment, "DM3").version == 1)
    assert case.answer(assessment, "DM3").current.narrative == "The inventory lists every data set."
    assert not Draft.objects.filter(answer__criterion__code="DM3").exclude(saved_at=None).exists()


def _two_people_write_one_answer(lead: Person, colleague: Person, assessment: Assessment) -> None:
    """Each sees the other; who saves second reads both texts and what both began from; neither is lost."""
    for person in (lead, colleague):
        person.goes(_address("assessments:answering", assessment.pk, "DM3"))
    expect(lead.page.locator("[data-here]")).to_contain_text("The data office", timeout=30000)
    lead.page.locator("[name=narrative]").fill("The inventory lists every data set and its owner.")
    colleague.page.locator("[name=narrative]").fill("The inventory is public.")
    lead.presses("Save")
    colleague.presses("Save")
    colleague.sees("The performance office saved while you were writing. Both texts are kept. Take one, or write a third from both.")
    colleague.sees("The text you both began from")
    assert colleague.page.get_by_text("The inventory lists every data set.", exact=True).count()
    colleague.page.locator("#answer [name=narrative]").fill("The inventory lists every data set and its owner, and is public.")
    colleague.presses("Save this one")
    versions = AnswerVersion.objects.filter(answer__assessment=assessment, answer__criterion__code="DM3").order_by("number")
    assert [version.narrative for version in versions[1:]] == [
        "The inventory lists every data set and its owner.",
        "The inventory lists every data set and its owner, and is public.",
    ]


def _goes_on_after_the_session_ended(lead: Person, assessment: Assessment) -> None:
    """The session ends while somebody writes: the page says so, and after signing in the text is back, not saved."""
    lead.goes(_address("assessments:answering", assessment.pk, "DM4"))
    lead.context.clear_cookies(name="sessionid")
    lead.page.locator("[name=narrative]").fill("Written while nobody was signed in.")
    lead.page.locator("[name=claim]").first.focus()
    lead.sees("You were signed out after a pause. Your text is kept; sign in and go on at the same line.")
    lead.page.locator("main").get_by_role("link", name="Sign in").click()
    lead.fills("Email", "lead-alder-reach@example.org")
    lead.fills("Password", people.PASSWORD)
    lead.page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(lead.page.locator("[name=narrative]")).to_have_value("Written while nobody was signed in.")
    assert case.answer(assessment, "DM4").version == 0, "it is saved only when the person says so"
    lead.chooses("Yes, we do")
    lead.presses("Save")
    assert case.answer(assessment, "DM4").current.narrative == "Written while nobody was signed in."


def _works_off_line(lead: Person, assessment: Assessment) -> None:
    """The workbook goes out, is filled, and comes back; what somebody saved meanwhile stays unless it is chosen."""
    lead.goes(_address("assessments:offline", assessment.pk))
    with lead.page.expect_download() as download:
        lead.page.get_by_role("link", name="Workbook with your answers").click()
    body = download.value.path().read_bytes()
    case.said(assessment, "DM4", narrative="Saved while the workbook was away.")
    cells = {
        "LC2": {CLAIM: "Yes, we do", f"{TICK}1": "x", NARRATIVE: "Written on the train."},
        "LC3": {CLAIM: "Yes, we do", NARRATIVE: '=HYPERLINK("https://example.org")'},
        "DM4": {NARRATIVE: "Written on the train too."},
        "DM5": {CLAIM: "Perhaps"},
    }
    brought = {"name": "answers.xlsx", "mimeType": "application/octet-stream", "buffer": workbooks.filled(body, cells)}
    lead.page.locator("#file").set_input_files(brought)
    lead.presses("Show the differences")
    lead.sees("Nothing is saved yet. Choose for each row, then confirm.")
    lead.sees("DM4: the saved answer is newer than the file. It stays unless you choose the file's.")
    lead.sees('"Perhaps" is not one of the choices. This row is left out; correct it and import again.')
    lead.sees("holds a formula; none is calculated.")
    assert case.answer(assessment, "LC2").version == 0
    lead.presses("Confirm")
    lead.sees("What was saved")
    assert case.answer(assessment, "DM4").current.narrative == "Saved while the workbook was away."
    written = case.answer(assessment, "LC2").current
    assert (written.method, written.claim) == (Method.IMPORTED, Claim.MET)
    assert case.answer(assessment, "LC3").version == 0


def _adds_evidence_of_every_kind(lead: Person, assessment: Assessment) -> None:
    """Several files at once, each with an outcome of its own: the good ones are added, of the others nothing is kept."""
    lead.goes(_address("assessments:answering", assessment.pk, "LC2"))
    lead.page.locator("#evidence input[type=file]").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": body} for name, body in [*GOOD.items(), *BAD.items()]]
    )
    lead.page.locator("#evidence button", has_text="Add files").click()
    lead.page.wait_for_load_state()
    for name in GOOD:
        lead.sees(f"Added: {name}.")
    lead.sees("empty.docx is empty. Nothing was added. Check the original and choose it again.")
    lead.sees("page.pdf is not a kind we can show safely. Nothing was added. Use PDF, Word, Excel, CSV, text or a picture.")
    lead.sees("drawing.svg is not a kind we can show safely.")
    kept = EvidenceVersion.objects.filter(evidence__uses__answer=case.answer(assessment, "LC2"))
    assert set(kept.values_list("filename", flat=True)) == set(GOOD)
    stored = {path.name for path in Path(default_storage.location).rglob("*") if path.is_file()}
    assert stored == {Path(name).name for name in EvidenceVersion.objects.exclude(stored="").values_list("stored", flat=True)}


def _submits_twice(lead: Person, assessment: Assessment) -> None:
    """What is missing is listed; then it is attested and submitted, twice, and there is one receipt."""
    lead.goes(_address("assessments:submitting", assessment.pk))
    unconfirmed = Copy.objects.filter(answer__assessment=assessment, confirmed_at=None).select_related("answer__criterion")
    for copy in unconfirmed:
        lead.sees(f"{copy.answer.criterion.code}: copied from last time, not confirmed.")
    lead.sees("DM4: marked Yes, no evidence.")
    lead.sees("EVAL1: not answered.")
    for copy in list(unconfirmed):
        case.said(assessment, copy.answer.criterion.code, narrative="Read again and corrected.")
    unproven = Answer.objects.filter(assessment=assessment, evidence=None)
    claimed = unproven.filter(current__claim=Claim.MET) | unproven.filter(criterion__core=True)
    case.complete(assessment, met=list(claimed.values_list("criterion__code", flat=True)))
    inviting.add_member(assessment.city, person=case.lead(assessment.city), role=Role.SIGNATORY, by=case.staff(), at=NOW)

    lead.goes(_address("assessments:submitting", assessment.pk))
    lead.presses("Attest")
    again = lead.context.new_page()  # the same page in a second window
    again.goto(_address("assessments:submitting", assessment.pk))
    lead.presses("Submit assessment")
    receipt = Snapshot.objects.get()
    lead.sees(receipt.receipt)
    lead.sees(receipt.content_hash)
    again.get_by_role("button", name="Submit assessment").click()
    expect(again.locator("body")).to_contain_text(f"receipt {receipt.receipt}. Nothing was sent twice; you need to do nothing.")
    again.close()
    assert Snapshot.objects.get() == receipt
    assert Letter.objects.filter(kind="received").count() == 2, "one to each lead; the one who signs too is one person"


def _answers_a_question(lead: Person, assessment: Assessment) -> None:
    """One answer is asked about: it alone is open, the reply is written, marked ready and sent, and closes it again."""
    assessment.refresh_from_db()
    assessment.move_to(Status.IN_REVIEW, by=case.staff(), at=NOW)
    draft = clarifying.ask(case.answer(assessment, "DM3"), text="Which departments does it cover?", by=case.staff(), at=NOW)
    asked = clarifying.send([draft], by=case.staff(), at=NOW, due_at=case.DUE)[0]
    lead.goes(_address("assessments:overview", assessment.pk))
    lead.sees("1 question")
    lead.goes(_address("assessments:answering", assessment.pk, "DM4"))
    lead.sees("This answer is closed: it was submitted.")
    lead.goes(_address("assessments:question", asked.pk))
    lead.page.locator("[name=text]").fill("The departments are listed now.")
    lead.page.locator("[name=narrative]").fill("The inventory covers all eleven departments.")
    lead.presses("Ready to send")
    assert case.answer(assessment, "DM3").current.narrative != "The inventory covers all eleven departments."
    lead.goes(_address("assessments:clarifying", assessment.pk))
    lead.presses("Send 1 answer")
    assert case.answer(assessment, "DM3").current.narrative == "The inventory covers all eleven departments."
    assert Reply.objects.get().clarification_id == asked.pk
    running.drain()
    lead.goes(_address("assessments:receipt", assessment.pk))
    with lead.page.expect_download() as download:
        lead.page.get_by_role("link", name="PDF of all answers").click()
    text = "".join(page.extract_text() for page in PdfReader(download.value.path()).pages)
    assert Snapshot.objects.get().receipt in text
