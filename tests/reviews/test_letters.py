"""Result letters: one text for each kind of result, in the language of whoever reads it."""

from datetime import date

import pytest

from reviews.jobs import duties
from reviews.jobs.announcement import publish
from reviews.models import Announcement, PublishedAward, PublishedCity
from tests.factories import people
from tests.factories import results as make
from wwc.outbox.models import Letter

pytestmark = pytest.mark.usefixtures("letter_texts")


def before(city, tier, day, until=None):
    row, _ = PublishedCity.objects.get_or_create(slug=city.slug, defaults={"name": city.name, "folded": city.folded, "country": "US"})
    PublishedAward.objects.create(
        number=f"{tier}-{day}", city=row, kind="new", tier=tier, round_slug="past", round_name="Past", announced_on=day,
        valid_until=until, edition="2018", published_at=make.NOW,
    )  # fmt: skip


@pytest.fixture
def told(staff, director, now):
    """Publish the decision on a city with this many points and give the letter to its lead."""

    def tell(city, n, **given):
        award = make.approved(make.scored(city, n), proposer=staff, director=director, **given)
        batch = make.prepared([award], by=staff, announce_at=now)
        make.rendered(batch)
        Announcement.objects.filter(pk=batch.pk).update(approved_by=director, approved_at=now)
        assert publish(batch, at=now)
        return Letter.objects.get(key__startswith="result:", address__contains="-lead@")

    return tell


def test_a_new_tier(told):
    letter = told(make.city("Alder Reach"), 31)
    assert letter.kind == "result_certified"
    assert letter.body.startswith("Alder Reach, Ohio is certified: Gold, with 31 of 43 points. It stands until March 2, 2029.")


def test_the_entry_tier_is_never_bare(told):
    assert "is certified: Certified tier, with 16 of 43 points." in told(make.city("Alder Reach"), 16).body


def test_a_level_up_names_the_tier_of_before_and_not_an_older_one(told):
    city = make.city("Alder Reach")
    before(city, "certified", date(2019, 4, 14), date(2030, 4, 14))
    before(city, "silver", date(2023, 4, 14))
    letter = told(city, 31)
    assert letter.kind == "result_moved"
    assert "moves from Silver to Gold, with 31 of 43 points" in letter.body


def test_a_recertification(told):
    city = make.city("Alder Reach")
    before(city, "gold", date(2023, 4, 14))
    assert "is recertified: Gold" in told(city, 31).body


def test_no_tier_says_what_is_there_where_the_next_begins_and_that_nobody_hears(told):
    letter = told(make.city("Quillon"), 9)
    assert letter.kind == "result_no_tier"
    assert "9 of 43 points are validated, most in Data Management." in letter.body
    assert "Certified tier begins at 15 points" in letter.body
    assert "nobody outside your city is told" in letter.body


def test_no_tier_says_what_stands_from_before(told):
    city = make.city("Quillon")
    before(city, "silver", date(2024, 4, 14), date(2027, 4, 14))
    before(city, "gold", date(2019, 4, 14), date(2022, 4, 14))
    letter = told(city, 9)
    assert letter.kind == "result_no_tier_standing"
    assert "Silver of April 14, 2024 stands until April 14, 2027." in letter.body


def test_what_has_lapsed_does_not_stand(told):
    city = make.city("Quillon")
    before(city, "gold", date(2019, 4, 14), date(2022, 4, 14))
    assert told(city, 9).kind == "result_no_tier"


def test_the_honor_roll_is_named(told):
    letter = told(make.city("Quillon"), 12, kind="honor_roll", tier="", reason="The board decided so.")
    assert "Your city is named on the Honor Roll." in letter.body


def test_a_person_reads_in_their_own_language(told):
    city = make.city("Alder Reach")
    people.User.objects.filter(email="alder-reach-lead@example.org").update(language="es")
    letter = told(city, 9)
    assert letter.subject == "Alder Reach, Ohio: su resultado, ciclo 2026"
    assert "la mayoría en Gestión de datos" in letter.body


def test_a_person_with_two_parts_hears_once(told):
    city = make.city("Alder Reach")
    city.memberships.create(person=people.person("alder-reach-lead"), role="signatory", added_at=make.NOW)
    told(city, 31)
    assert Letter.objects.filter(key__startswith="result:").count() == 2


def test_daily_letters_name_no_city_and_count_what_is_open_to_each(staff, director, second_director, now):
    for name, by in (("Alder Reach", staff), ("Fort Hallam", director)):
        case = make.scored(make.city(name), 31)
        make.awarding.propose(case, score=case.scores.get(), kind="new", tier="gold", by=by, at=now)
    make.scored(make.city("Ossery"), 16)
    duties.tell_directors("2026-03-02")
    duties.tell_directors("2026-03-02")
    duties.tell_ready("2026-03-02")
    sent = {letter.address: [word for word in letter.subject.split() if word.isdigit()] for letter in Letter.objects.all()}
    assert sent == {"director@example.org": ["1"], "second-director@example.org": ["2"], "staff@example.org": ["1"]}
    assert not any(name in letter.body + letter.subject for letter in Letter.objects.all() for name in ("Alder", "Hallam", "Ossery"))
