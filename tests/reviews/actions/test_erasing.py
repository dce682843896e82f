"""A person is erased: who it was is nowhere any more, what they did is all there, and the record still holds."""

import hashlib
from copy import deepcopy
from smtplib import SMTPRecipientsRefused

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, models, transaction
from django.utils import translation

from assessments import letters as case_letters
from assessments.actions import claiming, delegating, documenting, inviting, joining, printing
from assessments.models import (
    Answer,
    Attestation,
    Delegation,
    Invitation,
    JoinRequest,
    Membership,
    Paper,
    Role,
)
from assessments.queries import receipt_of
from reviews.actions import assigning, calling, erasing, exporting, writing
from reviews.actions.erasing import AskedAlready, Ended, OpenDuties
from reviews.models import Erasure, Export, PanelMember, Phrase
from reviews.queries import audiences, people, traces
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import people as make
from tests.factories import reviews
from wwc.accounts import tokens
from wwc.accounts.models import ApiToken, User
from wwc.audit.jobs import verify
from wwc.audit.models import Event
from wwc.clock import staged_at
from wwc.outbox import files, preferences, running
from wwc.outbox.models import Letter, Work
from wwc.refusals import NotAllowed, NotFound

NAME, ADDRESS, EARLIER = "Zephyrine Quillfeather", "zephyrine.q@port-lindell.example", "zq.before@port-lindell.example"
WHY = {"reason": "Zephyrine Quillfeather asked us to, by a call."}

# Columns of text that no person's name or address can come into, by what they hold. Whoever adds a column decides here,
# in `traces.WORDS`, or by blanking it.
NOBODYS = {
    "outbox.Work": "kind key args claim",  # numbers
    "outbox.LetterText": "key language subject body",  # words of all letters, with placeholders
    "outbox.LetterPreference": "kind",
    "audit.Event": "on_behalf_of channel verb subject before after",  # codes, stages, the name of a city
    "audit.Link": "digest",
    "criteria": "*",  # the rulebook
    "assessments.City": "*",
    "assessments.PlaceList": "*",
    "assessments.Cycle": "*",
    "assessments.Snapshot": "receipt content_hash",
    "assessments.Attestation": "content_hash",
    "assessments.AnswerVersion": "ticks",
    "assessments.Draft": "ticks",
    "assessments.EvidenceVersion": "kind stored sha256",
    "assessments.FileCheck": "found",  # what a scanner calls it
    "assessments.Clarification": "voice",
    "assessments.JoinRequest": "place language",
    "assessments.ClaimRequest": "language",
    "assessments.PreviewSheet": "stored",
    "assessments.Import": "sha256",
    "assessments.Paper": "*",
    "reviews.Score": "*",
    "reviews.ScoreDifference": "*",
    "reviews.Announcement": "*",  # names of rounds
    "reviews.Award": "tier previous_tier",
    "reviews.Finding": "ticks confidence",
    "reviews.FindingDraft": "ticks",
    "reviews.Resolution": "findings",
    "reviews.Appeal": "receipt",
    "reviews.Export": "*",
    "reviews.Erasure": "went",
    "reviews.PlanDraft": "*",  # numbers
    "reviews.PublishedCity": "*",
    "reviews.PublishedAward": "*",
    "reviews.Recomputation": "*",
    "reviews.Scorecard": "*",
    "account.EmailConfirmation": "*",
    "auth": "*",
    "contenttypes": "*",
    "sessions": "*",
    "accounts.User": "language timezone",
    "accounts.ApiToken": "prefix scopes",
    "outbox.Letter": "kind language",
    "insights.Dataset": "*",  # figures; whose cities are left out is a number
    "insights.Release": "*",
    "opendata.Package": "*",  # what is public already
    "outbox.Webhook": "*",  # machines that are called, by a name of their own
    "outbox.WebhookCall": "*",  # what is public already
}  # fmt: skip
# Columns that the test below fills and an erasure empties.
BLANKED = {
    "accounts.User": "email name password formerly",
    "accounts.ApiToken": "label digest",
    "account.EmailAddress": "email",
    "mfa.Authenticator": "data",
    "outbox.Letter": "key address subject body link error",
    "outbox.Work": "error outcome",
    "assessments.Invitation": "email",
    "assessments.ClaimRequest": "name email words",
    "assessments.JoinRequest": "name email work message words",
    "reviews.Phrase": "text",
    "reviews.PanelMember": "languages employers",
    "reviews.Erasure": "reason",
}


