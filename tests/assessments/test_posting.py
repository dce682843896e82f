"""The post office for staff: what was set aside is seen and tried again; a conflict closes a city's rows."""

from datetime import UTC, datetime

import pytest

from assessments.models import City, Conflict, Cycle
from criteria.queries import current_standard
from tests.factories import people
from tests.support.counting import same_queries
from wwc.accounts.models import User
from wwc.audit.models import Event
from wwc.outbox import post, running
from wwc.outbox.models import Letter, Work

NOW = datetime.now(UTC)


def asked(n: int, city_id: int | None = None, **fields) -> Work:
    work = post.ask("noted", at=NOW, city_id=city_id, number=n)
    Work.objects.filter(pk=work.pk).update(**fields)
    return work


def test_only_the_program_sees_it(client_of, stranger, staff):
    for address in ("/assessments/work/", "/assessments/letters/"):
        assert client_of(stranger).get(address).status_code == 404
        assert client_of(staff).get(address).status_code == 200


def test_what_was_set_aside_is_tried_again_on_record(client_of, staff, stranger):
    work = asked(1, attempts=5, parked_at=NOW, error="ValueError: x")
    page = client_of(staff).get("/assessments/work/").content.decode()
    assert "ValueError: x" in page
    assert client_of(stranger).post(f"/assessments/work/{work.pk}/retry/").status_code == 404
    client_of(staff).post(f"/assessments/work/{work.pk}/retry/")
    work.refresh_from_db()
    assert (work.parked_at, work.attempts) == (None, 0)
    assert Event.objects.filter(verb="tried_again", by=staff).count() == 1
    again = client_of(staff).post(f"/assessments/work/{work.pk}/retry/", follow=True)
    assert "Nothing was changed" in again.content.decode()
    assert Event.objects.filter(verb="tried_again").count() == 1


def test_a_conflict_closes_the_work_of_a_city(client_of, staff, now):
    cycle = Cycle.objects.create(slug="c", name="C", standard=current_standard(), opens_at=now, due_at=now, withdraw_until=now)
    city = City.objects.create(slug="alder-reach", name="Alder Reach", folded="alder reach", country="US")
    asked(1, city_id=city.pk, parked_at=NOW)
    asked(2, parked_at=NOW)
    shown = client_of(staff).get("/assessments/work/").content.decode()
    assert "number=1" in shown
    Conflict.objects.create(person=staff, city=city, cycle=cycle, state="declared", said_at=NOW, said_by=staff)
    closed = client_of(staff).get("/assessments/work/").content.decode()
    assert "number=1" not in closed
    assert "number=2" in closed


@pytest.mark.parametrize("address", ["/assessments/work/?state=waiting", "/assessments/letters/"])
def test_the_lists_take_the_same_queries_for_one_row_and_thirty(client_of, staff, address):
    def letters(count, start):
        for n in range(start, start + count):
            asked(n)
            post.post("password", key=f"p{n}", to=people.person("ada"), at=NOW, values={}, link={})

    letters(1, 0)
    same_queries(client_of(staff), address, lambda: letters(29, 1), expected=9 if "work" in address else 8)


# Letters


@pytest.fixture
def letters(db):
    """Four letters to ada, one in each state; the failed one has its reason."""
    ada = people.person("ada")
    made = {}
    for n, (state, fields) in enumerate(
        {
            "waiting": {},
            "failed": {"failed_at": NOW, "error": "550 no such mailbox"},
            "sent": {"sent_at": NOW, "language": "es"},
            "canceled": {"canceled_at": NOW},
        }.items()
    ):
        made[state] = post.post("ready", key=f"k{n}", to=ada, at=NOW, values={"n": n}, link={"to": "reviews:desk", "args": []})
        Letter.objects.filter(pk=made[state].pk).update(**fields)
    return made


def shown(client, query):
    page = client.get(f"/assessments/letters/{query}").content.decode()
    return [word for word in ("0", "1", "2", "3") if f"ready for decision: {word}" in page]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["0"]), ("?state=failed", ["1"]), ("?state=sent", ["2"]), ("?state=canceled", ["3"]), ("?state=nonsense", ["0"]),
        ("?state=sent&language=es", ["2"]), ("?state=sent&language=pt-br", []), ("?kind=ready", ["0"]), ("?kind=invited", []),
        ("?q=ADA@", ["0"]), ("?q=nobody", []),
    ],
)  # fmt: skip
def test_staff_find_letters_by_state_kind_language_and_address(client_of, staff, letters, query, found):
    assert shown(client_of(staff), query) == found


def test_filters_stay_when_another_state_is_chosen(client_of, staff, letters):
    page = client_of(staff).get("/assessments/letters/?q=ada&kind=ready").content.decode()
    assert 'href="?kind=ready&amp;q=ada&amp;state=failed"' in page


def test_a_letter_is_shown_as_it_was_sent_to_its_reader_and_to_staff(client_of, staff, stranger, letters):
    address = f"/assessments/letters/{letters['failed'].pk}/"
    assert client_of(stranger).get(address).status_code == 404
    own = client_of(people.person("ada")).get(address).content.decode()
    assert "Scores and reasons are on the page." in own
    assert "Send again" not in own
    page = client_of(staff).get(address).content.decode()
    assert "550 no such mailbox" in page
    assert "Send again" in page
    assert "Send again" not in client_of(staff).get(f"/assessments/letters/{letters['sent'].pk}/").content.decode()


def test_what_did_not_arrive_is_sent_again_to_the_address_of_now(client_of, staff, stranger, letters):
    letter = letters["failed"]
    Work.objects.filter(kind="send_letter").update(done_at=NOW, attempts=1)
    User.objects.filter(pk=letter.to_id).update(email="ada.new@example.org")
    address = f"/assessments/letters/{letter.pk}/again/"
    assert client_of(stranger).post(address).status_code == 404
    assert client_of(people.person("ada.new")).post(address).status_code == 404
    client_of(staff).post(address)
    letter.refresh_from_db()
    assert (letter.status, letter.error, letter.address) == ("waiting", "", "ada.new@example.org")
    assert Event.objects.get(verb="sent_again").by == staff
    again = client_of(staff).post(address, follow=True).content.decode()
    assert "This letter was sent or is on its way. Nothing was changed." in again
    running.drain(["send_letter"], until=datetime.now(UTC))
    letter.refresh_from_db()
    assert letter.status == "sent"


def test_a_conflict_closes_the_letters_of_a_city_one_by_one_too(client_of, staff, letters, now):
    cycle = Cycle.objects.create(slug="c", name="C", standard=current_standard(), opens_at=now, due_at=now, withdraw_until=now)
    city = City.objects.create(slug="alder-reach", name="Alder Reach", folded="alder reach", country="US")
    Letter.objects.filter(pk=letters["sent"].pk).update(city_id=city.pk)
    address = f"/assessments/letters/{letters['sent'].pk}/"
    assert client_of(staff).get(address).status_code == 200
    Conflict.objects.create(person=staff, city=city, cycle=cycle, state="declared", said_at=NOW, said_by=staff)
    assert client_of(staff).get(address).status_code == 404
