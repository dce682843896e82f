"""The plan as a map: loads, reasons, a line changed by hand, a table out and in, published once."""

import csv
import re
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.models import City
from reviews.models import Assignment, PlanDraft
from tests.factories import reviews as make
from tests.support.counting import same_queries
from wwc.outbox.models import Letter

PLAN = "/reviews/assignments/c26/plan/"


@pytest.fixture
def client(client_of, staff, cycle, assessment, member, second):
    """Staff, with one city to plan and two readers."""
    return client_of(staff)


def shown(client, after=""):
    return client.get(PLAN + after).content.decode()


def seen(page):
    return re.search(r'name="seen" value="(\w+)"', page)[1]


def test_the_plan_says_who_and_why_and_is_published_once(client, assessment):
    page = shown(client)
    assert "Alder Reach" in page
    assert "2 answers; has the least to read" in page
    assert page.count("2 of 400") == 2, "the loads with this plan"
    sent = {"slot": "first", "seen": seen(page)}
    answer = client.post(PLAN + "publish/", sent, follow=True)
    assert "4 readings are assigned." in answer.content.decode()
    assert Assignment.objects.count() == 4
    assert Letter.objects.filter(kind="assigned").count() == 2
    assessment.refresh_from_db()
    assert assessment.status == "in_review"
    assert "The plan is not the one you saw" in client.post(PLAN + "publish/", sent, follow=True).content.decode()
    assert "Nothing wants a reader here" in shown(client)


def test_a_line_is_changed_by_hand_with_lawful_choices_alone(client, cycle, assessment, member, second):
    silent = make.reader(cycle, "silent", declares=False)
    line = f"{PLAN}{assessment.pk}/A/?slot=first"
    page = client.get(line).content.decode()
    offered = set(re.findall(r'type="radio" name="reader" value="(\d*)"', page))
    assert offered == {str(member.pk), str(second.pk), "0"}
    assert "has not declared to be free of conflict" in page
    assert client.post(line, {"reader": silent.pk}).status_code == 422
    assert "Choose a reader, or nobody yet." in client.post(line, {}).content.decode()
    assert client.post(line, {"reader": "0"}).status_code == 302
    assert "Nobody yet" in shown(client)
    assert client.post(line, {"reader": second.pk}).status_code == 302
    assert client.post(f"{PLAN}{assessment.pk}/B/?slot=first", {"reader": second.pk}).status_code == 302
    page = shown(client)
    assert "chosen by hand" in page
    assert "changed this plan by hand" in page
    assert "4 of 400" in page
    assert client.post(PLAN + "start-over/", {"slot": "first"}).status_code == 302
    assert not PlanDraft.objects.exists()
    for nowhere in (f"{assessment.pk}/Z/", f"{assessment.pk + 99}/A/", f"{assessment.pk}/A/?slot=second"):
        assert client.get(PLAN + nowhere).status_code == 404


def test_nobody_yet_is_said_with_the_reason(client, assessment):
    City.objects.filter(pk=assessment.city_id).update(language="es")
    page = shown(client)
    assert "2 lines have nobody yet:" in page
    assert "nobody of this area reads the language of the city" in page


def test_seconds_are_proposed_to_somebody_else(client, assessment, member, second):
    make.find(make.assign(make.answer(assessment, "A1"), member))
    assert "1 second reading" in client.get("/reviews/assignments/c26/").content.decode()
    page = client.get(f"{PLAN}{assessment.pk}/A/?slot=second").content.decode()
    assert f'value="{second.pk}"' in page
    assert f'value="{member.pk}"' not in page


def rows_of(client, slot="first"):
    answer = client.get(f"{PLAN}plan.csv?slot={slot}")
    assert answer["Content-Disposition"] == f'attachment; filename="plan-c26-{slot}.csv"'
    return list(csv.DictReader(StringIO(answer.content.decode().removeprefix("\ufeff"))))


