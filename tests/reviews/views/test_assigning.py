"""The panel, and who reads what."""

from reviews.models import PanelMember
from tests.factories import reviews as make
from tests.support.counting import same_queries
from wwc.accounts.models import User
from wwc.audit.models import Event
from wwc.outbox.models import Letter


def test_a_person_is_added_by_address_and_one_without_an_account_gets_one(client_of, cycle, assessment, staff, stranger):
    client = client_of(staff)
    client.post("/reviews/assignments/c26/add/", {"email": "Stranger@example.org", "part": "lead", "cap": "50"})
    assert PanelMember.objects.get().person == stranger
    client.post(
        "/reviews/assignments/c26/add/",
        {"email": "new@example.org", "name": "New Reader", "part": "reviewer", "cap": "50", "languages": ["es"]},
    )
    assert PanelMember.objects.get(person__email="new@example.org").reads == {"es"}
    made = User.objects.get(email="new@example.org")
    assert made.name == "New Reader"
    assert not made.has_usable_password()
    assert Letter.objects.filter(kind="conflict_request", to=made).exists()
    answer = client.post("/reviews/assignments/c26/add/", {"email": "nonsense", "part": "reviewer", "cap": "0"})
    assert answer.status_code == 422


def test_what_somebody_reads_is_changed_from_now_on(client_of, cycle, assessment, member, staff, stranger):
    make.assign(make.answer(assessment, "A1"), member)
    address, fields = f"/reviews/assignments/member/{member.pk}/", {"areas": ["B"], "languages": ["en", "es"], "cap": "7"}
    page = client_of(staff).get(address).content.decode()
    assert 'name="cap" value="400"' in page
    assert "disabled" not in page
    assert client_of(staff).post(address, {**fields, "cap": "0"}).status_code == 422
    assert client_of(staff).post(address, fields).status_code == 302
    changed = PanelMember.objects.get(pk=member.pk)
    assert ([area.code for area in changed.areas.all()], changed.reads, changed.cap) == (["B"], {"en", "es"}, 7)
    assert member.assignments.filter(ended_at=None).count() == 1
    assert Event.objects.get(verb="changed_panel").data["languages"] == ["en", "es"]
    for who in (member.person, stranger):
        assert client_of(who).get(address).status_code == 404
        assert client_of(who).post(address, fields).status_code == 404


def test_leaving_needs_a_reason(client_of, member, staff):
    client = client_of(staff)
    client.post(f"/reviews/assignments/member/{member.pk}/end/", {"reason": ""})
    assert PanelMember.objects.get(pk=member.pk).left_at is None
    client.post(f"/reviews/assignments/member/{member.pk}/end/", {"reason": "Moved on."})
    assert PanelMember.objects.get(pk=member.pk).left_by == staff


def test_for_staff_alone(client_of, cycle, member, stranger):
    for who in (member.person, stranger):
        for address in ("/reviews/assignments/", "/reviews/assignments/c26/"):
            assert client_of(who).get(address).status_code == 404
        assert client_of(who).post("/reviews/assignments/c26/add/", {}).status_code == 404
        assert client_of(who).post(f"/reviews/assignments/member/{member.pk}/end/", {"reason": "x"}).status_code == 404


def test_constant_queries(client_of, cycle, assessment, member, staff):
    def more():
        for number in range(29):
            make.submitted(f"City {number}", cycle)
        for number in range(5):
            make.reader(cycle, f"reader-{number}", areas=["A"])

    same_queries(client_of(staff), "/reviews/assignments/c26/", more, 22)
