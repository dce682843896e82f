"""One screen for all cities of the cycle; staff look at what others declared."""

from assessments.models import CityRecord, Conflict, Membership
from reviews.queries import declarations
from tests.factories import reviews as make
from tests.support.counting import same_queries

PAGE = "/reviews/conflicts/c26/"


def newcomer(cycle):
    """Somebody on the panel who has said nothing, with an address of no city's domain."""
    member = make.reader(cycle, "silent", declares=False)
    member.person.email = "silent@reader.example"
    member.person.save(update_fields=["email"])
    return member


def states():
    return dict(Conflict.objects.values_list("city__name", "state"))


def test_a_word_for_each_city_and_none_for_the_rest(client_of, cycle, assessment):
    other, third = make.submitted("Port Lindell", cycle), make.submitted("Quillon", cycle)
    silent = newcomer(cycle)
    client = client_of(silent.person)
    page = client.get(PAGE).content.decode()
    assert page.count("not asked yet") == 3
    assert "None for all 3 that remain without a hint" in page
    blank = {f"reason-{each.city_id}": "" for each in (assessment, other, third)}
    sent = {**blank, f"said-{other.city_id}": "declared", f"reason-{other.city_id}": "Worked there."}
    assert client.post(PAGE, sent).status_code == 302
    assert states() == {"Port Lindell": "declared"}
    page = client.get(PAGE).content.decode()
    assert "Closed to you" in page
    assert "Worked there." in page
    client.post(PAGE, {**blank, f"said-{third.city_id}": "none"})
    assert states() == {"Port Lindell": "declared", "Quillon": "none"}
    client.post(PAGE, {**blank, "rest": "none"})
    assert states() == {"Port Lindell": "declared", "Quillon": "none", "Alder Reach": "none"}
    assert "You have answered for every city" in client.get(PAGE + "?show=waiting").content.decode()


def test_what_was_answered_can_become_a_conflict(client_of, cycle, assessment, member):
    client = client_of(member.person)
    assert "Alder Reach, Ohio" in client.get(PAGE + "?show=answered").content.decode()
    client.post(PAGE + "?show=answered", {f"said-{assessment.city_id}": "declared", f"reason-{assessment.city_id}": "New post."})
    assert states() == {"Alder Reach": "declared"}


def test_a_hint_stands_first_with_its_reason_and_waits_for_its_own_answer(client_of, cycle, assessment):
    hinted = make.submitted("Port Lindell", cycle)
    CityRecord.objects.create(city=hinted.city, fact="domain", text="example.org", as_of=make.NOW.date(), source="Its own page")
    silent = newcomer(cycle)
    silent.person.__class__.objects.filter(pk=silent.person_id).update(email="silent@police.example.org")
    client = client_of(silent.person)
    page = client.get(PAGE).content.decode()
    assert "Address in example.org, a domain of the city" in page
    assert page.index("Port Lindell") < page.index("Alder Reach")
    client.post(PAGE, {f"reason-{assessment.city_id}": "", f"reason-{hinted.city_id}": "", "rest": "none"})
    assert states() == {"Alder Reach": "none"}
    client.post(PAGE, {f"said-{hinted.city_id}": "none"})
    assert states() == {"Alder Reach": "none", "Port Lindell": "none"}


