"""A successor asks to become a lead: proved by a link, a period in which leads may object, then by the clock or through staff."""

from datetime import timedelta

import pytest

from assessments import access, queries
from assessments.actions import claiming, inviting, joining, listing
from assessments.jobs import claims as jobs
from assessments.models import City, CityRecord, ClaimOutcome, Conflict, Fact, Membership, Role
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import people
from wwc.accounts.models import User
from wwc.audit.models import Event
from wwc.audit.record import history_of
from wwc.clock import staged_at
from wwc.outbox import running
from wwc.outbox.models import Letter, Work
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.django_db

HEIR = "heir@port-lindell.example"
LATER = NOW + timedelta(days=10, minutes=2)


@pytest.fixture(autouse=True)
def _then():
    with staged_at(NOW):
        yield


@pytest.fixture
def place():
    """A city with one lead, who has an address in the city's own domain."""
    made = cases.city()
    lead = User.objects.create_user("lead@port-lindell.example", "correct horse battery", name="Lead")
    inviting.add_member(made, person=lead, role=Role.LEAD, by=cases.staff(), at=NOW)
    return made


def lead_of(place):
    return Membership.objects.get(city=place, role=Role.LEAD, ended_at=None).person


def proved(place, email=HEIR, name="Heir"):
    return claiming.prove(claiming.ask(place, name=name, email=email, by=None, at=NOW), by=None, at=NOW)


def settle(claim, at=LATER):
    with staged_at(at):
        jobs.settle_claim(claim.pk)
    claim.refresh_from_db()
    return claim


def kinds(email=HEIR):
    return sorted(Letter.objects.filter(address=email, canceled_at=None).values_list("kind", flat=True))


def test_asking_writes_one_letter_with_a_link_and_nothing_to_the_leads(place):
    claim = claiming.ask(place, name="Heir", email=f" {HEIR.upper()} ", by=None, at=NOW)
    assert claiming.ask(place, name="Heir", email=HEIR, by=None, at=NOW) == claim
    letter = Letter.objects.get()
    assert (letter.kind, letter.address, letter.to) == ("claim_proof", HEIR, None)
    assert "Heir" not in letter.subject + letter.body
    event = history_of(claim).get()
    assert (event.verb, event.by, event.channel) == ("claimed", None, "page")


def test_the_same_rows_are_written_for_a_city_without_a_team(place):
    before = {model: model.objects.count() for model in (Letter, Work)}
    claiming.ask(place, name="Heir", email=HEIR, by=None, at=NOW)
    with_team = {model: model.objects.count() - before[model] for model in before}
    before = {model: model.objects.count() for model in (Letter, Work)}
    claiming.ask(cases.city("Quillon"), name="Heir", email=HEIR, by=None, at=NOW)
    assert {model: model.objects.count() - before[model] for model in before} == with_team


def test_proving_tells_every_lead_and_begins_the_period(place):
    claim = proved(place)
    assert claim.waits_until == NOW + timedelta(days=10)
    letter = Letter.objects.get(kind="claim")
    assert letter.to == lead_of(place)
    assert "Heir, with an address at port-lindell.example, asks to become a lead." in letter.body
    assert "If nobody objects, access begins Thursday, March 12" in letter.body
    assert claiming.prove(claim, by=None, at=NOW) == claim
    assert Letter.objects.filter(kind="claim").count() == 1


def test_the_link_ends_after_three_days(place):
    claim = claiming.ask(place, name="Heir", email=HEIR, by=None, at=NOW)
    late = NOW + timedelta(days=3, minutes=2)
    with staged_at(late):
        with pytest.raises(claiming.ClaimOver):
            claiming.prove(claim, by=None, at=late)
        jobs.expire_claim(claim.pk)
    claim.refresh_from_db()
    assert claim.outcome == ClaimOutcome.EXPIRED
    assert kinds() == ["claim_proof"], "an address that nobody proved is left alone"
    assert claiming.ask(place, name="Heir", email=HEIR, by=None, at=late) != claim