def text_columns():
    """Every column of text in the database, by model."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, (models.CharField, models.TextField, models.JSONField)) and not getattr(field, "choices", None):
                yield model, field.name


def test_of_every_column_of_text_it_is_decided_whether_a_person_can_be_in_it():
    undecided = []
    for model, column in text_columns():
        label, app = model._meta.label, model._meta.app_label
        nobodys = f"{NOBODYS.get(label, '')} {NOBODYS.get(app, '')}".split()
        decided = "*" in nobodys or column in [*nobodys, *BLANKED.get(label, "").split(), *traces.WORDS.get(label, ())]
        undecided += [] if decided else [f"{label}.{column}"]
    assert undecided == []


def found_in_the_database():
    """Where the name, an address or a digest of one is in the database: each column outside of WORDS."""
    words = [each.lower() for each in (NAME, "Quillfeather", ADDRESS, EARLIER)]
    words += [hashlib.sha256(each.encode()).hexdigest()[:32] for each in (ADDRESS, EARLIER)]
    found = set()
    for model, column in text_columns():
        if column in traces.WORDS.get(model._meta.label, ()):
            continue
        for value in model._default_manager.values_list(column, flat=True):
            if any(word in str(value).lower() for word in words):
                found.add(f"{model._meta.label}.{column}")
    for session in Session.objects.all():
        if any(word in str(session.get_decoded()).lower() for word in words):
            found.add("sessions.Session")
    return found


@pytest.fixture
def other_director(db):
    return make.person("other-director", is_director=True)


@pytest.fixture
def third_director(db):
    return make.person("third-director", is_director=True)


@pytest.fixture(scope="module")
def case_once(shared):
    """An assessment that is being read, of a city with its team."""
    return cases.submitted(cases.started("Port Lindell")).assessment


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


@pytest.fixture
def person(case, staff, client_of, monkeypatch):
    """Somebody of a city's team who left a trace in every place where one can be left, and has nothing to do any more."""
    city = case.city
    lead = cases.lead(city)
    asked = joining.ask(
        case.cycle,
        city=case.city,
        name=NAME,
        email=EARLIER,
        work="Analyst Quillfeather",
        message="I am Zephyrine Quillfeather",
        by=None,
        at=NOW,
    )
    joining.refuse(asked, words=f"Dear {NAME}, not this time.", by=staff, at=NOW)
    claim = claiming.ask(city, name=NAME, email=EARLIER, by=None, at=NOW)
    with staged_at(NOW):
        claiming.prove(claim, by=None, at=NOW)
    claiming.refuse(claim, words=f"{NAME} is not known to us.", by=staff, at=NOW)
    inviting.invite(city, email=ADDRESS, role=Role.LEAD, by=lead, at=NOW)
    with staged_at(NOW):
        someone = inviting.accept(Invitation.objects.get(email=ADDRESS), name=NAME, password=make.PASSWORD, at=NOW)
    JoinRequest.objects.filter(pk=asked.pk).update(email=EARLIER)
    someone.email = EARLIER  # they had another address once, and letters went there
    someone.save()
    case_letters.joined(case, at=NOW)
    inviting.correct_address(Membership.objects.get(person=someone, ended_at=None), email=ADDRESS, reason="A slip.", by=staff, at=NOW)
    someone.refresh_from_db()
    inviting.invite(city, email="colleague@port-lindell.example", role=Role.CONTRIBUTOR, by=someone, at=NOW)
    inviting.invite(cases.city("Quillon"), email=ADDRESS, role=Role.LEAD, by=staff, at=NOW)
    documenting.gather(city, by=someone, at=NOW)
    tokens.make("Zephyrine Quillfeather's laptop", scopes=["draft"], days=9, by=someone, at=NOW)
    Authenticator.objects.create(user=someone, type="totp", data={"label": ADDRESS})
    preferences.choose(someone, {"deadline_near": False}, by=someone, at=NOW)
    Phrase.objects.create(text=f"{NAME} says no.", person=someone, added_at=NOW, added_by=someone)
    client_of(someone).get("/")
    asked = {"cycle": case.cycle.slug}
    said = {"subject": "News", "words": f"Write to {NAME}, <{ADDRESS}>.", "seen": audiences.whom("cities", asked, staff, NOW).digest}
    writing.write("cities", asked=asked, **said, by=staff, at=NOW)
    export = exporting.ask(case.cycle, form="csv", tables=["people"], by=staff, at=NOW)

    def refuse(mail, **_given):
        raise SMTPRecipientsRefused({mail.to[0]: (550, f"no {mail.to[0]} here".encode())})

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", refuse)
        running.drain(["send_letter", exporting.exports.KIND])
    Work.objects.filter(kind="send_letter").update(error=f"no {ADDRESS} here")
    export.refresh_from_db()
    assert export.stored
    return someone


