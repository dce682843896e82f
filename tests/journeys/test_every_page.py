"""Every page in a real browser: no fault of accessibility, one heading, a title, nothing in the console, no sideways scroll.

The test walks the resolver. A route that is neither opened here nor excused by name fails it, so that no later page escapes.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as project
from django.contrib.auth.tokens import default_token_generator
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.http import int_to_base36
from playwright.sync_api import Browser, BrowserContext, Page, Route

from assessments.models import Answer
from reviews.actions import erasing, scoring
from reviews.jobs.recomputation import recompute_cycle
from reviews.models import Recomputation, Resolution
from tests.factories import people, published
from tests.support.walking import routes
from tests.support.world import Setting, claim_link, setting
from wwc import fonts, paper
from wwc.accounts.models import User
from wwc.outbox import preferences, webhooks
from wwc.outbox.models import Letter, Webhook

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Axe()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
COLORS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}, "resultTypes": ["violations"]}
SIGN_IN = "allauth.account.auth_backends.AuthenticationBackend"
LOADED = "document.fonts.ready.then(() => window.faults || [])"
WATCH = """
window.faults = [];
document.addEventListener('securitypolicyviolation', e => window.faults.push(e.violatedDirective + ' ' + e.blockedURI));
"""

Arguments = Callable[[Setting], list[Any]]
Act = Callable[[Page], None]


@dataclass(frozen=True)
class See:
    """A page as one person opens it: who, the arguments of its route, what follows the address, what they do there first."""

    who: str
    arguments: Arguments = lambda s: []
    after: str = ""
    does: Act | None = field(default=None, compare=False)

    def address(self, route: str, s: Setting) -> str:
        """Where it is in this world."""
        return reverse(route, args=self.arguments(s)) + self.after


def presses(name: str) -> Act:
    """Press a button and wait for the page that follows."""

    def act(page: Page) -> None:
        page.locator("main").get_by_role("button", name=name, exact=True).first.click()
        page.wait_for_load_state()

    return act


def looks_as_the_city(page: Page) -> None:
    """Give a reason, and see the city's first page as it does."""
    page.get_by_label("Reason").fill("They called about what they see.")
    presses("See as this city")(page)


def files(page: Page) -> None:
    """File a finding without a verdict."""
    page.locator("button.primary", has_text="File and next").click()
    page.wait_for_load_state()


def unfolds(page: Page) -> None:
    """Open whatever is folded, so that nothing hides from the check."""
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")


def case(name: str) -> Arguments:
    """The key of an assessment."""
    return lambda s: [getattr(s, name).pk]


def its_city(name: str) -> Arguments:
    """The slug of an assessment's city."""
    return lambda s: [getattr(s, name).city.slug]


def its_cycle(s: Setting) -> list[Any]:
    """The slug of the cycle."""
    return [s.cycle.slug]


def drafted(*more: str) -> Arguments:
    """An address within the draft edition."""
    return lambda s: [s.draft.code, *more]


def judged(*more: str) -> Arguments:
    """An address within the round that waits."""
    return lambda s: [s.round.slug, *(s.round.awards.order_by("pk")[0].pk for each in more)]


def scored_again(s: Setting) -> list[Any]:
    """The cycle as it waits to be scored again."""
    row = Recomputation.objects.filter(cycle=s.cycle).first()
    return [(row or scoring.recompute(s.cycle, by=s.people["staff"], at=timezone.now())).pk]


def to_erase(s: Setting) -> list[Any]:
    """Somebody whom staff asked to erase."""
    person = s.people["contributor"]
    if not person.erasures.exists():
        erasing.ask(person, reason="By a letter of 2 March.", by=s.people["staff"], at=timezone.now())
    return [person.pk]


def erased(s: Setting) -> list[Any]:
    """Somebody who was erased."""
    asked = erasing.ask(people.person("gone"), reason="By a letter of 2 March.", by=s.people["staff"], at=timezone.now())
    return [erasing.confirm(asked, by=s.people["director"], at=timezone.now()).person_id]


def reported(s: Setting) -> list[Any]:
    """The cycle scored again, with something to report: one verdict was settled otherwise meanwhile."""
    answer = Answer.objects.filter(assessment=s.ready, criterion__code="OD1").select_related("current").get()
    before = Resolution.objects.filter(answer=answer).latest("pk").verdict
    words = {"how": "lead", "verdict": "not_met" if before == "met" else "met", "rationale": "Looked at again."}
    Resolution.objects.create(answer=answer, version=answer.current, resolved_at=timezone.now(), resolved_by=s.people["director"], **words)
    found = scored_again(s)
    recompute_cycle(found[0])
    return found


def appealed(name: str) -> Arguments:
    """The verdict that an appeal is about."""
    return lambda s: [s.told.pk, getattr(s, name).answer.criterion.code]


def missed(s: Setting) -> list[Any]:
    """A verdict of not met that nobody appeals."""
    rows = Answer.objects.filter(assessment=s.told, resolutions__verdict="not_met").exclude(resolutions__how="as_city_says")
    free = rows.exclude(pk__in=[s.filed.answer_id, s.heard.answer_id]).order_by("criterion__position")
    return [s.told.pk, free.values_list("criterion__code", flat=True)[0]]


