"""The self-check: eight questions, nothing stored, no score."""

import json

import pytest
from django.conf import settings
from django.urls import reverse

from criteria import queries
from tests.support.counting import queries_of

pytestmark = pytest.mark.django_db

PAGE = reverse("criteria:self_check")


def test_one_question_for_each_area_in_three_languages():
    standard, questions = queries.self_check()
    assert [each.area.code for each in questions] == [area.code for area in queries.areas_of(standard)]
    given = json.loads((settings.BASE_DIR / "fixtures" / "self-check-2022.json").read_text())["questions"]
    assert len(given) == len(questions) == 8
    for each in given:
        assert set(each["text"]) == {"en", "es", "pt-br"}
        assert all(text.endswith("?") for text in each["text"].values())
    for each in questions:
        assert each.criterion.area == each.area
        assert each.criterion.text.first_steps
        assert each.criterion.text.evidence


def test_without_answers_it_only_asks(client):
    page = client.get(PAGE).content.decode()
    assert page.count("<fieldset") == 8
    assert "(optional)" not in page
    assert "What your answers say" not in page


def test_answers_in_the_address_become_words_and_no_score(client):
    page = client.get(PAGE, {"DM": "yes", "OD": "partly", "PA": "not-yet"}).content.decode()
    assert "This is no score and predicts no tier" in page
    assert "5 questions are left open." in page
    assert "You do this. Gather what shows it:" in page
    assert "Charter of the governance group" in page
    assert "List the data duties that exist today" not in page, "who does it needs no first step"
    assert "Compare the open data policies of three cities of similar size" in page
    assert "Where cities begin:" in page
    assert reverse("assessments:join") in page
    for word in ("Silver", "Gold", "Platinum", "Certified tier", "points"):
        assert word not in page.partition('id="result"')[2].partition('id="ask"')[0]


def test_the_questions_are_in_the_language_of_the_page(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "pt-br"
    assert "Está escrito quem responde pelos dados da sua cidade" in client.get(PAGE).content.decode()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    assert "¿Está escrito quién responde por los datos de su ciudad" in client.get(PAGE).content.decode()


def test_a_wrong_answer_is_said_and_nothing_is_written(client):
    page = client.get(PAGE, {"DM": "perhaps"}).content.decode()
    assert "What your answers say" not in page
    assert all(not sql.startswith(("INSERT", "UPDATE", "DELETE")) for sql in queries_of(client, f"{PAGE}?DM=yes"))
