"""A whole certification year, walked by five people in a real browser: staff, city lead, two reviewers, director."""

import re
import zipfile
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from assessments.actions import answering, documenting
from assessments.lifecycle import Status
from assessments.models import Answer, Assessment, Claim, Cycle
from reviews.actions import declaring, validating
from reviews.lifecycle import Found
from reviews.models import Assignment, Score, Scorecard
from tests.factories import people
from tests.support.browser import Person
from wwc import invariants
from wwc.accounts import tokens
from wwc.outbox import running
from wwc.outbox.models import Letter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CORE = ("DM1", "LC1", "PA1")
CLAIMED = {*CORE, "DM2", "DM3", "DM4", "DM5", "LC2", "LC3", "LC4", "OD1", "OD2", "OD3", "OD4", "RDC1", "RDC5", "CI1"}


@pytest.fixture
def cast(standing):
    """Those who have an account before the year begins; the city lead comes by invitation."""
    return {
        "staff": people.person("staff", is_staff=True),
        "director": people.person("director", is_staff=True, is_director=True),
        "first": people.person("first-reader"),
        "second": people.person("second-reader"),
    }


def _let_the_worker_work() -> None:
    """What the worker does between two clicks; processes of its own are tried in test_killed_workers and by the start-up."""
    running.drain()


def _link_of(letter: str) -> str:
    running.drain(["send_letter"])
    body = next(m.body for m in reversed(mail.outbox) if letter in m.subject)
    return re.search(r"https?://[^/]+(/\S+)", body)[1]


def _open_a_cycle(staff: Person) -> None:
    """Staff draft a cycle, correct a wrong date, open it, add a city and invite its lead."""
    staff.goes("/")
    staff.follows("Draft a cycle")
    staff.fills("Name", "2027 cycle")
    staff.page.locator("[name=slug]").fill("2027")
    today = timezone.localdate()
    dates = {"opens": today - timedelta(days=2), "due": today - timedelta(days=9), "withdraw": today + timedelta(days=30)}
    for name, day in dates.items():
        staff.page.locator(f"[name={name}]").fill(f"{day:%Y-%m-%d}")
    staff.presses("Save the draft")
    assert not Cycle.objects.exists(), "a due date before the opening was taken"
    staff.page.locator("[name=due]").fill(f"{today + timedelta(days=30):%Y-%m-%d}")
    staff.presses("Save the draft")
    staff.presses("Open the cycle")