def failed_letter(s: Setting) -> list[Any]:
    """A letter that did not arrive."""
    letter = Letter.objects.filter(to=s.people["staff"]).order_by("pk").first() or Letter.objects.order_by("pk")[0]
    Letter.objects.filter(pk=letter.pk).update(sent_at=None, failed_at=letter.written_at, error="550 no such mailbox")
    return [letter.pk]


def hooked(s: Setting) -> list[Any]:
    """A webhook that took nothing yet."""
    row = Webhook.objects.first()
    if row is None:
        who = {"by": s.people["staff"], "at": timezone.now()}
        row, _secret = webhooks.make("A mirror", "https://mirror.example.org/hooks/what-works-cities", **who)
        webhooks.try_out(row, **who)
        tries = [{"at": "2026-04-14T15:00:00+00:00", "status": 500}, {"at": "2026-04-14T15:01:00+00:00", "error": "timed out"}]
        row.calls.update(failed_at=timezone.now(), tries=tries)
    return [row.pk]


def own_letter(s: Setting) -> list[Any]:
    """A letter to the lead of a city that is being read."""
    return [Letter.objects.filter(to=s.people["asked lead"]).order_by("-pk")[0].pk]


def member_of_the_open_city(s: Setting) -> list[Any]:
    """Somebody of a team."""
    return [s.open.city.memberships.filter(ended_at=None).order_by("pk")[0].pk]


def stops(s: Setting) -> list[Any]:
    """What the address holds that switches reminders off."""
    return [preferences.token_of(s.people["lead"], preferences.BY_KEY["deadline_near"])]


def reset(s: Setting) -> list[Any]:
    """The parts of the link by which a new password is set."""
    person = people.person("forgetful")
    return [int_to_base36(person.pk), default_token_generator.make_token(person)]