def test_somebody_else_who_is_signed_in_proves_nothing(place):
    claim = claiming.ask(place, name="Heir", email=HEIR, by=None, at=NOW)
    assert "another address" in str(access.may_prove_claim(people.person("stranger"), claim).reason)
    with pytest.raises(NotAllowed):
        claiming.prove(claim, by=people.person("stranger"), at=NOW)
    with pytest.raises(NotAllowed):
        claiming.take(claim, by=people.person("stranger"), at=NOW)


def test_nobody_objects_so_the_clock_grants_and_the_link_makes_a_lead(place):
    claim = settle(proved(place))
    assert (claim.outcome, claim.ended_by) == (ClaimOutcome.GRANTED, None)
    assert kinds() == ["claim_granted", "claim_proof"]
    with staged_at(LATER):
        person = claiming.take(claim, name="Heir", password="correct horse battery", by=None, at=LATER)
        with pytest.raises(claiming.ClaimOver):
            claiming.take(claim, name="Heir", password="correct horse battery", by=None, at=LATER)
    assert queries.roles_of(person, place) == {Role.LEAD}
    assert len(queries.people_with(place, Role.LEAD)) == 2, "the lead who was there stays"


def test_before_the_period_ends_nothing_is_granted_and_the_work_comes_back(place):
    claim = proved(place)
    with staged_at(LATER - timedelta(minutes=3)), pytest.raises(jobs.TooEarly):
        jobs.settle_claim(claim.pk)
    work = Work.objects.get(kind="settle_claim")
    assert work.due_at > claim.waits_until
    with staged_at(LATER):
        assert running.drain(["settle_claim"], until=LATER) == 1
    claim.refresh_from_db()
    assert claim.outcome == ClaimOutcome.GRANTED


def test_twice_settled_is_granted_once(place):
    claim = settle(proved(place))
    settle(claim)
    assert history_of(claim).filter(verb="claim_ended").count() == 1
    assert Letter.objects.filter(kind="claim_granted").count() == 1


def test_a_lead_agrees_and_it_begins_at_once(place):
    claim = claiming.agree(proved(place, "heir@elsewhere.example"), by=lead_of(place), at=NOW)
    assert kinds("heir@elsewhere.example") == ["claim_granted", "claim_proof"]
    person = claiming.take(claim, name="Heir", password="correct horse battery", by=None, at=NOW)
    assert Membership.objects.get(person=person).added_by.email == "lead@port-lindell.example"
    settle(claim)
    assert history_of(claim).filter(verb="claim_ended").count() == 1


def test_a_lead_objects_and_it_stops_without_haste(place):
    claim = claiming.oppose(proved(place), by=lead_of(place), at=NOW)
    assert settle(claim).outcome == ClaimOutcome.OBJECTED
    letter = Letter.objects.get(kind="claim_refused")
    assert letter.due_at == claim.waits_until, "an earlier no would tell that there is a lead"
    assert queries.where_claim_stands(claim, NOW) == "waits"
    assert queries.where_claim_stands(claim, LATER) == "over"
    with pytest.raises(claiming.ClaimEnded):
        claiming.agree(claim, by=lead_of(place), at=NOW)


def test_a_no_reads_the_same_with_a_lead_who_objected_and_without_any_team(place):
    claiming.oppose(proved(place), by=lead_of(place), at=NOW)
    other = cases.city("Quillon")
    settle(proved(other))
    bodies = {letter.body.replace("Quillon", "Port Lindell") for letter in Letter.objects.filter(kind="claim_refused")}
    assert len(bodies) == 1


def test_staff_grant_what_a_departed_lead_objected_to(place):
    claim = claiming.oppose(proved(place), by=lead_of(place), at=NOW)
    claiming.grant(claim, by=cases.staff(), at=NOW)
    assert kinds() == ["claim_granted", "claim_proof"]
    with pytest.raises(claiming.ClaimEnded):
        claiming.grant(claim, by=cases.staff(), at=NOW)


