"""The table of who may what, walked person by person: through the rulings, and through the pages."""

import csv
from copy import deepcopy
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from assessments import access as case_access
from assessments.models import Conflict
from criteria import access as rulebook_access
from reviews import access as judgement_access
from tests.permissions import world as worlds
from wwc.accounts import tokens
from wwc.accounts.models import ApiToken
from wwc.audit.models import Event
from wwc.insights import access as insights_access
from wwc.outbox import access as outbox_access

ROWS = list(csv.DictReader((Path(__file__).parent / "matrix.csv").read_text().splitlines()))
ROOMS = {
    "criteria": rulebook_access,
    "assessments": case_access,
    "reviews": judgement_access,
    "outbox": outbox_access,
    "insights": insights_access,
}
ROLES = worlds.ROLES
# Rulings that stand for no act of a person of the table: by what they are asked, elsewhere.
ELSEWHERE = {
    "assessments.may_end_acting": "who began it ends it: tests/wwc/test_acting.py",
    "assessments.may_accept": "tests/assessments/test_access.py",
    "assessments.may_prove_claim": "tests/assessments/actions/test_claiming.py",
    "assessments.may_ask": "tests/assessments/test_access.py",
    "reviews.may_choose": "how one reads is one's own: tests/reviews/actions/test_drafting.py",
    "reviews.may_decide": "the list of what waits; its rows are those of may_propose",
}
# Pages for the program alone: a person of the city is not told that they exist.
PROGRAMME_PAGES = {"extend", "reopen", "decide_request"}


@pytest.fixture(scope="module")
def it_once(shared):
    """The world, made once."""
    return worlds.world()


@pytest.fixture
def it(it_once, db):
    """The world, as each test finds it."""
    return deepcopy(it_once)


def rule(row):
    """The function that a line names."""
    room, _dot, name = row["rule"].partition(".")
    return getattr(ROOMS[room], name)


def test_the_table_names_every_ruling():
    named = {row["rule"] for row in ROWS if row["rule"]}
    there = {f"{room}.{name}" for room, module in ROOMS.items() for name in vars(module) if name.startswith("may_")}
    assert there - named == set(ELSEWHERE)
    assert named <= there
    assert len({row["key"] for row in ROWS}) == len(ROWS)


def test_every_cell_is_yes_no_or_not_theirs_to_know():
    assert {row[role] for row in ROWS for role in ROLES} == {"yes", "no", "-"}


def test_the_rulings_say_what_the_table_says(it):
    wrong = []
    for row in filter(lambda row: row["rule"], ROWS):
        about = worlds.subject(row["key"], it)
        for role in ROLES:
            ruling = rule(row)(it.people[role], *about)
            said = "yes" if ruling else "-" if ruling.hidden else "no"
            if said != row[role]:
                wrong.append(f"{row['key']} {role}: {said}, the table says {row[role]}")
            if said == "no" and not str(ruling.reason).endswith("."):
                wrong.append(f"{row['key']} {role}: no reason in words")
    assert not wrong, "\n".join(wrong)


def ask(it, client, row, asked, person=None):
    """Ask for the page of a line as that person, and undo what it did. A program has the person's token and no cookie."""
    method, _space, name = row["page"].partition(" ")
    args, fields = asked
    for each in fields.values():
        if isinstance(each, SimpleUploadedFile):
            each.seek(0)  # somebody else has sent it before
    with transaction.atomic():
        address = reverse(name, args=args, query=worlds.query(row["key"], it))
        if method == "TOKEN" and person:
            token, secret = tokens.make("A program", scopes=["draft"], days=1, by=person, at=datetime.now(UTC))
            ApiToken.objects.filter(pk=token.pk).update(scopes=ApiToken.Scope.values)  # what it could be is no reason of a refusal
            answer = Client(headers={"authorization": f"Bearer {secret}"}).get(address)
        else:
            answer = client.post(address, fields) if method == "POST" else client.get(address)
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    return answer


def one_of_each(row):
    """For each answer of a line one person who gets it, another one from line to line."""
    first = ROWS.index(row) % len(ROLES)
    return {row[role]: role for role in ROLES[first:] + ROLES[:first]}.values()