# Every page that answers with HTML: in the state that shows most, by somebody who may open it.
PAGES: dict[str, list[See]] = {
    "home": [See("visitor")],
    # Signing in
    "account_login": [See("visitor"), See("visitor", after="?next=/reviews/desk/", does=presses("Sign in"))],
    "account_logout": [See("lead")],
    "account_inactive": [See("visitor")],
    "account_reauthenticate": [See("lead")],
    "account_change_password": [See("lead")],
    "account_reset_password": [See("visitor")],
    "account_reset_password_done": [See("visitor")],
    "account_reset_password_from_key": [See("visitor", reset)],
    "account_reset_password_from_key_done": [See("visitor")],
    "mfa_index": [See("guarded"), See("staff")],
    "mfa_authenticate": [See("at the door")],
    "mfa_reauthenticate": [See("guarded")],
    "mfa_activate_totp": [See("staff")],
    "mfa_deactivate_totp": [See("guarded")],
    "mfa_view_recovery_codes": [See("guarded")],
    "mfa_generate_recovery_codes": [See("guarded")],
    "people:account": [See("lead")],
    "people:letters": [See("lead")],
    "people:stop_letters": [See("visitor", stops)],
    "people:tokens": [See("lead")],
    "people:webhook": [See("staff", hooked)],
    "people:webhooks": [See("staff")],
    # The Standard
    "criteria:standards": [See("visitor")],
    "criteria:standard": [See("visitor", lambda s: ["2022"])],
    "criteria:criterion": [See("visitor", lambda s: ["2022", "DM1"], does=unfolds)],
    "criteria:changes": [See("visitor", lambda s: ["2018", "2022"])],
    "criteria:calculator": [
        See("visitor", lambda s: ["2022"], "?met=DM1&met=DM2&met=LC1"), See("visitor", lambda s: ["2018"]),
    ],
    "criteria:self_check": [See("visitor", after="?DM=yes&EVAL=partly&LC=not-yet")],
    "criteria:drafts": [See("staff")],
    "criteria:draft": [See("director", drafted())],
    "criteria:draft_next": [See("staff", lambda s: ["2022"])],
    "criteria:compare": [See("staff", drafted())],
    "criteria:publish": [See("director", drafted())],
    "criteria:retire": [See("director", lambda s: ["2022"])],
    "criteria:edit_standard": [See("staff", drafted())],
    "criteria:edit_area": [See("staff", drafted("DM"))],
    "criteria:add_criterion": [See("staff", drafted("DM"))],
    "criteria:add_tier": [See("staff", drafted())],
    "criteria:edit_tier": [See("staff", drafted("gold"))],
    "criteria:remove_tier": [See("staff", drafted("gold"))],
    "criteria:explain_withdrawn": [See("staff", lambda s: [s.draft.code, s.withdrawn])],
    "criteria:edit_words": [See("staff", drafted("DM1"))],
    "criteria:edit_rules": [See("staff", drafted("DM1"))],
    "criteria:edit_checklist": [See("staff", drafted("DM1"))],
    "criteria:set_prerequisites": [See("staff", drafted("DM3"))],
    "criteria:set_link": [See("staff", drafted("DM1"))],
    "criteria:withdraw_criterion": [See("staff", drafted("DM1"))],
    # The case
    "assessments:overview": [See("lead", case("open"))],
    "assessments:answering": [See("lead", lambda s: [s.open.pk, "DM1"], does=unfolds)],
    "assessments:copying": [See("lead", case("open"), does=unfolds)],
    "assessments:copied": [See("lead", case("open"), does=unfolds)],
    "assessments:history": [See("lead", lambda s: [s.open.pk, "DM1"])],
    "assessments:delegating": [See("lead", case("open"))],
    "assessments:submitting": [See("lead", case("open"))],
    "assessments:offline": [See("asked lead", case("review"))],
    "assessments:importing": [See("lead", case("brought"), does=unfolds)],
    "assessments:receipt": [See("asked lead", case("review"))],
    "assessments:withdrawing": [See("lead", case("open"))],
    "assessments:clarifying": [See("asked lead", case("review"))],
    "assessments:question": [See("asked lead", case("question"), does=unfolds)],
    "assessments:more_time": [See("lead", case("open"))],
    "assessments:more_time_for_question": [See("asked lead", case("question"))],
    "assessments:add_known": [See("lead", lambda s: [s.open.pk, "DM1"])],
    "assessments:ask_to_reopen": [See("asked lead", lambda s: [s.review.pk, s.unread.answer.criterion.code])],
    "assessments:requests": [See("staff")],
    "assessments:decide_time": [See("staff", case("asked_time"))],
    "assessments:decide_reopening": [See("staff", case("asked_answer"))],
    "assessments:documenting": [See("lead", its_city("open"), does=unfolds)],
    "assessments:document": [See("lead", lambda s: [s.proof.evidence_id], does=unfolds)],
    "assessments:team": [See("lead", its_city("open"), does=unfolds)],
    "assessments:acting": [See("staff", its_city("open")), See("looking staff", its_city("open"), does=looks_as_the_city)],
    "assessments:letters": [See("asked lead", its_city("review"), does=unfolds)],
    "assessments:accept": [See("visitor", lambda s: [s.link])],
    "assessments:cities": [See("staff")],
    "assessments:add_city": [See("staff")],
    "assessments:cycles": [See("staff")],
    "assessments:draft_cycle": [See("staff")],
    "assessments:cycle": [See("staff", its_cycle)],
    "assessments:policy": [See("staff", lambda s: [s.planned.slug])],
    "assessments:joining": [See("staff", its_cycle, "?q=a")],
    "assessments:join": [See("visitor", after="?q=a")],
    "assessments:join_place": [See("visitor", its_city("open"))],
    "assessments:join_elsewhere": [See("visitor", does=presses("Ask to take part"))],
    "assessments:join_asked": [See("visitor")],
    "assessments:claim": [See("visitor", after="?q=a")],
    "assessments:claim_place": [See("visitor", its_city("open"))],
    "assessments:claim_sent": [See("visitor", its_city("open"))],
    "assessments:follow_claim": [See("visitor", lambda s: [claim_link(s.unproved)])],
    "assessments:claims": [See("staff")],
    "assessments:claim_one": [See("staff", lambda s: [s.claim.pk])],
    "assessments:correct_address": [See("staff", member_of_the_open_city, does=presses("Correct it"))],
    "assessments:join_requests": [See("staff")],
    "assessments:join_request": [See("staff", lambda s: [s.newcomer.pk])],
    "assessments:work": [See("staff")],
    "assessments:all_letters": [See("staff", after="?state=sent")],
    "assessments:letter": [See("staff", failed_letter)],
    "assessments:case": [See("staff", case("review"), does=unfolds)],
    # Judgement
    "reviews:desk": [See("reader"), See("reader", its_cycle)],
    "reviews:phrases": [See("reader"), See("staff")],
    "reviews:declaring": [See("reader", its_cycle)],
    "reviews:glass": [See("director")],
    "reviews:conflicts": [See("staff", lambda s: [s.cycle.slug, s.conflict.person_id], does=unfolds)],
    "reviews:assigning": [See("staff"), See("staff", its_cycle, does=unfolds)],
    "reviews:change_member": [See("staff", lambda s: [s.unread.member_id])],
    "reviews:plan": [See("staff", its_cycle, "?slot=third")],
    "reviews:plan_line": [
        See("staff", lambda s: [s.cycle.slug, s.split.assessment_id, s.split.criterion.code[:2]], "?slot=third", does=unfolds)
    ],
    "reviews:plan_file": [See("staff", its_cycle, "?slot=third", does=presses("Compare with the plan"))],
    "reviews:validating": [See("reader", case("unread"), does=unfolds)],
    "reviews:confirming": [See("reader", case("review"))],
    "reviews:asking": [See("staff", case("review"))],
    "reviews:calling": [See("reader", case("review"), does=unfolds)],
    "reviews:correct_call": [See("staff", case("call"))],
    "reviews:splits": [See("practice lead")],
    "reviews:resolving": [See("staff", case("review"), does=unfolds)],
    "reviews:settling": [See("practice lead", case("split"), does=unfolds)],
    "reviews:calibrating": [See("staff"), See("staff", its_cycle)],
    "reviews:calibration": [See("staff", lambda s: [s.practice.calibration_id], does=unfolds)],
    "reviews:add_item": [See("staff", lambda s: [s.practice.calibration_id], does=presses("Add the answer"))],
    "reviews:practising": [See("practice lead", lambda s: [s.practice.pk], does=presses("File and next"))],
    "reviews:quality": [See("practice lead"), See("staff", its_cycle, does=unfolds)],
    "reviews:board": [See("staff"), See("staff", its_cycle)],
    "reviews:reader_rows": [See("staff", lambda s: [s.cycle.slug, s.unread.member_id])],
    "reviews:rows": [See("staff", lambda s: [s.cycle.slug, "unread"])],
    "reviews:awarding": [See("director", after="?show=ready")],
    "reviews:award": [See("director", case("ready"), does=unfolds)],
    "reviews:dry_runs": [See("staff")],
    "reviews:dry_run": [See("staff", drafted()), See("director", lambda s: ["2018"])],
    "reviews:recomputations": [See("staff")],
    "reviews:recomputation": [See("staff", scored_again, "?stay=1")],
    "reviews:appealing": [See("staff"), See("appeal reader", after="?show=reading")],
    "reviews:appeal_case": [See("staff", case("filed")), See("director", case("heard"))],
    "reviews:hearing": [See("appeal reader", case("heard"), does=presses("File the verdict"))],
    "reviews:appeal": [See("told lead", appealed("heard")), See("told lead", missed, does=presses("File the appeal"))],
    "reviews:announcing": [See("director")],
    "reviews:announcement": [See("director", judged(), does=unfolds)],
    "assessments:wording": [See("staff")],
    "assessments:letter_text": [See("staff", lambda s: ["result_certified", "pt-br"])],
    "reviews:writing": [See("staff", lambda s: ["people"], "?part=lead")],
    "reviews:people": [See("staff"), See("staff", after="?q=nobody-of-that-name")],
    "reviews:person": [See("staff", lambda s: [s.people["lead"].pk]), See("director", to_erase)],
    "reviews:exporting": [See("staff", does=unfolds)],
    "reviews:export": [See("staff", case("export"))],
    "reviews:export_list": [See("staff", lambda s: ["letters"], "?state=sent"), See("staff", lambda s: ["people"])],
    "reviews:look_as_city": [See("staff", judged("award"), does=unfolds)],
    "reviews:look_as_public": [See("staff", judged("award"), does=unfolds)],
    "reviews:targets": [See("told lead", case("told"))],
    "reviews:result": [See("told lead", case("told"), does=unfolds)],
    # The public
    "directory:cities": [See("visitor", does=unfolds)],
    "directory:city": [See("visitor", lambda s: [s.public.city.slug], does=unfolds)],
    "directory:rounds": [See("visitor")],
    "directory:embedding": [See("visitor", lambda s: [s.public.city.slug])],
    "directory:round": [See("visitor", lambda s: [s.public.round_slug])],
    "directory:verify": [See("visitor")],
    "directory:verification": [See("visitor", lambda s: [s.public.code])],
    "directory:privacy": [See("visitor")],
    "directory:accessibility": [See("visitor")],
    "directory:status": [See("visitor")],
    "directory:help": [See("visitor")],
    "api:recipes": [See("visitor")],
    "insights:index": [See("visitor", does=unfolds)],
    "insights:cycle": [See("visitor", lambda s: ["2019-demo"], does=unfolds)],
    "insights:figure": [See("visitor", lambda s: ["2019-demo", "criteria"]), See("visitor", lambda s: ["2019-demo", "forms"])],
    "insights:whole": [See("staff")],
    "insights:whole_of": [See("staff", its_cycle, does=unfolds)],
    "insights:whole_figure": [See("staff", lambda s: ["2019-demo", "change"]), See("staff", lambda s: ["2019-demo", "tiers"])],
    "opendata:index": [See("visitor", does=unfolds)],
    "opendata:release": [See("visitor", lambda s: ["1.0.0"])],
    "api:docs": [See("visitor", does=unfolds)],
}  # fmt: skip