def test_a_year_from_an_open_cycle_to_an_announced_award(browser, live_server, cast, client, settings):
    settings.SITE_URL = live_server.url
    staff = Person(browser, live_server.url, cast["staff"].email)
    _open_a_cycle(staff)

    # A place that no list has, and its first lead.
    staff.goes("/assessments/cycles/2027/cities/")
    staff.goes(_address("assessments:add_city"))
    staff.fills("Name", "Alder Reach")
    staff.page.locator("[name=country]").select_option("US")
    staff.page.locator("[name=subdivision]").select_option(label="Ohio")
    staff.page.locator("[name=timezone]").select_option("America/New_York")
    staff.fills("Population", "148310")
    staff.page.locator("[name=population_as_of]").fill("2023-07-01")
    staff.page.locator("[name=population_source]").fill("Census Bureau, estimate of 2023")
    staff.page.locator("[name=source]").fill("Invented for a test")
    staff.presses("Add the place")
    staff.goes("/assessments/cycles/2027/cities/?q=alder")
    staff.presses("Start assessment")
    assessment = Assessment.objects.get()
    staff.goes(_address("assessments:team", assessment.city.slug))
    staff.page.locator("[name=email]").fill("lead@alder-reach.example")
    staff.page.locator("[name=role][value=lead]").check()
    staff.presses("Send invitation")

    lead = Person(browser, live_server.url)
    lead.goes(_link_of("invites you"))
    lead.fills("Your name", "The performance office")
    lead.page.locator("[name=password]").fill(people.PASSWORD)
    lead.presses("Join the team")
    lead.goes("/")
    lead.sees("0 of 43")

    # The lead answers, proves, and is also the signatory.
    _answer_in_the_browser(lead, assessment)
    lead_person = assessment.city.memberships.get().person
    _answer_the_rest(assessment, lead_person)
    lead.goes(_address("assessments:team", assessment.city.slug))
    lead.page.locator("[name=email]").fill(lead_person.email)
    lead.page.locator("[name=role][value=signatory]").check()
    lead.presses("Send invitation")
    lead.goes(_link_of("invites you"))
    lead.presses("Join the team")
    lead.goes(_address("assessments:submitting", assessment.pk))
    lead.sees("DM2")
    gap = Answer.objects.get(assessment=assessment, criterion__code="DM2")
    documenting.attach_link(
        gap, url="https://alder-reach.example/dm2", note="", title="Inventory", pages="", by=lead_person, at=timezone.now()
    )
    lead.goes(_address("assessments:submitting", assessment.pk))
    lead.presses("Attest")
    lead.page.locator("[name=consent][value=criteria]").check()
    lead.presses("Submit assessment")
    receipt = assessment.snapshots.get().receipt
    lead.sees(receipt)

    # Staff put readers on it; both declare that they have no conflict.
    for name in ("first", "second"):
        staff.goes("/reviews/assignments/2027/")
        for fold in staff.page.locator("main details:has([name=email]):not([open]) > summary").all():
            fold.click()
        staff.fills("Email", cast[name].email)
        staff.presses("Add to the panel")
    first = Person(browser, live_server.url, cast["first"].email)
    first.goes("/reviews/conflicts/2027/")
    first.presses("None for the 1 that remains without a hint")
    declaring.declare_all(assessment.cycle, declared={}, by=cast["second"], at=timezone.now())
    staff.goes("/reviews/assignments/2027/plan/")
    staff.presses("Publish")
    assert Assignment.objects.filter(slot="first", ended_at=None).count() == 43

    # The first reader reads, asks about one answer, and the city answers that one.
    asked = Assignment.objects.filter(member__person=cast["first"], answer__current__claim=Claim.MET, slot="first").order_by("pk").first()
    first.goes(_address("reviews:validating", asked.pk))
    first.page.keyboard.press("r")
    first.page.keyboard.type("Since when is the policy in force?")
    first.presses("Keep as a draft")
    first.follows("Look over 1 question to this city and send it")
    first.presses("Send 1 question")
    lead.goes("/")
    lead.sees("1 question")
    lead.goes(_address("assessments:clarifying", assessment.pk))
    lead.follows(asked.answer.criterion.code)
    lead.page.locator("[name=text]").fill("The date of adoption stands on page 2 now.")
    lead.page.locator("[name=narrative]").fill("Ordinance 17 binds all departments.")
    lead.presses("Ready to send")
    lead.presses("Send 1 answer")
    others = Answer.objects.filter(assessment=assessment).exclude(pk=asked.answer_id)
    assert not others.exclude(lock="locked").exists()

    first.goes(_address("reviews:validating", asked.pk))
    first.sees("Ordinance 17 binds all departments.")
    first.page.keyboard.press("m")
    first.presses("File and next")
    _read_what_is_left(assessment, cast)
    # What the policy of the cycle wants read twice goes to the other one, who sees nothing of the first finding.
    staff.goes("/reviews/assignments/2027/plan/?slot=second")
    staff.presses("Publish")
    twice = Assignment.objects.filter(slot="second", ended_at=None)
    assert set(CORE) <= set(twice.values_list("answer__criterion__code", flat=True))
    _read_what_is_left(assessment, cast)

    # All resolved; ready; the worker scores; one proposes, another approves.
    staff.goes(_address("reviews:resolving", assessment.pk))
    staff.presses("Record")
    staff.goes(_address("reviews:resolving", assessment.pk))
    staff.presses("Declare ready")
    assert not Score.objects.exists()
    _let_the_worker_work()
    score = Score.objects.get()
    assert (score.points, score.possible, score.tier) == (16, 43, "certified")
    blocked = [reason for reason in score.result["reasons"] if reason["why"] == "blocked"]
    assert len(CLAIMED) - len(blocked) == 16
    staff.goes("/reviews/deciding/")
    staff.presses("Propose")
    director = Person(browser, live_server.url, cast["director"].email)
    director.goes("/reviews/deciding/?show=proposed")
    director.presses("Approve")

    # A round: prepared by one, released by another. Nobody sees it a moment earlier.
    staff.goes("/reviews/announcing/")
    staff.fills("Public name", "Spring 2027")
    staff.page.locator("[name=slug]").fill("spring-2027")
    staff.presses("Begin round")
    staff.presses("Add them all")
    hour = staff.page.locator("[name=announce_at]")
    hour.fill(f"{timezone.localtime(timezone.now(), ZoneInfo(settings.PROGRAM_ZONE)):%Y-%m-%dT%H:%M}")
    staff.presses("Prepare")
    _let_the_worker_work()
    assert Scorecard.objects.exclude(rendered_at=None).count() == 3
    public = Person(browser, live_server.url)
    _nobody_sees_it(public, lead, client, assessment, score)
    director.goes("/reviews/announcing/spring-2027/")
    director.presses("Announce 1 decision")
    assessment.refresh_from_db()
    assert assessment.status == Status.ANNOUNCED

    # City, public and programs see it.
    lead.goes("/")
    lead.goes(_address("reviews:result", assessment.pk))
    lead.sees("Certified")
    lead.sees("16 of 43")
    with lead.page.expect_download() as download:
        lead.follows("Scorecard (PDF)")
    text = "".join(page.extract_text() for page in PdfReader(download.value.path()).pages)
    assert "Alder Reach" in text
    assert "16 of 43" in text
    with lead.page.expect_download() as download:
        lead.follows("Press kit (ZIP)")
    with zipfile.ZipFile(download.value.path()) as kit:
        assert "Alder Reach is certified by What Works Cities Certification" in kit.read("press-release.txt").decode()
    public.goes("/cities/?q=alder")
    public.follows("Alder Reach")
    public.sees("Certified")
    with public.page.expect_download() as download:
        public.follows("Certificate (PDF)")
    (page,) = PdfReader(download.value.path()).pages
    assert "Alder Reach" in page.extract_text()
    rows = client.get("/api/v1/scores/?city=" + assessment.city.slug).json()["results"]
    assert [(row["points"], row["possible"], row["tier"]) for row in rows] == [(16, 43, "certified")]
    assert len(rows[0]["criteria"]) == 43
    assert Letter.objects.filter(kind__startswith="result").count() >= 1
    assert all(default_storage.exists(card.stored) for card in Scorecard.objects.all())
    assert list(invariants.broken()) == []
    for person in (staff, lead, first, director, public):
        assert [c for c in person.complaints if "the server responded with a status of 4" not in c] == []