def erased(person, staff, director, **given):
    asked = erasing.ask(person, **{**WHY, **given}, by=staff, at=NOW)
    return erasing.confirm(asked, by=director, at=NOW)


def test_who_it_was_is_nowhere_in_the_database_or_in_a_file(
    person, staff, director, other_director, django_capture_on_commit_callbacks, tmp_path
):
    traces_before = found_in_the_database()
    assert {f"{label}.{column}" for label, columns in BLANKED.items() for column in columns.split()} - traces_before <= {
        "accounts.User.password", "accounts.User.formerly", "accounts.ApiToken.digest", "outbox.Letter.key", "outbox.Letter.link",
        "outbox.Work.outcome", "reviews.PanelMember.languages", "reviews.PanelMember.employers", "reviews.Erasure.reason",
    }  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        erased(person, staff, director)
    assert found_in_the_database() == set()
    left = [path for path in (tmp_path / "files").rglob("*") if path.is_file() and NAME.encode() in path.read_bytes()]
    assert left == []
    assert [export.stored for export in Export.objects.all()] == [""]


def test_what_they_did_stays_and_says_where_they_belonged(person, case, staff, director, other_director):
    erased(person, staff, director)
    person.refresh_from_db()
    # They were invited to a team that they never joined, so one place alone tells of them.
    assert str(person) == "A former member of Port Lindell, Ohio"
    with translation.override("es"):
        assert "Port Lindell, Ohio" in str(person)
    assert not person.is_active
    assert not person.has_usable_password()
    assert {row.ended_by for row in Membership.objects.filter(person=person)} == {director}
    assert Event.objects.filter(by=person, verb="gathered").count() == 1
    assert [str(row.invited_by) for row in Invitation.objects.filter(invited_by=person)] == [str(person)]


def test_the_record_holds_and_says_that_somebody_was_erased_without_the_name(person, staff, director, other_director, tmp_path):
    assert verify(tmp_path / "anchors", at=NOW) == []
    erased(person, staff, director)
    assert verify(tmp_path / "anchors", at=NOW) == []
    event = Event.objects.get(verb="erased")
    assert (event.by, event.subject_id, event.reason) == (director, person.pk, "")
    assert event.data["letters"] > 3
    assert event.data["requests"] == 4
    assert "uillfeather" not in str(list(Event.objects.filter(verb__startswith="eras").values()))


def test_letters_that_wait_are_canceled_and_those_to_others_go_without_the_name(person, staff, director, other_director):
    mine = list(Letter.objects.filter(to=person).values_list("pk", flat=True))
    others = Letter.objects.filter(kind="message").exclude(to=person)[0]
    erased(person, staff, director)
    assert all(letter.canceled_at and not letter.body and not letter.link for letter in Letter.objects.filter(pk__in=mine))
    others.refresh_from_db()
    assert others.canceled_at is None
    assert "Write to A former member of Port Lindell, Ohio" in others.body
    assert Letter.objects.get(pk=mine[0]).shown_address == "erased"


