"""Seeing the program as a city does: every page answers as to a lead of it, nothing can be changed, and who looked is on record."""

import difflib
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments import queries
from assessments.actions import acting
from assessments.jobs.acting import TooEarly, end_acting
from assessments.models import Assessment, Conflict, Draft, Membership, Note, Role
from assessments.queries import stand_in
from reviews.models import PanelMember
from tests.factories import assessments as cases
from tests.factories import people
from tests.journeys.test_every_page import FILES, MORE, PAGES
from tests.support.walking import routes
from tests.support.world import setting
from wwc.accounts.models import User
from wwc.audit.models import Event
from wwc.clock import staged_at, under_lock
from wwc.outbox.models import Work
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.django_db

WORDS = "You see this as a lead of"


@pytest.fixture
def looking(client_of):
    """A city with something to look at, a person of the program, and their client, which sees it as the city does."""
    case = cases.started()
    use = cases.proven(case)
    staff = people.person("staff", is_staff=True)
    client = client_of(staff)
    assert begins(client, case).status_code == 302
    return case, use, staff, client


def begins(client: Client, case: Assessment, reason: str = "They called about their page."):
    """Press the button on the page of the city."""
    return client.post(reverse("assessments:acting", args=[case.city.slug]), {"reason": reason})


def told(case: Assessment) -> list[str]:
    """What the record says of it."""
    return list(Event.objects.filter(city_id=case.city_id, verb__endswith="_acting").order_by("pk").values_list("verb", flat=True))


def sample(pattern: str) -> str:
    """An address of a pattern that leads to no row."""
    return "/" + re.sub(r"<[^>]+>|\(\?P<\w+>[^)]*\)", "987", pattern)


def test_it_begins_with_a_reason_and_the_bar_says_who_looks_as_whom(looking):
    case, _use, staff, client = looking
    began = Event.objects.get(verb=queries.BEGAN)
    assert (began.by, began.reason, began.city_id) == (staff, "They called about their page.", case.city_id)
    page = client.get("/", follow=True)
    assert page.redirect_chain == [(reverse("assessments:overview", args=[case.pk]), 302)]
    words = page.content.decode()
    assert f"{WORDS} {case.city}" in words
    assert f"You are {staff}, of the program." in words
    assert "Reason: They called about their page." in words
    assert f"{case.city.name} · City lead" in words


def test_without_a_reason_nothing_begins(client_of):
    case = cases.started()
    page = begins(client_of(people.person("staff", is_staff=True)), case, "  ")
    assert page.status_code == 422
    assert "Say why you look as this city does." in page.content.decode()
    assert told(case) == []