# The same pages in other states: after a mistake, with nothing there, as somebody else.
MORE: dict[str, list[See]] = {
    "home": [See("lead"), See("reader"), See("staff"), See("nobody's")],
    "criteria:standard": [See("visitor", lambda s: ["2018"]), See("staff", lambda s: ["2022"])],
    "criteria:criterion": [See("visitor", lambda s: ["2018", "GM1"], does=unfolds), See("lead", lambda s: ["2022", "DM3"])],
    "criteria:draft": [See("staff", drafted())],
    "criteria:add_criterion": [See("staff", drafted("DM"), does=presses("Add the criterion"))],
    "assessments:overview": [
        See("asked lead", case("review")), See("told lead", case("told")), See("contributor", case("open")), See("staff", case("open")),
    ],
    "assessments:answering": [
        See("contributor", lambda s: [s.open.pk, "DM3"]), See("asked lead", lambda s: [s.review.pk, "DM1"]),
        See("staff", lambda s: [s.open.pk, "DM1"]),
    ],
    "assessments:submitting": [See("signatory", case("open"))],
    "assessments:offline": [See("lead", case("open")), See("signatory", case("open")), See("staff", case("open"))],
    "assessments:importing": [See("lead", case("confirmed"))],
    "assessments:clarifying": [See("lead", case("open"))],
    "assessments:documenting": [
        See("staff", its_city("review")), See("torn director", its_city("told")),
        See("lead", its_city("open"), "?q=nothing-of-that-name"),
    ],
    "assessments:document": [See("staff", lambda s: [s.proof.evidence_id])],
    "assessments:requests": [See("staff", after="?state=decided"), See("staff", after="?kind=answer")],
    "assessments:more_time": [See("contributor", case("open"))],
    "assessments:decide_time": [See("staff", case("asked_time"), does=presses("Leave the date"))],
    "assessments:team": [
        See("contributor", its_city("open")), See("lead", its_city("open"), does=presses("Send invitation")),
        See("staff", its_city("told")),
    ],
    "assessments:letters": [See("contributor", its_city("open"))],
    "assessments:add_city": [See("staff", does=presses("Add the place"))],
    "assessments:acting": [See("staff", its_city("open"), does=presses("See as this city"))],
    "assessments:cycle": [See("staff", lambda s: [s.planned.slug])],
    "assessments:draft_cycle": [See("staff", does=presses("Save the draft"))],
    "assessments:policy": [See("staff", its_cycle, does=presses("Foresee the work"))],
    "assessments:joining": [See("staff", its_cycle), See("staff", its_cycle, "?q=nothing-of-that-name")],
    "assessments:join": [See("visitor", after="?q=nothing-of-that-name"), See("lead")],
    "assessments:join_place": [See("visitor", its_city("open"), does=presses("Ask to take part"))],
    "assessments:claim": [See("lead", after="?q=nothing-of-that-name")],
    "assessments:claim_place": [See("visitor", its_city("open"), does=presses("Send me the link"))],
    "assessments:follow_claim": [See("visitor", lambda s: [claim_link(s.claim)]), See("lead", lambda s: [claim_link(s.unproved)])],
    "assessments:claims": [See("staff", after="?show=ended")],
    "assessments:claim_one": [See("staff", lambda s: [s.claim.pk], does=presses("Record the domain"))],
    "assessments:join_requests": [See("staff", after="?show=decided")],
    "assessments:join_request": [See("staff", lambda s: [s.not_listed.pk], "?q=a", does=presses("Refuse and write"))],
    "criteria:calculator": [
        See("visitor", lambda s: ["2022"], "?met=DM1&met=DM2&met=LC1"), See("visitor", lambda s: ["2018"]),
    ],
    "criteria:self_check": [See("visitor")],
    "assessments:work": [See("staff", after="?state=done")],
    "assessments:all_letters": [See("staff"), See("staff", after="?q=nobody&state=failed")],
    "assessments:letter": [See("asked lead", own_letter)],
    "assessments:case": [See("staff", case("open")), See("staff", case("told")), See("staff", case("ready"))],
    "reviews:validating": [See("reader", case("unread"), does=files)],
    "reviews:phrases": [See("staff", does=presses("Take it away"))],
    "reviews:quality": [See("reader", its_cycle)],
    "reviews:resolving": [See("staff", case("ready"))],
    "reviews:settling": [See("staff", case("split")), See("reader", lambda s: [s.unread.answer_id])],
    "reviews:splits": [See("staff")],
    "reviews:rows": [See("staff", lambda s: [s.cycle.slug, "split"]), See("staff", lambda s: [s.cycle.slug, "waiting"])],
    "reviews:awarding": [See("director", after="?show=proposed"), See("director", after="?show=decided")],
    "reviews:award": [See("director", case("told")), See("staff", case("ready"), "?flip=DM1&flip=PA1", does=unfolds)],
    "reviews:declaring": [See("reader", its_cycle, "?show=answered"), See("torn director", its_cycle, "?show=all")],
    "reviews:people": [See("director", after="?state=erased")],
    "reviews:writing": [See("staff", lambda s: ["places"], "?q=nothing-of-that-name"), See("staff", lambda s: ["joining"])],
    "reviews:person": [See("staff", erased)],
    "reviews:glass": [See("staff"), See("torn director", does=presses("Open it and tell the directors"))],
    "reviews:announcement": [See("director", lambda s: [f"{s.cycle.slug}-first"])],
    "reviews:result": [See("asked lead", case("review")), See("lead", lambda s: [s.certified.assessment_id])],
    "reviews:recomputation": [See("staff", reported)],
    "directory:cities": [See("visitor", after="?q=nothing-of-that-name"), See("visitor", after="?tier=gold&sort=-date&page=2")],
    "directory:verification": [See("visitor", lambda s: ["NOT-A-CODE"])],
    "people:letters": [See("staff")],
    "people:stop_letters": [See("visitor", stops, does=presses("Stop these letters"))],
    "people:tokens": [See("staff"), See("lead", does=presses("Make token"))],
}  # fmt: skip

