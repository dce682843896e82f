"""The pages of calibration: planned by staff, practised by readers, compared, ended by the lead."""

from reviews.models import Calibration, CalibrationItem
from tests.factories import reviews as make
from tests.support.counting import same_queries
from tests.support.reaching import reachable


def test_a_round_from_its_draft_to_the_talk(client_of, cycle, member, staff):
    client = client_of(staff)
    assert "No calibration round" in client.get("/reviews/calibration/c26/").content.decode()
    address = client.post("/reviews/calibration/c26/new/", {"area": "A"})["Location"]
    typed = {"criterion": "A1", "narrative": "We have a draft.", "proof": "", "expected": "not_met", "why": "Not in force."}
    assert client.post(f"{address}add/", {**typed, "why": ""}).status_code == 422
    client.post(f"{address}add/", typed)
    client.post(f"{address}add/", {**typed, "criterion": "A2"})
    client.post(f"/reviews/calibration/answer/{CalibrationItem.objects.order_by('-pk')[0].pk}/remove/")
    assert client_of(member.person).get(address).status_code == 404  # a draft is staff's
    client.post(f"{address}open/")
    item, reader = CalibrationItem.objects.get(), client_of(member.person)
    assert f'href="{address}"' in reader.get("/reviews/desk/c26/").content.decode()
    assert "waits for your practice" in reader.get(address).content.decode()
    page = f"/reviews/calibration/answer/{item.pk}/"
    assert reader.post(page, {"verdict": "not_met", "rationale": ""}).status_code == 422
    assert reader.post(page, {"verdict": "not_met", "rationale": "A draft."})["Location"] == address
    compared = reader.get(address).content.decode()
    assert "expected: Not met" in compared
    assert "Not in force." in compared
    lead = client_of(make.reader(cycle, "lead", part="lead", areas=["A"]).person)
    assert lead.post(f"{address}end/", {"talk": ""}).status_code == 422
    lead.post(f"{address}end/", {"talk": "A draft is no policy."})
    assert "A draft is no policy." in reader.get(address).content.decode()
    assert f'href="{address}"' not in reader.get("/reviews/desk/c26/").content.decode()
    assert Calibration.objects.get().ended_by.email == "lead@example.org"


def test_before_filing_nothing_of_the_others_can_be_reached(client_of, cycle, member, second):
    item = make.practice(cycle)
    make.calibrating.practise(item, verdict="not_met", rationale="words-of-the-first", by=member.person, at=make.NOW)
    client = client_of(second.person)
    pages = (f"/reviews/calibration/round/{item.calibration_id}/", f"/reviews/calibration/answer/{item.pk}/", "/reviews/calibration/")
    for address in pages:
        found, text = reachable(client, address)
        assert "words-of-the-first" not in text
        assert "A draft is not in force." not in text
        assert not any(isinstance(each, CalibrationItem) and each.expected for each in found)
    client.post(f"/reviews/calibration/answer/{item.pk}/", {"verdict": "met", "rationale": ""})
    _found, text = reachable(client, f"/reviews/calibration/round/{item.calibration_id}/")
    assert "words-of-the-first" in text
    assert "A draft is not in force." in text


def test_constant_queries(client_of, cycle, member, staff):
    item = make.practice(cycle)
    address = f"/reviews/calibration/round/{item.calibration_id}/"

    def more():
        for number in range(20):
            reader = make.reader(cycle, f"reader-{number}")
            make.calibrating.practise(item, verdict="met", rationale="", by=reader.person, at=make.NOW)

    same_queries(client_of(staff), address, more, 11)
    same_queries(client_of(staff), "/reviews/calibration/c26/", lambda: [make.practice(cycle, "B", "B1") for _ in range(5)], 9)
