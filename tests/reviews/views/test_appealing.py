"""Appeals on pages: the city's own, the program's list, the reader's; and nothing of an outcome before its day."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.models import Conflict
from reviews.actions import appealing
from reviews.lifecycle import AppealStatus
from reviews.models import Appeal, PanelMember
from tests.conftest import NOW
from tests.factories import people, reviews
from tests.factories import results as make
from tests.support.counting import queries_of
from wwc.clock import staged_at

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def case_once(shared):
    """A city with 24 points, whose result is out since a day."""
    staff, director = people.person("staff", is_staff=True), people.person("director", is_director=True)
    made = make.scored(make.city("Alder Reach"), 24)
    make.released([make.approved(made, proposer=staff, director=director)], by=staff, director=director)
    made.refresh_from_db()
    return made


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


@pytest.fixture
def lead():
    return people.person("alder-reach-lead")


@pytest.fixture
def reader(case, staff):
    """Somebody of the panel who was not involved."""
    return fresh(case, "fresh", staff)


def fresh(case, name, staff):
    person = people.person(name)
    Conflict.objects.create(cycle=case.cycle, city=case.city, person=person, state="none", said_at=NOW, said_by=person)
    return PanelMember.objects.create(cycle=case.cycle, person=person, part="reviewer", joined_at=NOW, joined_by=staff)


def open_code(case, n=0):
    return [code for code in make.met(43) if code not in make.met(24)][n]


def at(day, act, *args, **fields):
    moment = NOW + day * DAY
    with staged_at(moment):
        return act(*args, at=moment, **fields)


def filed(case, lead, n=0, day=2):
    return at(day, appealing.file, reviews.answer(case, open_code(case, n)), reason="It stands in the annex.", by=lead)


def heard(appeal, reader, staff, verdict="met"):
    """Admitted, and settled by its reader once the time for evidence is over."""
    at(3, appealing.admit, appeal, reader=reader, by=staff)
    at(20, appealing.settle, appeal, verdict=verdict, rationale="The annex settles it, says the reader.", by=reader.person)
    appeal.refresh_from_db()
    return appeal


def page_of(appeal):
    return reverse("reviews:appeal", args=[appeal.answer.assessment_id, appeal.answer.criterion.code])


def test_a_lead_appeals_from_the_result_and_holds_a_receipt(case, lead, client_of):
    client = client_of(lead)
    address = reverse("reviews:appeal", args=[case.pk, open_code(case)])
    with staged_at(NOW + 2 * DAY):
        answer = client.post(address, {"reason": "It stands in the annex.", "brings_evidence": "on"}, follow=True)
    appeal = Appeal.objects.get()
    page = answer.content.decode()
    assert appeal.receipt in page
    assert "we say whether it goes to a reader" in page
    assert appeal.brings_evidence
    assert f">{open_code(case)}</a><span>Received</span>" in client.get(reverse("reviews:result", args=[case.pk])).content.decode()


def test_without_words_nothing_is_filed(case, lead, client_of):
    answer = client_of(lead).post(reverse("reviews:appeal", args=[case.pk, open_code(case)]), {"reason": " "})
    assert answer.status_code == 422
    assert not Appeal.objects.exists()


def test_a_closed_window_says_its_date_and_keeps_the_text(case, lead, client_of):
    with staged_at(NOW + 60 * DAY):
        answer = client_of(lead).post(reverse("reviews:appeal", args=[case.pk, open_code(case)]), {"reason": "It stands in the annex."})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Appeals for Round 1, 2026 closed" in page
    assert not Appeal.objects.exists()


@pytest.mark.parametrize("who", ["quillon-lead", "stranger", "reader"])
def test_nobody_else_finds_the_page(case, lead, client_of, who):
    make.city("Quillon")
    assert client_of(people.person(who)).get(page_of(filed(case, lead))).status_code == 404


def test_before_the_result_is_out_there_is_no_page(db, client_of):
    ready = make.scored(make.city("Quillon"), 24)
    address = reverse("reviews:appeal", args=[ready.pk, open_code(ready)])
    assert client_of(people.person("quillon-lead")).get(address).status_code == 404


def test_the_city_reads_the_same_while_it_is_read_whatever_was_found(case, lead, reader, staff, director, client_of):
    """Admitted, settled either way, confirmed: one page to the byte, and the result as it was."""
    client = client_of(lead)
    one, two, three = (filed(case, lead, n) for n in range(3))
    at(3, appealing.admit, one, reader=reader, by=staff)
    heard(two, reader, staff, "met")
    heard(three, reader, staff, "not_met")
    result = reverse("reviews:result", args=[case.pk])

    def read(appeal):
        with staged_at(NOW + 30 * DAY):
            page = client.get(page_of(appeal)).content.decode().split("<main", 1)[1].split("</main>", 1)[0]
        line = next(x for x in make.results.areas_of(appeal.award.score, "en") for x in x.lines if x.code == appeal.answer.criterion.code)
        for own in (appeal.receipt, line.title, line.reasons, line.code):
            page = page.replace(own, "#")
        return page

    before = client.get(result).content.decode().split("<main", 1)[1]
    assert read(one) == read(two) == read(three)
    for each in (two, three):
        at(21, appealing.confirm, each, by=director)
        make.score_assessment(case.pk)
    assert read(one) == read(two) == read(three)
    assert client.get(result).content.decode().split("<main", 1)[1] == before
    assert "says the reader" not in before + read(two)


def test_the_program_admits_hands_confirms_and_sends_back_on_its_pages(case, lead, reader, staff, director, client_of):
    appeal = filed(case, lead)
    other = fresh(case, "other-reader", staff)
    by_staff, by_director, by_reader = client_of(staff), client_of(director), client_of(other.person)
    address = reverse("reviews:appeal_case", args=[appeal.pk])
    assert "fresh" in by_staff.get(address).content.decode().lower()
    with staged_at(NOW + 3 * DAY):
        by_staff.post(reverse("reviews:admit_appeal", args=[appeal.pk]), {"reader": reader.pk})
        by_staff.post(reverse("reviews:hand_appeal", args=[appeal.pk]), {"reader": other.pk})
    appeal.refresh_from_db()
    assert (appeal.status, appeal.reader) == (AppealStatus.ADMITTED, other)
    reading = reverse("reviews:hearing", args=[appeal.pk])
    assert client_of(reader.person).get(reading).status_code == 404
    with staged_at(NOW + 20 * DAY):
        assert "You had no part in the verdict so far" in by_reader.get(reading).content.decode()
        by_reader.post(reading, {"verdict": "met", "rationale": "The annex settles it.", "internal_note": "See page 4."})
    appeal.refresh_from_db()
    assert appeal.status == AppealStatus.SETTLED
    assert "A director confirms what the reader of an appeal found." in by_staff.get(address).content.decode()
    by_director.post(reverse("reviews:send_back_appeal", args=[appeal.pk]), {"reason": "Look at page 5 too."})
    with staged_at(NOW + 22 * DAY):
        by_reader.post(reading, {"verdict": "met", "rationale": "Page 5 says so too."})
        by_director.post(reverse("reviews:confirm_appeal", args=[appeal.pk]))
    appeal.refresh_from_db()
    assert (appeal.status, appeal.resolution.rationale) == (AppealStatus.CONFIRMED, "Page 5 says so too.")
    assert appeal.hearings.count() == 2


def test_a_refusal_needs_words_and_the_city_reads_them(case, lead, staff, client_of):
    appeal = filed(case, lead)
    client_of(staff).post(reverse("reviews:refuse_appeal", args=[appeal.pk]), {"words": " "})
    appeal.refresh_from_db()
    assert appeal.status == AppealStatus.FILED
    client_of(staff).post(reverse("reviews:refuse_appeal", args=[appeal.pk]), {"words": "The annex was\x00 read already."})
    assert "The annex was read already." in client_of(lead).get(page_of(appeal)).content.decode()


def test_a_closed_city_is_in_no_list_and_no_count(case, lead, staff, client_of):
    appeal = filed(case, lead)
    listing = reverse("reviews:appealing")
    assert "Alder Reach" in client_of(staff).get(listing).content.decode()
    Conflict.objects.create(cycle=case.cycle, city=case.city, person=staff, state="declared", said_at=NOW, said_by=staff)
    page = client_of(staff).get(listing).content.decode()
    assert "Alder Reach" not in page
    assert 'To be admitted <span class="muted">0</span>' in page
    assert client_of(staff).get(reverse("reviews:appeal_case", args=[appeal.pk])).status_code == 404


def test_the_list_takes_the_same_queries_for_one_and_many(case, lead, staff, client_of):
    client = client_of(staff)
    codes = [code for code in make.met(43) if code not in make.met(24)]
    at(2, appealing.file, reviews.answer(case, codes[0]), reason="It stands in the annex.", by=lead)
    one = len(queries_of(client, reverse("reviews:appealing")))
    for code in codes[1:]:
        at(2, appealing.file, reviews.answer(case, code), reason="It stands in the annex.", by=lead)
    assert len(queries_of(client, reverse("reviews:appealing"))) == one == 9
