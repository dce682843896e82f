"""The calculator: in the browser it says of every edition what the scoring core says; without scripts the server says it."""

import json
from random import Random

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, expect

from criteria.models import Standard
from criteria.queries import current_standard, rulebook, worked_example
from criteria.scoring import Rulebook, Verdict, next_steps, rulebook_as_data, score
from criteria.scoring.rulebook import EFFORTS
from tests.criteria.scoring.worlds import any_rulebook

CORE = settings.BASE_DIR / "static" / "js" / "scoring.js"
# The module as a function of a batch of cases; imported from its text, so that no server is needed.
RUN = """async ([text, cases]) => {
  const { score, nextSteps } = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  return cases.map(([book, met]) => {
    const found = score(book, new Set(met));
    const reasons = [...found.reasons].map(([code, { why, blockedBy }]) => [code, why, blockedBy]);
    const tiers = found.tiers.map((tier) => [tier.key, tier.floor, tier.short, tier.reached, tier.missingCore, tier.missingRequired,
      tier.below.map((area) => [area.area, area.short])]);
    const steps = nextSteps(book, new Set(met));
    return [found.points, found.possible, found.tier, reasons, tiers, steps && [steps.tier, steps.codes, steps.reachable]];
  });
}"""


def said_by_the_core(book: Rulebook, met: set[str]) -> list:
    verdicts = {code: Verdict.MET if code in met else Verdict.NOT_MET for code in book.by_code}
    found, steps = score(book, verdicts), next_steps(book, verdicts)
    reasons = [[reason.code, reason.why, list(reason.blocked_by)] for reason in found.reasons]
    tiers = [
        [
            reach.key, reach.floor_points, reach.points_short, reach.reached, list(reach.missing_core), list(reach.missing_required),
            [[area.area, area.points_short] for area in reach.areas_below],
        ]
        for reach in found.tiers
    ]  # fmt: skip
    return [found.points, found.possible, found.tier, reasons, tiers, steps and [steps.tier, list(steps.codes), steps.reachable]]


def agree(browser: Browser, cases: list[tuple[Rulebook, set[str]]]) -> None:
    """Both say the same of every case."""
    page = browser.new_page()
    for begin in range(0, len(cases), 500):
        batch = cases[begin : begin + 500]
        given = [[rulebook_as_data(book) | {"efforts": EFFORTS}, sorted(met)] for book, met in batch]
        for (book, met), found in zip(batch, page.evaluate(RUN, [CORE.read_text(), json.loads(json.dumps(given))]), strict=True):
            assert found == said_by_the_core(book, met), (book, met)
    page.close()


def some(rnd: Random, book: Rulebook) -> set[str]:
    share = rnd.random()
    return {code for code in book.by_code if rnd.random() < share}


def by_chance(many: int) -> list[tuple[Rulebook, set[str]]]:
    found = []
    for number in range(many):
        rnd = Random(number)
        book = any_rulebook(rnd, most=12)
        found.append((book, some(rnd, book)))
    return found


@pytest.mark.browser
@pytest.mark.django_db
def test_the_browser_counts_as_the_core_does(browser):
    book, rnd = rulebook(current_standard()), Random(7)
    agree(browser, [*by_chance(400), *((book, some(rnd, book)) for _ in range(100))])


@pytest.mark.heavy
@pytest.mark.browser
@pytest.mark.django_db
def test_the_browser_counts_as_the_core_does_in_ten_thousand_cases(browser):
    book, rnd = rulebook(current_standard()), Random(8)
    agree(browser, [*by_chance(9000), *((book, some(rnd, book)) for _ in range(1000))])


@pytest.mark.django_db
def test_without_scripts_the_server_counts(client):
    book = rulebook(current_standard())
    met = [rule.code for rule in book.rules if rule.core]
    page = client.get(reverse("criteria:calculator", args=["2022"]), {"met": [*met, "NOT-A-CODE", "DM1"]})
    assert page.status_code == 200
    assert page.context["score"].points == len(met) == 3
    text = page.content.decode()
    assert text.count(" checked") == 3
    assert "Your ticks are sent in the address of the page" in text
    assert client.get("/standard/nowhere/calculator/").status_code == 404


@pytest.mark.django_db
def test_what_is_ticked_and_blocked_is_named(client):
    book = rulebook(current_standard())
    rule = next(rule for rule in book.rules if rule.needs)
    page = client.get(reverse("criteria:calculator", args=["2022"]), {"met": [rule.code]}).content.decode()
    assert f"{rule.code} ({', '.join(rule.needs)})" in page


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_ticks_stay_in_the_browser_and_a_link_keeps_them(browser, live_server, standing):
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    asked: list[str] = []
    page.goto("/standard/2022/calculator/", wait_until="networkidle")
    page.on("request", lambda request: asked.append(request.url))
    for code in ("DM1", "LC1", "PA1"):
        page.get_by_label(code, exact=False).first.check()
    expect(page.locator("#stands [data-points]")).to_have_text("3")
    assert page.url.endswith("#met=DM1,LC1,PA1")
    assert [each for each in asked if "DM1" in each or "calculator" in each] == []
    link = page.get_by_role("link", name="A link to these ticks").get_attribute("href")
    again = context.new_page()
    again.goto(link or "")
    expect(again.locator("#stands [data-points]")).to_have_text("3")
    assert again.locator("input[name=met]:checked").count() == 3
    again.get_by_role("link", name="Clear all ticks").click()
    expect(again.locator("#stands [data-points]")).to_have_text("0")
    expect(again.locator(".follow")).to_be_hidden()
    again.set_viewport_size({"width": 390, "height": 844})
    again.get_by_label("DM1", exact=False).first.check()
    expect(again.locator(".follow")).to_be_in_viewport()
    expect(again.locator(".follow [data-points]")).to_have_text("1")


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["2018", "2022"])
def test_the_worked_example_is_what_the_core_says(client, code):
    text = " ".join(client.get(f"/standard/{code}/").content.decode().split())
    found = worked_example(rulebook(Standard.objects.get(code=code)))
    assert found is not None
    assert found.tier == "silver"
    assert f"a city meets {found.met} criteria and has {found.points} points, which reach Silver." in text
    if found.blocked:
        assert found.met == found.points + 1, "the one that is blocked earns nothing"
        assert f"it needs {found.needs} and {found.needs} is not met" in text
    if found.core:
        assert f"Without {found.core}, a core criterion, the same city would have no tier at all." in text