def test_nobody_signs_in_with_it_any_more(person, staff, director, other_director, client_of):
    client = client_of(person)
    assert client.get("/people/").status_code == 200
    secret = tokens.make("It", scopes=["draft"], days=9, by=person, at=NOW)[1]
    erased(person, staff, director)
    assert client.get("/people/").status_code == 302
    assert tokens.bearer(secret, at=NOW) is None
    assert not client.login(username=ADDRESS, password=make.PASSWORD)
    assert not EmailAddress.objects.filter(user=person).exists()
    assert not Authenticator.objects.filter(user=person).exists()
    assert not ApiToken.objects.filter(person=person, revoked_at=None).exists()
    # The address is free: who comes back comes as somebody new.
    assert User.objects.create_user(ADDRESS, make.PASSWORD).pk != person.pk


def test_an_attestation_stays_with_its_hash_and_the_paper_is_drawn_again_without_the_name(
    case, staff, director, other_director, django_capture_on_commit_callbacks
):
    signed = Attestation.objects.get(assessment=case)
    signer = cases.signatory(case.city)
    before = receipt_of(case)
    printed = printing.ask(case, kind="answers", language="en", by=signer, at=NOW)
    stored = default_storage.save(f"{files.folder_of(printed)}/one.pdf", ContentFile(b"Attested by them"))
    Paper.objects.filter(pk=printed.pk).update(made_at=NOW, sha256="0" * 64, stored=stored)
    with django_capture_on_commit_callbacks(execute=True):
        erased(signer, staff, director)
    after = receipt_of(case)
    assert (after.receipt, after.content_hash, after.attestation) == (before.receipt, before.content_hash, signed)
    assert str(after.attestation.attested_by) == "A former member of Port Lindell, Ohio"
    assert not Paper.objects.filter(pk=printed.pk).exists()
    assert not default_storage.exists(stored)
    assert printing.ask(case, kind="answers", language="en", by=cases.lead(case.city), at=NOW).made_at is None


def test_of_whoever_had_several_parts_no_place_is_named(case, staff, director, other_director):
    torn = cases.member(case.city, Role.CONTRIBUTOR, "torn")
    inviting.add_member(cases.city("Quillon"), person=torn, role=Role.CONTRIBUTOR, by=staff, at=NOW)
    erased(torn, staff, director)
    torn.refresh_from_db()
    assert str(torn) == "A former member"


@pytest.mark.parametrize(
    ("flags", "words"), [({"is_staff": True}, "A former member of the program"), ({}, "A former member")], ids=["staff", "nobody"]
)
def test_others_are_called_by_what_they_were(flags, words, staff, director, other_director):
    gone = make.person("gone", **flags)
    erased(gone, staff, director)
    gone.refresh_from_db()
    assert str(gone) == words
    assert not gone.is_staff


def test_a_reader_goes_when_nothing_is_theirs_to_read_and_their_verdicts_stay(cycle, assessment, member, staff, director, other_director):
    answer = reviews.answer(assessment, "A1")
    finding = reviews.find(reviews.assign(answer, member))
    PanelMember.objects.filter(pk=member.pk).update(employers=["Somewhere"], languages=["es"])
    with pytest.raises(OpenDuties, match=r"1 answer that is not decided is assigned to them. Give it to somebody else first."):
        erased(member.person, staff, director)
    assigning.remove_member(member, reason="They leave.", by=staff, at=NOW)
    erasing.confirm(Erasure.objects.get(), by=director, at=NOW)
    finding.refresh_from_db()
    member.refresh_from_db()
    assert str(finding.filed_by) == "A former member of the review team"
    assert (member.employers, member.languages) == ([], [])


def test_the_only_lead_of_a_city_stays_until_there_is_another(case, staff, director, other_director):
    lead = cases.lead(case.city)
    with pytest.raises(OpenDuties, match=r"They are the only lead of 1 city. Invite another lead there, or name one, first."):
        erased(lead, staff, director)
    lead.refresh_from_db()
    assert lead.is_active
    assert lead.name
    cases.member(case.city, Role.LEAD, "second-lead")
    erasing.confirm(Erasure.objects.get(), by=director, at=NOW)
    lead.refresh_from_db()
    assert not lead.is_active


def test_two_directors_are_always_left(staff, director, other_director):
    with pytest.raises(OpenDuties, match="Two directors are needed"):
        erased(other_director, staff, director)


