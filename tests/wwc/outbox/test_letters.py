"""Every letter that the code writes has its words in three languages, with the same values, in the program's voice."""

import ast
import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from django.conf import settings
from django.core import mail

from assessments import letters as case_letters
from assessments import queries
from assessments.actions import claiming, inviting, joining
from assessments.models import Role
from reviews import letters as review_letters
from reviews.actions import announcing
from reviews.jobs import duties
from reviews.queries.digest import Waiting
from tests.architecture.source import files, tree
from tests.factories import assessments as cases
from tests.factories import people, reviews
from tests.factories import results as make
from wwc.clock import staged_at
from wwc.outbox import running, texts
from wwc.outbox.models import Letter, LetterText

ROWS = json.loads((settings.BASE_DIR / "fixtures" / "letters.json").read_text())
LANGUAGES = [code for code, _name in settings.LANGUAGES]
BY_KEY = {(row["key"], row["language"]): row for row in ROWS}
KEYS = sorted({row["key"] for row in ROWS})
FOOTERS = {"footer_team", "footer_panel", "footer_program", "footer_person", "footer_invited", "footer_asked", "footer_stop"}


@cache
def calls():
    """Every call in the code that posts a letter: its folder, its file and its first argument."""
    found = []
    for path in files("criteria/**/*.py", "assessments/**/*.py", "reviews/**/*.py", "wwc/**/*.py"):
        if "post(" not in (text := path.read_text()) or "wwc.outbox" not in text:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                owner = getattr(getattr(node.func, "value", None), "id", "post")
                if name in {"post", "post_many", "_post"} and owner == "post":
                    found.append((path.parent.name, path.name, node.args[0]))
    return found