# Routes that show no page of their own, and why.
LEADS_BACK = {"set_language", "assessments:note"}  # to the page whose foot it stood in; to the answer, for who signed in on the way
ONLY_POST = {
    "people:revoke", "people:renew_webhook", "people:try_webhook", "people:end_webhook", "people:call_again",
    "assessments:draft", "assessments:drop_draft", "assessments:restore", "assessments:take_back",
    "assessments:add_file", "assessments:add_link", "assessments:take_off", "assessments:replace",
    "assessments:import", "assessments:ask_paper", "assessments:confirm_copy",
    "assessments:point", "assessments:describe", "assessments:use", "assessments:gather",
    "assessments:end_acting",
    "assessments:attest", "assessments:remove", "assessments:hand_over", "assessments:cancel_invitation", "assessments:move_cycle",
    "assessments:agree_claim", "assessments:oppose_claim", "assessments:grant_claim", "assessments:refuse_claim",
    "assessments:record_domain", "assessments:take_domain_back", "assessments:resend_invitation",
    "assessments:approve_joining", "assessments:refuse_joining",
    "assessments:start", "assessments:retry", "assessments:send_again", "assessments:extend", "assessments:reopen",
    "assessments:finish", "assessments:call_signatories", "assessments:send_replies", "assessments:question_draft", "assessments:write_on",
    "reviews:found", "reviews:waive", "reviews:add_member", "reviews:remove_member", "reviews:take_back", "reviews:keep", "reviews:ask",
    "reviews:end_glass",
    "reviews:publish_plan", "reviews:start_over",
    "reviews:draft_finding", "reviews:look", "reviews:put_off", "reviews:take_up", "reviews:keys", "reviews:order", "reviews:end_phrase",
    "reviews:aside", "reviews:drop_question", "reviews:agree_all", "reviews:declare_ready", "reviews:send_back",
    "reviews:agree", "reviews:propose_consensus", "reviews:accept_consensus", "reviews:pass_on", "reviews:write_note",
    "reviews:draft_calibration", "reviews:open_calibration", "reviews:end_calibration", "reviews:remove_item",
    "reviews:ask_about", "reviews:recompute", "reviews:propose", "reviews:approve", "reviews:retract",
    "reviews:draft_round", "reviews:add_decisions", "reviews:prepare", "reviews:release", "reviews:take_back_round",
    "reviews:fetch_export",
    "reviews:ask_to_erase", "reviews:confirm_erasure", "reviews:drop_erasure",
    "reviews:withdraw_appeal", "reviews:admit_appeal", "reviews:refuse_appeal", "reviews:hand_appeal", "reviews:confirm_appeal",
    "reviews:send_back_appeal", "reviews:draft_appeals",
    "insights:recompute",
    "reviews:correct_award", "reviews:propose_revocation", "reviews:confirm_revocation", "reviews:drop_revocation",
}  # fmt: skip
FILES: dict[str, See] = {
    "assessments:download": See("lead", case("proof")),
    "assessments:workbook": See("lead", case("open")),
    "assessments:paper": See("lead", case("printed")),
    "reviews:evidence": See("reader", lambda s: [s.unread.answer.evidence.filter(evidence__current__kind="text")[0].evidence.current_id]),
    "reviews:evidence_page": See("reader", lambda s: [s.drawn.pk, 1]),
    "reviews:dry_run_table": See("staff", drafted()),
    "reviews:plan_table": See("staff", its_cycle),
    "reviews:quality_table": See("practice lead", its_cycle),
    "reviews:paper": See("staff", case("paper")),
    "reviews:scorecard": See("told lead", case("told")),
    "reviews:certificate": See("lead", lambda s: [s.certified.assessment_id]),
    "reviews:press_kit": See("lead", lambda s: [s.certified.assessment_id]),
    "reviews:look_at_kit": See("staff", lambda s: [s.certified.announcement.slug, s.certified.pk]),
    "reviews:earlier_scorecard": See("told lead", lambda s: [s.told.pk, 1]),
    "directory:feed": See("visitor"),
    "directory:scorecard": See("visitor", lambda s: [s.public.city.slug, s.public.document.rpartition("/")[2].removesuffix(".pdf")]),
    "directory:certificate": See("visitor", lambda s: [s.public.city.slug, s.public.certificate.rpartition("/")[2].removesuffix(".pdf")]),
    "directory:credential": See("visitor", lambda s: [s.public.code]),
    "directory:issuer": See("visitor"),
    "directory:keys": See("visitor"),
    "directory:revoked": See("visitor"),
    "directory:badge": See("visitor", lambda s: [s.public.city.slug]),
    "insights:table": See("visitor", lambda s: ["2019-demo", "criteria"]),
    "insights:dataset": See("visitor", lambda s: ["2019-demo"]),
    "opendata:file": See("visitor", lambda s: ["latest", "awards.csv"]),
    "insights:whole_table": See("staff", lambda s: ["2019-demo", "change"]),
    "mfa_download_recovery_codes": See("guarded"),
    "health": See("visitor"),
}  # fmt: skip
LEADS_ON = {"home", "account_reset_password_from_key"}  # to one's own first page; to an address without the secret
NOT_OFFERED = {"account_signup", "account_email", "account_set_password", "account_email_verification_sent", "account_confirm_email"}
FOR_PROGRAMS = "api:"  # JSON, except the page to read about it
# Frames without a context, shown when something is broken; drawn here from their templates alone.
BARE = {"400.html": {}, "429.html": {"seconds": 30}, "500.html": {"request_number": "4f2a9c01d7e3"}, "503.html": {"seconds": 30}}