def test_a_request_of_theirs_is_decided_first(case, staff, director, other_director):
    asks = make.person("asks")
    joining.ask(case.cycle, city=case.city, name="Ana Ruiz", email=asks.email, by=None, at=NOW)
    with pytest.raises(OpenDuties, match=r"1 request of theirs is not decided. Decide it first."):
        erased(asks, staff, director)


def test_what_is_in_their_hands_is_free_again(letter_texts, staff, director, other_director):
    case = cases.started("Quillon")
    colleague = cases.contributor(case.city)
    delegating.hand(case, answers=[cases.answer(case)], to=colleague, due_on=cases.DUE.date(), by=cases.lead(case.city), at=NOW)
    erased(colleague, staff, director)
    assert not Delegation.objects.filter(ended_at=None).exists()
    assert Event.objects.filter(verb="taken_back", by=director).count() == 1


def test_staff_ask_and_another_director_confirms(case, staff, director, other_director):
    someone = cases.contributor(case.city)
    asked = erasing.ask(someone, **WHY, by=director, at=NOW)
    with pytest.raises(AskedAlready):
        erasing.ask(someone, **WHY, by=staff, at=NOW)
    with pytest.raises(NotAllowed, match="You asked for this, so another director confirms it"):
        erasing.confirm(asked, by=director, at=NOW)
    with pytest.raises(NotAllowed, match="A director confirms it"):
        erasing.confirm(asked, by=staff, at=NOW)
    with pytest.raises(NotFound):
        erasing.ask(someone, **WHY, by=someone, at=NOW)
    erasing.drop(asked, by=staff, at=NOW)
    with pytest.raises(Ended):
        erasing.confirm(asked, by=other_director, at=NOW)
    again = erasing.ask(someone, **WHY, by=director, at=NOW)
    erasing.confirm(again, by=other_director, at=NOW)
    with pytest.raises(AskedAlready):
        erasing.ask(someone, **WHY, by=staff, at=NOW)


def test_nobody_confirms_their_own_erasure(staff, director, other_director, third_director):
    asked = erasing.ask(director, **WHY, by=staff, at=NOW)
    with pytest.raises(NotAllowed, match="your own account"):
        erasing.confirm(asked, by=director, at=NOW)
    erasing.confirm(asked, by=other_director, at=NOW)


def test_whose_only_city_is_closed_to_a_person_is_not_shown_to_them(case, staff):
    someone = cases.contributor(case.city)
    assert people.people_shown_to(staff).filter(pk=someone.pk).exists()
    Membership.objects.create(city=case.city, person=staff, role=Role.CONTRIBUTOR, added_at=NOW)
    assert not people.people_shown_to(staff).filter(pk=someone.pk).exists()
    with pytest.raises(NotFound):
        erasing.ask(someone, **WHY, by=staff, at=NOW)


def test_the_database_keeps_an_erased_row_empty(staff, director, other_director):
    gone = make.person("gone")
    erased(gone, staff, director)
    for change in ({"name": "Back"}, {"is_active": True}, {"is_staff": True}, {"formerly": ""}, {"erased_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=gone.pk).update(**change)


def test_words_of_the_record_that_name_them_are_counted_and_stay(case, staff, director, other_director):
    someone = cases.contributor(case.city)
    User.objects.filter(pk=someone.pk).update(name=NAME)
    someone.refresh_from_db()
    answers = list(Answer.objects.filter(assessment=case)[:1])
    calling.log_call(case, held_at=NOW, participants=f"{NAME} and the clerk", said="It is signed.", answers=answers, by=staff, at=NOW)
    assert [(str(label), n) for label, n in traces.mentions(someone)] == [("calls", 1)]
    erased(someone, staff, director)
    assert apps.get_model("reviews.Call").objects.get().participants == f"{NAME} and the clerk"


def test_a_name_is_replaced_only_where_it_can_be_nobody_else():
    known = traces.Known(frozenset({"Ana", "Ana Ruiz"}), frozenset({"ana@x.example"}))
    said = "Santa Ana writes; ana RUIZ (ana@x.example) and mariana ruiz and ana@x.example.org do too. Ana Ruizini."
    assert known.replaced(said, "[gone]") == (
        "Santa Ana writes; [gone] ([gone]) and mariana ruiz and ana@x.example.org do too. Ana Ruizini."
    )