def kinds():
    """The kinds that the code names, wherever a call chooses between several."""
    found = set(review_letters.RESULTS.values()) | {kind for kind, _page in case_letters.DEADLINE_NEAR.values()}
    for _folder, _file, first in calls():
        found |= {node.value for node in ast.walk(first) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return found


def test_every_kind_in_the_code_has_its_text_and_every_text_its_kind():
    assert set(KEYS) == kinds() | FOOTERS
    assert {"invited", "received", "assigned", "password", "result_no_tier_standing", "result_certified"} <= kinds()


def test_only_a_letters_room_and_the_sign_in_post_letters():
    assert {(folder, file) for folder, file, _first in calls()} == {
        ("assessments", "letters.py"),
        ("reviews", "letters.py"),
        ("accounts", "adapters.py"),
    }


def test_each_text_is_there_once_in_each_language():
    assert sorted(BY_KEY) == sorted((key, language) for key in KEYS for language in LANGUAGES)
    assert len(ROWS) == len(BY_KEY)
    assert all(row["subject"].strip() and row["body"].strip() for row in ROWS)


@pytest.mark.parametrize("key", KEYS)
def test_each_language_names_the_same_values(key):
    named = {language: texts.placeholders(BY_KEY[key, language]["subject"] + BY_KEY[key, language]["body"]) for language in LANGUAGES}
    assert named["en"] == named["es"] == named["pt-br"]


# Voice

ENGLISH = [row for row in ROWS if row["language"] == "en"]
NOT_OURS = re.compile(
    r"n't\b|\b(I'm|\w+'(re|ve|ll|d)|it's|that's|there's|here's|what's|who's|let's|please|etc|via)\b|!|\b(e\.g|i\.e)\."
    r"|\b(congratulations|unfortunately|sorry|sadly|amazing|programme|cancelled|e-mail)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("row", ENGLISH, ids=[row["key"] for row in ENGLISH])
def test_english_is_in_our_voice(row):
    assert NOT_OURS.search(f"{row['subject']}\n{row['body']}") is None


@pytest.mark.parametrize("wrong", ["We don't write.", "It's here.", "You've won!", "Please wait.", "For e.g. this.", "Congratulations"])
def test_the_measure_of_voice_finds_what_it_looks_for(wrong):
    assert NOT_OURS.search(wrong)


FORBIDDEN = {
    "es": r"\b(tú|vos|vosotros|tu|tus|bienvenid[oa]s?|felicitaciones|por favor|usuari[oa]s?)\b|[¡@]|[oa]/[oa]\b",
    "pt-br": r"\b(tu|teu|tua|bem-vind[oa]s?|obrigad[oa]s?|parabéns|por favor|usuári[oa]s?)\b|[!@]|\([oa]\)|[oa]/[oa]\b|\b(vai|vão) estar\b",
}


@pytest.mark.parametrize("language", FORBIDDEN)
def test_the_others_are_in_theirs(language):
    for key in KEYS:
        row = BY_KEY[key, language]
        assert re.search(FORBIDDEN[language], f"{row['subject']}\n{row['body']}", re.IGNORECASE) is None, key
        assert row["body"] != BY_KEY[key, "en"]["body"] or key == "message", "what staff write stands as they wrote it"


def test_the_results_of_a_round_share_their_subject():
    for language in LANGUAGES:
        assert len({row["subject"] for row in ROWS if row["language"] == language and row["key"].startswith("result_")}) == 1


# Values: what the code gives fills every text


@pytest.fixture
def given(monkeypatch, db):
    """Listens to what is posted, and fills the text of every language with it."""
    heard = {}
    original = texts.written

    def listen(key, language, values):
        if key not in FOOTERS:
            heard[key] = [original(key, each, values) for each in LANGUAGES]
        return original(key, language, values)

    monkeypatch.setattr(texts, "written", listen)
    return heard


def complete(heard, *keys):
    assert set(heard) == set(keys)
    for filled in heard.values():
        for subject, body in filled:
            assert "{" not in subject + body
            assert "None" not in subject + body
            assert "  " not in subject + body
            assert len(subject) <= 100


def test_letters_of_the_case(given):
    case = cases.in_review()
    invitation = inviting.invite(case.city, email="new@example.org", role=Role.CONTRIBUTOR, by=cases.lead(case.city), at=datetime.now(UTC))
    asked = cases.asked(case)
    cases.replied(asked, text="Done.")
    asked.refresh_from_db()
    for days in case_letters.DEADLINE_NEAR:
        case_letters.deadline_near(case, days, at=cases.NOW)
    case_letters.clarification_near(case, [asked], 2, at=cases.NOW)
    cases.clarifying.close(asked, by=cases.staff(), at=cases.NOW)
    cases.submitting.withdraw(case, by=cases.lead(case.city), at=cases.NOW)
    other = cases.submitted(cases.started("Quillon")).assessment
    cases.submitting.reopen(other, reason="A page is missing.", by=cases.staff(), at=cases.NOW)
    cases.scheduling.extend(other, due_at=cases.DUE + timedelta(days=9), reason="A flood.", by=cases.staff(), at=cases.NOW)
    complete(
        given, "invited", "joined", "received", "clarification_waiting", "answers_received", "clarification_closed", "withdrawn",
        "reopened", "extended", "deadline_near_7", "deadline_near_2", "deadline_near_0", "clarification_near",
    )  # fmt: skip
    assert invitation.email == "new@example.org"


def test_letters_to_who_asks_to_take_part(given):
    asked = joining.ask(cases.cycle(), place="Quill Harbor", name="Ana", email="ana@city.example", by=None, at=cases.NOW)
    joining.refuse(asked, words="A county cannot take part.", by=cases.staff(), at=cases.NOW)
    complete(given, "join_received", "join_refused")


def test_letters_about_a_claim(given):
    case = cases.started()
    lead = cases.lead(case.city)
    with staged_at(cases.NOW):
        for email in ("heir@example.org", "heir@elsewhere.example"):
            claim = claiming.ask(case.city, name="Heir", email=email, by=None, at=cases.NOW)
            claim = claiming.prove(claim, by=None, at=cases.NOW)
        claiming.oppose(claim, by=lead, at=cases.NOW)
        claiming.grant(claim, by=cases.staff(), at=cases.NOW)
    complete(given, "joined", "claim", "claim_outside", "claim_proof", "claim_granted", "claim_refused")


def test_letters_to_readers(given):
    of = reviews.cycle()
    assessment = reviews.submitted("Alder Reach", of)
    member = reviews.reader(of)
    reviews.assigning.assign_many(
        assessment, member=member, answers=[reviews.answer(assessment, code) for code in ("A1", "A2")], slot="first",
        due_at=reviews.NOW + timedelta(days=14), by=people.person("staff", is_staff=True), at=reviews.NOW,
    )  # fmt: skip
    if "assigned" not in given:  # written when a plan is published, not with every answer
        review_letters.assigned(member, answers=2, areas=["Area A"], due_at=reviews.NOW + timedelta(days=14), at=reviews.NOW)
    complete(given, "conflict_request", "assigned")


def test_letters_to_the_program(given, staff, director):
    make.approved(make.scored(make.city("Ossery"), 24), proposer=staff, director=director)
    waiting = make.scored(make.city("Alder Reach"), 31)
    duties.tell_ready("2026-03-02")
    score = make.results.current_score(waiting)
    make.awarding.propose(waiting, score=score, kind="new", tier="gold", by=staff, at=make.NOW)
    duties.tell_directors("2026-03-02")
    review_letters.digest(staff, Waiting(1, 0, 1, 0, 2), day="2026-03-02", at=make.NOW)
    review_letters.digest(people.person("reader"), Waiting(1, 0, 1, 1), day="2026-03-02", at=make.NOW)
    review_letters.bounced(staff, 1, day="2026-03-02", at=make.NOW)
    complete(given, "ready", "approval", "digest", "digest_program", "bounced")


def test_letters_with_results(given, staff, director, now):
    def tell(slug, at, *decided):
        batch = make.prepared(decided, by=staff, at=at, announce_at=at, slug=slug)
        make.rendered(batch)
        with staged_at(at):
            announcing.release(batch, by=director, at=at)

    def decide(place, points, year="2026", at=now, **fields):
        return make.approved(
            make.scored(place, points, in_cycle=make.cycle(year), at=at), proposer=staff, director=director, at=at, **fields
        )

    place = make.city("Alder Reach")
    honored = decide(make.city("Quillon"), 12, kind="honor_roll", tier="", reason="Two core criteria are met well.")
    tell("round-1", now, decide(place, 31), decide(make.city("Ossery"), 9), honored)
    complete(given, "result_certified", "result_no_tier", "result_honor_roll")
    given.clear()
    for year, points, key in (("2027", 38, "result_moved"), ("2028", 38, "result_recertified"), ("2029", 9, "result_no_tier_standing")):
        at = now + timedelta(days=365 * (int(year) - 2026))
        tell(f"round-{year}", at, decide(place, points, year, at))
        complete(given, key)
        given.clear()


def test_the_letter_for_a_new_password(given, client):
    people.person("lead")
    client.post("/accounts/password/reset/", {"email": "lead@example.org"})
    complete(given, "password")


# As it is sent


def sent(letter):
    mail.outbox.clear()
    running.drain(["send_letter"], until=letter.due_at + timedelta(days=1))
    (found,) = [each for each in mail.outbox if each.to == [letter.address] and each.subject == letter.subject]
    return found


@pytest.mark.parametrize(
    ("language", "why"),
    [
        ("en", "You get this letter because you work on the assessment of your city."),
        ("es", "Recibe este mensaje porque trabaja en la evaluación de su ciudad."),
        ("pt-br", "Você recebe esta mensagem porque trabalha na avaliação da sua cidade."),
    ],
)
def test_a_letter_ends_with_its_link_why_it_came_and_where_to_write(db, settings, language, why):
    settings.SITE_URL, settings.CONTACT_EMAIL = "https://certification.example", "help@certification.example"
    place = cases.city()
    lead = cases.member(place, Role.LEAD)
    type(lead).objects.update(language=language)
    lead.refresh_from_db()
    case = cases.submitting.start(place, cases.cycle(), by=lead, at=cases.NOW)
    letter = Letter.objects.get(kind="joined")
    body = sent(letter).body
    assert body.startswith(letter.body)
    link, _sign, ending = body.removeprefix(letter.body).strip().partition("-- \n")
    assert link.strip() == f"https://certification.example/assessments/{case.pk}/"
    lines = ending.splitlines()
    assert lines[0] == why
    assert lines[1].endswith(": https://certification.example/people/")
    assert lines[2].endswith(": help@certification.example")
    assert body.count("https://") == 2
    assert why not in letter.body


def test_each_reader_learns_why_it_came_to_them(db, client):
    of = reviews.cycle()
    member = reviews.reader(of, declares=False)
    place = cases.city()
    lead = cases.member(place, Role.LEAD)
    inviting.invite(place, email="new@example.org", role=Role.CONTRIBUTOR, by=lead, at=datetime.now(UTC))
    client.post("/accounts/password/reset/", {"email": lead.email})
    case_letters.joined(cases.submitting.start(place, cases.cycle(), by=lead, at=cases.NOW), at=cases.NOW)
    review_letters.ready([(people.person("staff"), 3)], day="today", at=cases.NOW)
    why = {letter.kind: texts.footer_of(letter).splitlines()[0] for letter in Letter.objects.select_related("to")}
    assert why == {
        "conflict_request": "You get this letter because you belong to the review team.",
        "invited": "You get this letter because your city gave this address. It is used for the invitation alone.",
        "password": "You get this letter because it was asked for with this address.",
        "joined": "You get this letter because you work on the assessment of your city.",
        "ready": "You get this letter because you work for the program.",
    }
    assert member.person.language == "en"


def test_who_has_no_account_is_sent_to_no_account_page(db):
    place = cases.city()
    inviting.invite(place, email="new@example.org", role=Role.LEAD, by=cases.staff(), at=datetime.now(UTC))
    ending = texts.footer_of(Letter.objects.get())
    assert "/people/" not in ending
    assert settings.CONTACT_EMAIL in ending


def test_a_letter_that_has_no_text_in_a_language_comes_in_english(db):
    LetterText.objects.filter(language="es").delete()
    assert texts.written("ready", "es", {"n": 2}) == texts.written("ready", "en", {"n": 2})


def test_a_subject_is_one_line_of_a_bearable_length(db):
    LetterText.objects.create(key="long", language="en", subject="Hello {name}", body="{name}")
    subject, body = texts.written("long", "en", {"name": "a\r\nBcc: b@example.org " + "x" * 400})
    assert "\n" not in subject
    assert "\r" not in subject
    assert len(subject) == 250
    assert "\n" in body


def test_a_receipt_is_told_whatever_else_waits(db):
    snapshot = cases.submitted(cases.started())
    assert queries.receipt_of(snapshot.assessment) == snapshot
    assert {letter.to.email for letter in Letter.objects.filter(kind="received")} == {
        cases.lead(snapshot.assessment.city).email,
        cases.signatory(snapshot.assessment.city).email,
    }