@pytest.mark.parametrize("asking", [one_of_each, pytest.param(lambda row: ROLES, marks=pytest.mark.heavy, id="everybody")])
def test_the_pages_answer_as_the_table_says(it, client_of, asking):
    """Yes: it is done, or the form says what is missing. No: 403 with the reason. Not theirs: 404, with the words of any other."""
    wrong = []
    clients = {role: client_of(it.people[role]) for role in ROLES}
    for row in filter(lambda row: row["page"], ROWS):
        asked, about = worlds.request(row["key"], it), worlds.subject(row["key"], it)
        for role in asking(row):
            answer = ask(it, clients[role], row, asked, it.people[role])
            wanted = {"yes": {200, 302, 409, 422}, "no": {403}, "-": {404}}[row[role]]
            if row["key"] in PROGRAMME_PAGES and row[role] == "no":
                wanted = {404}
            if answer.status_code not in wanted:
                wrong.append(f"{row['key']} {role}: {answer.status_code}, the table says {row[role]}")
            elif answer.status_code == 403:
                reason = str(rule(row)(it.people[role], *about).reason)
                if reason not in unescape(answer.content.decode()):
                    wrong.append(f"{row['key']} {role}: 403 without its reason")
    assert not wrong, "\n".join(wrong)


def test_a_person_who_has_not_signed_in_is_asked_to(it, client_of):
    client = client_of()
    for row in filter(lambda row: row["page"], ROWS):
        answer = ask(it, client, row, worlds.request(row["key"], it))
        if row["page"].startswith("TOKEN"):
            assert answer.status_code == 401, row["key"]
            continue
        assert answer.status_code == 302, row["key"]
        assert answer["Location"].startswith("/accounts/login/"), row["key"]


# Yours, but not now: the reason in words, and nothing is done


def early(it):
    """What the person of a role may do, asked at a moment when it cannot be done: role, address, fields, words of the reason."""
    reading, answer, link = it.reading, it.answer, {"link-url": "https://example.org", "link-note": "A page."}
    said = {"claim": "met", "narrative": "Other words.", "based_on": answer.version}
    settled = {"verdict": "met", "rationale": "It is there."}
    return [
        ("CL", reverse("assessments:answering", args=[reading.pk, "A1"]), said, "This answer is closed: it was submitted."),
        ("CC", reverse("assessments:add_link", args=[reading.pk, "A1"]), link, "This answer is closed: it was submitted."),
        ("CL", reverse("assessments:submitting", args=[it.case.pk]), {"consent": "tier"}, "Not sent yet: "),
        ("CS", reverse("assessments:attest", args=[it.case.pk]), {}, "Not sent yet: "),
        ("CL", reverse("assessments:withdrawing", args=[reading.pk]), {}, "Withdrawing closed on "),
        ("ST", reverse("assessments:reopen", args=[it.case.pk]), {"reason": "Why."}, "Only an assessment that was submitted or closed"),
        ("PL", reverse("reviews:settling", args=[answer.pk]), settled, "The readings of this answer do not differ."),
        ("RV", reverse("reviews:agree", args=[answer.pk]), {}, "A reading of this answer is still missing."),
        ("ST", reverse("reviews:declare_ready", args=[reading.pk]), {}, "4 answers have no settled verdict yet."),
        ("DI", reverse("reviews:take_back_round", args=[it.batch.slug]), {"reason": "Why."}, "This round is not prepared."),
        ("DI", reverse("assessments:move_cycle", args=[it.case.cycle.slug]), {"to": "closed"}, "The cycle cannot take this step now."),
    ]


def test_what_cannot_be_done_now_says_why_and_leaves_everything(it, client_of):
    wrong = []
    for role, address, fields, words in early(it):
        with transaction.atomic():
            before = Event.objects.count()
            page = unescape(client_of(it.people[role]).post(address, fields, follow=True).content.decode())
            if words not in page or Event.objects.count() != before:
                wrong.append(f"{role} {address}: {words}")
            transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)


def test_nobody_waives_their_own_conflict(it):
    own = Conflict.objects.get(person=it.people["conflict"], city=it.reading.city)
    ruling = judgement_access.may_waive(it.people["conflict"], own)
    assert not ruling
    assert "their own" in str(ruling.reason)


def test_who_left_is_a_stranger(it):
    """The same person, once their part has ended."""
    it.team["CC"].__class__.objects.filter(pk=it.team["CC"].pk).update(ended_at=worlds.NOW, ended_by=it.people["ST"])
    assert case_access.may_see(it.people["CC"], it.case.city).hidden
    assert case_access.may_answer(it.people["CC"], worlds.cases.answer(it.case)).hidden
    worlds.PanelMember.objects.update(left_at=worlds.NOW, left_by=it.people["ST"])
    for role in ("RV", "PL"):
        assert judgement_access.may_read(it.people[role], it.answer).hidden