def test_no_page_escapes(standing, client_of, monkeypatch):
    """Every route is opened below in each of its forms, or is excused for a reason that is proved here; nothing is asked of a paper."""
    monkeypatch.setattr(paper, "pdf", lambda html, **given: b"%PDF-1.7 a paper")
    s = setting()
    opened = {
        (route, resolve(see.address(route, s).partition("?")[0]).route.removesuffix("$")) for route, pages in PAGES.items() for see in pages
    }
    excused = ONLY_POST | FILES.keys() | NOT_OFFERED | LEADS_BACK
    escaped = [
        f"{name} ({pattern})"
        for name, pattern in routes()
        if (name, pattern) not in opened and name not in excused and not name.startswith(FOR_PROGRAMS)
    ]
    assert escaped == [], "pages that no test opens: add them to PAGES"
    assert excused & PAGES.keys() == set()
    assert excused - {name for name, _pattern in routes()} == set(), "excused, but gone"
    clients: dict[str, Client] = {}
    for route in ONLY_POST:
        sample = next(_sample(pattern) for name, pattern in routes() if name == route)
        assert clients.setdefault("staff", client_of(s.people["staff"])).get(sample).status_code == 405, route
    for route, see in FILES.items():
        answer = clients.setdefault(see.who, client_of_part(s, see.who)).get(see.address(route, s))
        assert (answer.status_code, answer["Content-Type"].startswith("text/html")) == (200, False), route
        answer.close()