def back(client, rows):
    """Bring the table back; what the page says of it."""
    text = StringIO()
    out = csv.DictWriter(text, rows[0])
    out.writeheader()
    out.writerows(rows)
    return client.post(PLAN + "file/?slot=first", {"file": SimpleUploadedFile("plan.csv", text.getvalue().encode())}).content.decode()


def test_the_plan_goes_out_as_a_table(client, assessment, member):
    City.objects.filter(pk=assessment.city_id).update(name="=Alder()")
    rows = rows_of(client)
    assert list(rows[0]) == ["city", "city_name", "area", "slot", "answers", "criteria", "reader", "reader_name", "reason"]
    assert [(row["city"], row["area"], row["slot"], row["criteria"]) for row in rows] == [
        ("alder-reach", "A", "first", "A1 A2"), ("alder-reach", "B", "first", "B1 B2"),
    ]  # fmt: skip
    assert rows[0]["city_name"] == "'=Alder(), Ohio"
    assert member.person.email in {row["reader"] for row in rows}
    assert {row["reason"] for row in rows} == {"has the least to read"}


def test_a_table_comes_back_and_shows_its_differences_first(client, second):
    rows = rows_of(client)
    for row in rows:
        row["reader"] = second.person.email.upper()
    page = back(client, rows)
    assert "1 of 2 rows differ from the plan" in page
    assert not PlanDraft.objects.exists()
    changes = re.search(r'name="changes" value="([^"]+)"', page)[1]
    answer = client.post(PLAN + "file/?slot=first", {"changes": changes}, follow=True).content.decode()
    assert "1 line is changed in the draft. Nothing is published yet." in answer
    assert {row["reader"] for row in rows_of(client)} == {second.person.email}
    assert "The file says the same as the plan." in back(client, rows)
    assert not Assignment.objects.exists()


def test_each_row_that_cannot_be_taken_is_named(client, cycle, member, second):
    small = make.reader(cycle, "small", cap=1)
    rows = rows_of(client)
    first, last = rows
    wrong = [
        {**first, "reader": "nobody@example.org"}, {**first, "slot": "second"}, {**first, "city": "nowhere"}, {**first, "reader": ""},
        {**first, "reader": member.person.email}, {**last, "reader": small.person.email},
    ]  # fmt: skip
    page = back(client, wrong)
    assert "5 rows are left out" in page
    for words in (
        "Row 2: &quot;nobody@example.org&quot; is not the address of anybody on the panel.",
        "Row 3: &quot;second&quot; is not the reading that this page plans.",
        "Row 4: nowhere, A wants no reader here.",
        "Row 6: The same line is in row 5 already.",
        "Row 7: This is more than the person takes on.",
    ):
        assert words in page, words
    assert "1 of 6 rows differ" in page


def test_what_is_no_table_is_refused_in_words(client):
    answer = client.post(PLAN + "file/", {"file": SimpleUploadedFile("plan.csv", b"a,b\n1,2\n")})
    assert "not a table in CSV with the columns" in answer.content.decode()
    assert client.post(PLAN + "file/", {}).status_code == 422
    for changes in ("nonsense", "1:2", "99999:1=0", f"{'9' * 30}:1=2"):
        assert client.post(PLAN + "file/", {"changes": changes}).status_code == 302
    assert not PlanDraft.objects.exists()


def test_for_staff_alone(client, client_of, assessment, member, stranger):
    for who in (member.person, stranger):
        for address in ("", "plan.csv", "file/", f"{assessment.pk}/A/"):
            assert client_of(who).get(PLAN + address).status_code == 404
        for address in ("publish/", "start-over/", "file/", f"{assessment.pk}/A/"):
            assert client_of(who).post(PLAN + address, {}).status_code == 404


def test_constant_queries(client, cycle):
    def more():
        for n in range(29):
            make.submitted(f"City {n}", cycle)

    same_queries(client, PLAN, more, 19)