def test_staff_refuse_with_words(place):
    claim = proved(place)
    with pytest.raises(joining.WordsMissing):
        claiming.refuse(claim, words="", by=cases.staff(), at=NOW)
    claiming.refuse(claim, words="Ask the clerk first.", by=cases.staff(), at=NOW)
    assert "Ask the clerk first." in Letter.objects.get(kind="claim_refused").body


def test_only_staff_decide_what_is_proved(place):
    unproved = claiming.ask(place, name="Heir", email=HEIR, by=None, at=NOW)
    with pytest.raises(NotFound):
        claiming.grant(unproved, by=cases.staff(), at=NOW)
    claim = proved(place)
    with pytest.raises(NotFound):
        claiming.grant(claim, by=lead_of(place), at=NOW)
    contributor = cases.member(place, Role.CONTRIBUTOR)
    with pytest.raises(NotAllowed):
        claiming.agree(claim, by=contributor, at=NOW)


@pytest.mark.parametrize(
    "email", ["heir@elsewhere.example", "heir@not-port-lindell.example", "heir@gmail.com", "heir@port-lindell.example.evil.example"]
)
def test_an_address_outside_the_citys_domain_is_never_granted_by_the_clock(place, email):
    type(lead_of(place)).objects.create_user("old@gmail.com", "x", name="Old")
    inviting.add_member(place, person=User.objects.get(email="old@gmail.com"), role=Role.SIGNATORY, by=cases.staff(), at=NOW)
    claim = proved(place, email)
    assert "program staff decide" in Letter.objects.get(kind="claim_outside").body
    assert settle(claim).outcome == ClaimOutcome.REFUSED
    assert kinds(email) == ["claim_proof", "claim_refused"]


def test_a_city_that_never_had_a_team_is_claimed_through_staff_alone():
    place = cases.city("Quillon")
    listing.record_domain(place, domain="quillon.example", source="Its page", by=cases.staff(), at=NOW)
    assert settle(proved(place, "heir@quillon.example")).outcome == ClaimOutcome.REFUSED
    claim = proved(place, "other@quillon.example")
    assert claiming.grant(claim, by=cases.staff(), at=NOW).outcome == ClaimOutcome.GRANTED


def test_an_orphaned_city_is_claimed_when_nobody_is_left_to_object(place):
    Membership.objects.filter(city=place).update(ended_at=NOW, ended_by=cases.staff())
    claim = proved(place)
    assert not Letter.objects.filter(kind="claim").exists()
    assert settle(claim).outcome == ClaimOutcome.GRANTED


def test_nobody_of_the_program_and_nobody_in_conflict_comes_in(place):
    reader = User.objects.create_user("reader@port-lindell.example", "x", name="Reader")
    with pytest.raises(NotAllowed):
        claiming.ask(place, name="Staff", email="a@b.example", by=cases.staff(), at=NOW)
    claim = proved(place, reader.email)
    Conflict.objects.create(person=reader, city=place, cycle=cases.cycle(), state="declared", said_at=NOW, said_by=reader)
    with pytest.raises(NotAllowed):
        claiming.ask(place, name="Reader", email=reader.email, by=reader, at=NOW)
    with pytest.raises(claiming.CannotBegin):
        claiming.agree(claim, by=lead_of(place), at=NOW)
    assert settle(claim).outcome == ClaimOutcome.REFUSED


def test_a_conflict_that_comes_between_granting_and_taking_still_closes(place):
    heir = User.objects.create_user(HEIR, "x", name="Heir")
    claim = claiming.agree(proved(place), by=lead_of(place), at=NOW)
    Conflict.objects.create(person=heir, city=place, cycle=cases.cycle(), state="found", said_at=NOW, said_by=cases.staff())
    with pytest.raises(claiming.CannotBegin):
        claiming.take(claim, by=None, at=NOW)