def _sample(pattern: str) -> str:
    """An address of the pattern that leads to no row."""
    filled = pattern
    for kind, value in (("int", "987654321"), ("slug", "nothing-here"), ("str", "nothing-here")):
        while f"<{kind}:" in filled:
            before, _mark, rest = filled.partition(f"<{kind}:")
            filled = before + value + rest.partition(">")[2]
    return "/" + filled


@pytest.mark.heavy
@pytest.mark.parametrize("width", [390, 1440])
def test_every_page_in_every_state(browser, live_server, standing, width):
    """In the light, and in the dark as far as the two can differ: in their colors."""
    fonts.build(project.FONTS_DIR)
    published.named(300)
    walk = Walk(browser, live_server.url, setting(), width=width)
    for table in (PAGES, MORE):
        for route, pages in table.items():
            for see in pages:
                walk.opens(route, see)
    walk.sees_what_is_broken()
    assert walk.found == []


@pytest.mark.heavy
@pytest.mark.parametrize("width", [390, 1440])
def test_every_page_of_a_fresh_installation(browser, live_server, standing, width):
    """Nobody has joined, no cycle was drafted, nothing was announced."""
    fonts.build(project.FONTS_DIR)
    walk = Walk(browser, live_server.url, None, width=width)
    everybody = (
        "home",
        "account_login",
        "criteria:standards",
        "directory:cities",
        "directory:rounds",
        "directory:verify",
        "directory:status",
        "insights:index",
        "opendata:index",
        "assessments:join",
        "assessments:join_elsewhere",
        "assessments:claim",
        "criteria:self_check",
        "api:docs",
    )
    for route in everybody:
        walk.opens(route, See("visitor"))
    program = (
        "home", "criteria:drafts", "assessments:cities", "assessments:cycles", "assessments:draft_cycle", "assessments:work",
        "assessments:join_requests", "assessments:claims",
        "assessments:all_letters", "assessments:wording", "reviews:awarding", "reviews:recomputations", "reviews:announcing",
        "reviews:exporting", "reviews:people",
        "reviews:splits", "reviews:dry_runs", "insights:whole",
        "people:account", "people:letters", "people:tokens", "people:webhooks",
    )  # fmt: skip
    for route in program:
        walk.opens(route, See("director"))
    page, _ = walk.window("director")
    for route in ("reviews:board", "reviews:desk"):
        page.goto(walk.site + reverse(route))
        assert page.url == walk.site + reverse("assessments:cycles"), f"{route} leads to where the first cycle is drafted"
    for route in ("home", "people:account"):
        walk.opens(route, See("nobody's"))
    assert walk.found == []