def _address(name: str, *args) -> str:
    return reverse(name, args=args)


def _answer_in_the_browser(lead: Person, assessment: Assessment) -> None:
    """DM1 as a person does it: claim, ticks, words, a file; two saves make two versions."""
    lead.goes(_address("assessments:answering", assessment.pk, "DM1"))
    lead.chooses("Yes, we do")
    for box in lead.page.locator("[name=ticks]").all():
        box.check()
    lead.page.locator("[name=narrative]").fill("The data office leads; the group meets every quarter.")
    lead.presses("Save")
    lead.page.locator("[name=narrative]").fill("The data office leads; the group has met every quarter since 2024.")
    lead.presses("Save")
    lead.page.locator("input[type=file]").set_input_files(
        {"name": "charter.txt", "mimeType": "text/plain", "buffer": b"Charter of the data governance group\n" * 20}
    )
    lead.page.locator("#evidence button", has_text="Add files").click()  # the chooser says the same to who cannot see it
    lead.sees("Added: charter.txt.")
    answer = Answer.objects.get(assessment=assessment, criterion__code="DM1")
    assert answer.version == 2
    assert answer.evidence.count() == 1


def _answer_the_rest(assessment: Assessment, lead) -> None:
    """The other 42 as the page does it, without the page; DM2 gets no evidence yet."""
    shared = Answer.objects.get(assessment=assessment, criterion__code="DM1").evidence.get().evidence
    for answer in Answer.objects.filter(assessment=assessment, version=0).select_related("criterion"):
        code = answer.criterion.code
        met = code in CLAIMED
        ticks = list(range(1, answer.criterion.checklist.count() + 1)) if met else []
        positions = list(answer.criterion.checklist.order_by("position").values_list("position", flat=True)) if met else []
        answering.save(
            answer,
            claim=Claim.MET if met else Claim.NOT_YET,
            ticks=positions or ticks,
            narrative="As we do it.",
            based_on=0,
            by=lead,
            at=timezone.now(),
        )
        if met and code != "DM2":
            documenting.reuse(answer, evidence=shared, pages="1", by=lead, at=timezone.now())


def _read_what_is_left(assessment: Assessment, cast) -> None:
    """What is left to read, by the actions of the page."""
    for person in (cast["first"], cast["second"]):
        left = Assignment.objects.filter(member__person=person, ended_at=None, findings=None).select_related(
            "answer__current", "answer__assessment"
        )
        not_claimed = [a.answer for a in left if a.answer.current.claim != Claim.MET and a.slot == "first"]
        if not_claimed:
            validating.confirm_as_city_says(assessment, answers=not_claimed, by=person, at=timezone.now())
        for assignment in left:
            answer = assignment.answer
            if answer.current.claim == Claim.MET:
                validating.record_finding(
                    assignment, version=answer.current, verdict=Found.MET, ticks=answer.current.ticks, by=person, at=timezone.now()
                )


def _nobody_sees_it(public: Person, lead: Person, client, assessment: Assessment, score: Score) -> None:
    """Not on a page of the public or the city, not in the API, not at a guessed address."""
    public.goes("/cities/?q=alder")
    public.sees_not("Alder Reach, Ohio")
    assert public.goes(f"/cities/{assessment.city.slug}/") == 404
    assert public.goes("/rounds/spring-2027/") == 404
    lead.goes("/")
    lead.sees("Under review")
    lead.sees_not("spring")
    assert lead.goes(_address("reviews:scorecard", assessment.pk)) in {403, 404}
    assert client.get(f"/api/v1/cities/{assessment.city.slug}/").status_code == 404
    assert client.get(f"/api/v1/scores/?city={assessment.city.slug}").json()["results"] == []
    person = assessment.city.memberships.first().person
    _token, secret = tokens.make("mine", scopes=["draft"], days=1, by=person, at=timezone.now())
    draft = client.get(
        f"/api/v1/assessments/2027/{assessment.city.slug}/draft-score/", headers={"Authorization": f"Bearer {secret}"}
    ).json()
    assert draft["points"] == score.points  # the city's own reckoning, which says nothing of the outcome