def test_every_address_refuses_every_change(looking):
    _case, _use, _staff, client = looking
    events, out = Event.objects.count(), {"assessments:end_acting", "account_logout"}
    wrong = []
    for name, pattern in routes():
        if name in out:
            continue
        answer = client.post(sample(pattern))
        if answer.status_code != 403 or "look only. End that first." not in answer.content.decode():
            wrong.append(f"{name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert Event.objects.count() == events
    out_by_get = reverse("assessments:end_acting")
    for method in ("put", "patch", "delete"):
        assert [getattr(client, method)(each).status_code for each in ("/nowhere/", "/api/v1/cities/", out_by_get)] == [403, 403, 403]
    assert client.post("/api/v1/cities/")["Content-Type"] == "application/problem+json"


def test_the_button_ends_it_and_leads_back_to_the_city(looking):
    case, _use, staff, client = looking
    answer = client.post(reverse("assessments:end_acting"))
    assert answer["Location"] == reverse("assessments:case", args=[case.pk])
    page = client.get(answer["Location"]).content.decode()
    assert "You see the program as yourself again." in page
    assert WORDS not in page
    assert told(case) == [queries.BEGAN, queries.ENDED]
    assert Event.objects.get(verb=queries.ENDED).by == staff
    assert client.post(reverse("assessments:end_acting"))["Location"] == reverse("home")
    assert told(case) == [queries.BEGAN, queries.ENDED]


def test_signing_out_ends_it(looking):
    case, _use, staff, client = looking
    client.post(reverse("account_logout"))
    assert told(case) == [queries.BEGAN, queries.ENDED]
    assert Event.objects.get(verb=queries.ENDED).by == staff
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert WORDS not in client.get("/", follow=True).content.decode()


def test_it_ends_by_itself_and_a_form_from_before_changes_nothing(looking):
    case, _use, _staff, client = looking
    work = Work.objects.get(kind="end_acting")
    with pytest.raises(TooEarly):
        end_acting(**work.args)
    with staged_at(under_lock() + timedelta(minutes=61)):
        end_acting(**work.args)
        end_acting(**work.args)
        late = client.post(reverse("assessments:withdrawing", args=[case.pk]), {"reason": "No."})
        assert late.status_code == 403
        assert "its time has ended" in late.content.decode()
        assert client.get(reverse("assessments:case", args=[case.pk])).status_code == 200
    assert told(case) == [queries.BEGAN, queries.ENDED]
    assert Event.objects.get(verb=queries.ENDED).by is None
    assert Assessment.objects.get(pk=case.pk).status == "drafting"


def test_it_lasts_an_hour(looking):
    case, _use, _staff, client = looking
    with staged_at(under_lock() + timedelta(minutes=59)):
        assert WORDS in client.get(reverse("assessments:overview", args=[case.pk])).content.decode()
    with staged_at(under_lock() + timedelta(minutes=61)):
        page = client.get(reverse("assessments:overview", args=[case.pk])).content.decode()
        assert WORDS not in page
        assert "its time has ended" in page


def test_a_conflict_found_meanwhile_ends_it(looking):
    case, _use, staff, client = looking
    Conflict.objects.create(person=staff, city=case.city, cycle=case.cycle, state="found", said_at=timezone.now(), said_by=staff)
    assert client.get(reverse("assessments:overview", args=[case.pk])).status_code == 404
    assert WORDS not in client.get(reverse("assessments:cycles")).content.decode()


def test_another_session_of_the_same_person_is_as_it_was(looking, client_of):
    _case, _use, staff, _client = looking
    page = client_of(staff).get(reverse("assessments:cycles"))
    assert page.status_code == 200
    assert WORDS not in page.content.decode()


def test_a_session_with_the_mark_of_somebody_else_is_nobody(looking, client_of):
    case, _use, _staff, client = looking
    other = client_of(people.person("another", is_staff=True))
    session = other.session
    session[queries.KEPT] = client.session[queries.KEPT]
    session.save()
    assert WORDS not in other.get(reverse("assessments:case", args=[case.pk])).content.decode()


def test_a_file_that_is_looked_at_is_on_record_under_the_own_name(looking):
    case, use, staff, client = looking
    b"".join(client.get(reverse("assessments:download", args=[use.evidence.current_id])).streaming_content)
    fetched = Event.objects.get(verb="fetched")
    assert (fetched.by, fetched.city_id, fetched.subject_id) == (staff, case.city_id, use.evidence.current_id)
    assert fetched.data["acting"] == Event.objects.get(verb=queries.BEGAN).pk


def test_what_the_team_keeps_to_itself_stays_hidden(looking, client_of):
    case, _use, _staff, client = looking
    answer, lead = cases.answer(case, "DM1"), cases.lead(case.city)
    Note.objects.create(answer=answer, text="Between us.", written_at=timezone.now(), written_by=lead)
    Draft.objects.create(answer=answer, person=lead, narrative="Half a thought", seen_at=timezone.now(), saved_at=timezone.now())
    places = [reverse("assessments:answering", args=[case.pk, "DM1"]), reverse("assessments:submitting", args=[case.pk])]
    words = "".join(client.get(place).content.decode() for place in places)
    assert not re.search("Between us|Half a thought|unsaved text of", words)
    theirs = "".join(client_of(lead).get(place).content.decode() for place in places)
    assert "Between us." in theirs
    assert "unsaved text of" in theirs


def test_nobody_else_begins_it(client_of):
    case = cases.started()
    for person in (cases.lead(case.city), cases.contributor(case.city)):
        assert begins(client_of(person), case).status_code == 403
        with pytest.raises(NotAllowed):
            acting.begin(case.city, reason="Why.", by=person, at=timezone.now())
    stranger = people.person("stranger")
    assert begins(client_of(stranger), case).status_code == 404
    with pytest.raises(NotFound):
        acting.begin(case.city, reason="Why.", by=stranger, at=timezone.now())
    assert told(case) == []


def test_nobody_ends_it_for_another(looking):
    _case, _use, _staff, _client = looking
    with pytest.raises(NotFound):
        acting.end(Event.objects.get(verb=queries.BEGAN), by=people.person("another", is_staff=True), at=timezone.now())


def test_who_stands_in_has_nothing_of_the_person(looking):
    case, _use, staff, client = looking
    other = cases.started("Quillon")
    Membership.objects.create(city=other.city, person=staff, role=Role.LEAD, added_at=timezone.now(), added_by=staff)
    PanelMember.objects.create(person=staff, cycle=case.cycle, joined_at=timezone.now(), joined_by=staff)
    assert client.get(reverse("assessments:overview", args=[other.pk])).status_code == 404
    assert client.get(reverse("reviews:desk"))["Location"] == "/"
    held = queries.acting_of(staff, client.session[queries.KEPT])
    assert not stand_in(held).of_programme
    assert stand_in(held).pk == 0


# The whole walk: as to one of the city's own


MASK = (
    (r'<section class="note ask acting".*?</section>', ""),
    (r'csrfmiddlewaretoken" value="\w+', ""),
    (r"<script[^>]*></script>\n?", ""),
    (r"\b[0-9a-f]{12}\b", ""),
    (r"(looks|leads)@example.org", ""),
    (r'<option value="\d+', ""),
    (r'(name="seen_at" value=")[^"]+', ""),
    (r'<form method="post" action="/assessments/team/\d+/remove/">.*?</form>', ""),  # a lead leaves, who is nobody's in the team does not
    (r'(data-key="\w+)-\d+', r"\1"),
    (r"\s*\n\s*", "\n"),
)
# Pages that differ, and why.
OTHERWISE = {
    "assessments:answering": "the notes of the team and their form stay away",
    "assessments:submitting": "unsaved text of the team stays away",
}


def masked(words: str) -> str:
    for pattern, instead in MASK:
        words = re.sub(pattern, instead, words, flags=re.DOTALL)
    return words


@pytest.mark.heavy
@pytest.mark.parametrize("stage", ["open", "review", "ready", "told"])
def test_every_page_answers_as_to_a_lead_of_the_city(stage, client_of, standing, db):
    s = setting()
    city = getattr(s, stage).city
    staff, lead = people.person("looks", is_staff=True), people.person("leads")
    User.objects.filter(pk__in=[staff.pk, lead.pk]).update(name="Robin Same")
    Membership.objects.create(city=city, person=lead, role=Role.LEAD, added_at=timezone.now(), added_by=staff)
    real, seeing = client_of(lead), client_of(staff)
    begins(seeing, getattr(s, stage))
    wrong = []
    for route, see in [(route, see) for table in (PAGES, MORE) for route, pages in table.items() for see in pages] + list(FILES.items()):
        address = see.address(route, s)
        theirs, ours = real.get(address), seeing.get(address)
        where = (theirs.status_code, theirs.headers.get("Location"))
        if (ours.status_code, ours.headers.get("Location")) != where:
            wrong.append(f"{route} {address}: {ours.status_code}, a lead gets {where}")
        elif not theirs.streaming and "html" in theirs["Content-Type"] and route not in OTHERWISE:
            says, said = masked(ours.content.decode()), masked(theirs.content.decode())
            if says != said:
                lines = difflib.unified_diff(said.split("\n"), says.split("\n"), lineterm="", n=0)
                wrong.append(f"{route} {address}: " + "\n".join([*lines][2:6])[:900])
            if theirs.status_code in {200, 403, 404} and "<header" in said and WORDS not in ours.content.decode():
                wrong.append(f"{route} {address}: no bar")
        for answer in (theirs, ours):
            answer.close()
    assert not wrong, "\n".join(wrong)