def test_which_domains_are_a_citys_own(place):
    other = cases.city("Quillon")
    for number, (where, email, role) in enumerate([
        (place, "a@consultants.example", Role.LEAD), (other, "b@consultants.example", Role.LEAD),
        (place, "c@gmail.com", Role.LEAD), (place, "d@vendor.example", Role.CONTRIBUTOR), (place, "e@mayor.example", Role.SIGNATORY),
    ]):  # fmt: skip
        person = User.objects.create_user(email, "x", name=f"Person {number}")
        inviting.add_member(where, person=person, role=role, by=cases.staff(), at=NOW)
    assert set(queries.domains_of(place)) == {"port-lindell.example", "mayor.example"}
    listing.record_domain(place, domain="Info@City.PORT-lindell.example", source="Its page", by=cases.staff(), at=NOW)
    assert queries.domains_of(place)["city.port-lindell.example"] == "Its page"
    assert queries.is_own_address(place, "x@it.mayor.example")
    assert not queries.is_own_address(place, "x@notmayor.example")


def test_several_domains_of_one_page_are_all_recorded(place):
    for domain in ("quillon.example", "quillon-data.example", "quillon.example"):
        listing.record_domain(place, domain=domain, source="Its page", by=cases.staff(), at=NOW)
    assert {"quillon.example", "quillon-data.example"} <= set(queries.domains_of(place))
    assert CityRecord.objects.filter(city=place, fact=Fact.DOMAIN).count() == 2


def test_a_domain_is_taken_back_however_it_was_known_and_the_last_word_counts(place):
    staff = cases.staff()
    listing.record_domain(place, domain="quillon.example", source="Its page", by=staff, at=NOW)
    for domain in ("quillon.example", "port-lindell.example"):  # recorded by hand, and by where its lead has an address
        assert queries.is_own_address(place, f"x@{domain}")
        listing.take_domain_back(place, domain=domain, reason="It belongs to a consultant.", by=staff, at=NOW)
        assert not queries.is_own_address(place, f"x@{domain}")
    assert queries.domains_taken_back(place) == dict.fromkeys(("quillon.example", "port-lindell.example"), "It belongs to a consultant.")
    assert Event.objects.filter(verb="domain_taken_back").count() == 2
    listing.record_domain(place, domain="quillon.example", source="Its page", by=staff, at=NOW)
    assert queries.is_own_address(place, "x@quillon.example")
    assert set(queries.domains_taken_back(place)) == {"port-lindell.example"}


def test_taking_a_domain_back_needs_a_domain_and_a_reason(place):
    with pytest.raises(listing.NotOnRecord):
        listing.take_domain_back(place, domain="elsewhere.example", reason="Wrong.", by=cases.staff(), at=NOW)
    with pytest.raises(listing.ReasonMissing):
        listing.take_domain_back(place, domain="port-lindell.example", reason=" ", by=cases.staff(), at=NOW)
    with pytest.raises(NotFound):
        listing.take_domain_back(place, domain="port-lindell.example", reason="Wrong.", by=lead_of(place), at=NOW)


def test_a_claim_by_a_domain_that_was_taken_back_is_not_granted_by_the_clock(place):
    claim = proved(place)
    own = queries.domain_of(claim.email)
    assert own in queries.domains_of(place)
    listing.take_domain_back(place, domain=own, reason="Another city's.", by=cases.staff(), at=NOW)
    assert settle(claim).outcome == ClaimOutcome.REFUSED


@pytest.mark.parametrize("domain", ["gmail.com", "city", "city .gov", "http://city.gov", "-x.gov", ""])
def test_what_is_no_domain_of_a_city_is_refused(place, domain):
    with pytest.raises(listing.NotADomain):
        listing.record_domain(place, domain=domain, source="A call", by=cases.staff(), at=NOW)


def test_a_team_without_a_lead_who_can_act_is_seen_by_staff(client_of):
    case = cases.started()
    staff = cases.staff()
    assert list(queries.cities_without_lead(staff)) == []
    User.objects.filter(pk=cases.lead(case.city).pk).update(is_active=False)
    assert [city.newest for city in queries.cities_without_lead(staff)] == [case.pk]
    page = client_of(staff).get(f"/assessments/{case.pk}/case/").content.decode()
    assert "No lead of this city can act" in page
    assert list(queries.cities_without_lead(cases.contributor(case.city))) == []
    assert City.objects.count() == 1