class Walk:
    """Goes from page to page as whoever may open it, and writes down what is wrong."""

    def __init__(self, browser: Browser, site: str, s: Setting | None, *, width: int = 1280) -> None:
        self.browser, self.site, self.s, self.width = browser, site, s, width
        self.windows: dict[str, tuple[Page, list[str]]] = {}
        self.found: list[str] = []

    def opens(self, route: str, see: See) -> None:
        """Open one page and look at it."""
        address = see.address(route, self.s) if self.s else reverse(route)
        page, complaints = self.window(see.who)
        answer = page.goto(address, wait_until="load")
        if route not in LEADS_ON and page.url != self.site + address:
            self.found.append(f"{route} as {see.who}: {address} leads to {page.url}")
        status = answer.status if answer else 0
        if see.does is not None:
            see.does(page)
        if status != (404 if "NOT-A-CODE" in address else 200):
            self.found.append(f"{route} as {see.who}: {address} answered {status}")
            complaints.clear()
            return
        self.looks(f"{route} as {see.who}", page, complaints)

    def sees_what_is_broken(self) -> None:
        """The pages that nobody wants to see."""
        assert self.s is not None
        self.refused("a page that is not there", "visitor", "/nothing-here/", 404)
        self.refused("a page that is not there", "lead", reverse("assessments:overview", args=[self.s.review.pk]), 404)
        self.refused("a page of somebody else", "lead", reverse("reviews:board"), 404)
        self.refused("a page that is not for this part", "contributor", reverse("assessments:withdrawing", args=[self.s.open.pk]), 403)
        page, complaints = self.window("visitor")
        for name, context in {**BARE, "403_csrf.html": {}}.items():
            request = RequestFactory().get("/")
            request.user = User()  # type: ignore[assignment]
            html = render_to_string(name, context, request if name == "403_csrf.html" else None)
            page.route("**/a-broken-page", _answering(html), times=1)
            page.goto("/a-broken-page")
            self.looks(name, page, complaints)

    def refused(self, name: str, who: str, address: str, status: int) -> None:
        """A page that answers with a refusal."""
        page, complaints = self.window(who)
        answer = page.goto(address)
        if answer is None or answer.status != status:
            self.found.append(f"{name}: {address} answered {answer and answer.status}")
        complaints[:] = [each for each in complaints if "Failed to load resource" not in each]
        self.looks(f"{name} ({status})", page, complaints)

    def looks(self, name: str, page: Page, complaints: list[str]) -> None:
        """What is wrong with a page that is open."""
        faults = [f"policy: {each}" for each in page.evaluate(LOADED)]
        told = [each for each in complaints if not each.startswith("Failed to load resource: the server responded with a status of 4")]
        faults += [f"console: {each}" for each in told]
        complaints.clear()
        if (headings := page.locator("h1").count()) != 1:
            faults.append(f"{headings} headings of the first level")
        if not page.title().partition(" - ")[0].strip():
            faults.append("no title")
        if (wide := page.evaluate("document.documentElement.scrollWidth - window.innerWidth")) > 0:
            faults.append(f"{wide} px wider than the window")
        faults += violations(page, RULES)
        page.emulate_media(color_scheme="dark")
        faults += [f"in the dark: {each}" for each in violations(page, COLORS)]
        page.emulate_media(color_scheme="light")
        self.found += [f"{name}: {fault}" for fault in faults]

    def window(self, who: str) -> tuple[Page, list[str]]:
        """The window of a person, signed in; what its console complains about."""
        if who not in self.windows:
            context = self.browser.new_context(
                base_url=self.site,
                viewport={"width": self.width, "height": 900},
                reduced_motion="reduce",
                color_scheme="light",
            )
            context.add_init_script(WATCH)
            self.sign_in(context, who)
            page, complaints = context.new_page(), []
            page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            self.windows[who] = page, complaints
        return self.windows[who]

    def sign_in(self, context: BrowserContext, who: str) -> None:
        """Give the window a person's session."""
        if (client := client_of_part(self.s, who)).cookies:
            context.add_cookies([{"name": name, "value": morsel.value, "url": self.site} for name, morsel in client.cookies.items()])


def client_of_part(s: Setting | None, who: str) -> Client:
    """A client that is signed in as the person, or stands at the second step of signing in."""
    client = Client()
    if who == "visitor":
        return client
    if who == "at the door":
        assert s is not None
        client.post(reverse("account_login"), {"login": s.people["guarded"].email, "password": people.PASSWORD})
        return client
    person = s.people.get(who) if s else None
    client.force_login(
        person or people.person(who.replace("'", ""), is_director=who == "director", is_staff=who == "director"), backend=SIGN_IN
    )
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
    return client


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe-core holds against an open page."""
    found = []
    for violation in AXE.run(page, options=options).response["violations"]:
        nodes = [f"{node['target']} {node['html'][:160]} {_why(node)}" for node in violation["nodes"][:3]]
        found.append(f"{violation['id']} ({violation['impact']}, {len(violation['nodes'])}): " + " | ".join(nodes))
    return found


def _answering(html: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=200, content_type="text/html; charset=utf-8", body=html)


def _why(node: dict[str, Any]) -> str:
    checks = [*node.get("any", []), *node.get("all", []), *node.get("none", [])]
    return "; ".join(check["message"] for check in checks[:1])