def test_a_conflict_without_words_stores_nothing_and_keeps_what_was_typed(client_of, cycle, assessment):
    silent, other = newcomer(cycle), make.submitted("Port Lindell", cycle)
    sent = {f"said-{assessment.city_id}": "declared", f"reason-{assessment.city_id}": " ", f"said-{other.city_id}": "none"}
    answer = client_of(silent.person).post(PAGE, sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Say in a few words what the conflict is." in page
    assert f'name="said-{assessment.city_id}" value="declared" checked' in page
    assert f'name="said-{other.city_id}" value="none" checked' in page
    assert not Conflict.objects.exists()


def test_many_cities_are_narrowed_by_name_and_state_and_the_rest_is_what_is_shown(client_of, cycle, assessment):
    cities = [make.submitted(f"Reach {n}", cycle).city for n in range(5)]
    cities[0].__class__.objects.filter(pk=cities[0].pk).update(subdivision="TX", subdivision_name="Texas")
    silent = newcomer(cycle)
    client = client_of(silent.person)
    page = client.get(PAGE + "?state=TX").content.decode()
    assert "Reach 0" in page
    assert "Reach 1" not in page
    assert "Reach 1" in client.get(PAGE + "?q=reach+1").content.decode()
    client.post(PAGE + "?state=TX", {f"reason-{cities[0].pk}": "", "rest": "none"})
    assert states() == {"Reach 0": "none"}
    assert declarations.undeclared(silent.person, cycle) == 5


def test_as_many_queries_for_one_city_as_for_thirty(client_of, cycle, assessment):
    client = client_of(newcomer(cycle).person)
    same_queries(client, PAGE, lambda: [make.submitted(f"City {n}", cycle) for n in range(29)], 14)


def test_closed_to_others(client_of, cycle, assessment, stranger):
    assert client_of(stranger).get("/reviews/conflicts/c26/").status_code == 404
    assert client_of(make.lead_of(assessment.city)).get("/reviews/conflicts/c26/").status_code == 404
    assert client_of(None).get("/reviews/conflicts/c26/").status_code == 302


def test_staff_look_record_and_waive(client_of, cycle, assessment, member, staff):
    client = client_of(staff)
    address = f"/reviews/conflicts/c26/{member.person_id}/"
    assert "No conflict on record" in client.get(address).content.decode()
    client.post(address + "found/", {"city": assessment.city_id, "reason": "Paid by them."})
    conflict = Conflict.objects.get(person=member.person)
    assert conflict.state == "found"
    assert "Paid by them." in client.get(address).content.decode()
    client.post(f"/reviews/waivers/{conflict.pk}/", {"reason": "It was long ago."})
    conflict.refresh_from_db()
    assert conflict.state == "waived"
    assert client_of(member.person).get(address).status_code == 404
    assert client_of(member.person).post(f"/reviews/waivers/{conflict.pk}/", {"reason": "x"}).status_code == 404


def test_staff_see_nothing_of_cities_closed_to_themselves(client_of, cycle, assessment, member, staff):
    make.declaring.declare(cycle, city=assessment.city, state="declared", reason="My town.", by=member.person, at=make.NOW)
    make.declaring.declare(cycle, city=assessment.city, state="declared", reason="My brother.", by=staff, at=make.NOW)
    page = client_of(staff).get(f"/reviews/conflicts/c26/{member.person_id}/").content.decode()
    assert "Alder Reach" not in page


def test_staff_read_the_hints_of_somebody(client_of, cycle, assessment, member, staff):
    make.PanelMember.objects.filter(pk=member.pk).update(employers=["City of Alder Reach, Office of the Mayor"])
    page = client_of(staff).get(f"{PAGE}{member.person_id}/").content.decode()
    assert "Earlier employer: City of Alder Reach, Office of the Mayor" in page


def test_nobody_waives_what_belonging_to_the_team_means(client_of, cycle, assessment, member, staff):
    client = client_of(staff)
    client.post(f"{PAGE}{member.person_id}/found/", {"city": assessment.city_id, "reason": "Paid by them."})
    conflict = Conflict.objects.get(person=member.person)
    Membership.objects.create(city=assessment.city, person=member.person, role="contributor", added_at=make.NOW)
    assert "nobody can waive that" in client.get(f"{PAGE}{member.person_id}/").content.decode()
    answer = client.post(f"/reviews/waivers/{conflict.pk}/", {"reason": "It was long ago."}, follow=True)
    assert "which nobody can waive" in answer.content.decode()
    conflict.refresh_from_db()
    assert conflict.state == "found"


def test_staff_waive_what_an_earlier_cycle_holds(client_of, cycle, assessment, member, staff):
    earlier = make.cycle("c23")
    said = {"state": "declared", "reason": "My father was mayor.", "said_at": make.NOW, "said_by": member.person}
    conflict = Conflict.objects.create(person=member.person, city=assessment.city, cycle=earlier, **said)
    client = client_of(staff)
    assert "My father was mayor." in client.get(f"{PAGE}{member.person_id}/").content.decode()
    client.post(f"/reviews/waivers/{conflict.pk}/", {"reason": "He left office."})
    assert declarations.is_open_to(member.person, assessment.city_id)
