"""What a scorecard shows, ready for its template: every word and number in the language that is active, nothing left to decide."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from PIL import Image, ImageDraw

from assessments import queries as case
from assessments.models import City, Consent, GovernmentForm
from reviews.lifecycle import Kind
from reviews.models import Audience, Award, PublishedAward, Score, Scorecard
from reviews.queries import results
from wwc.geography import paper_size
from wwc.templatetags.display import day_year, figure, percent, tier_word
from wwc.templatetags.drawing import INK, LINE_2

LONG_NAME = 24

# The marks of a verdict, drawn large and set small. A paper shows one of them 43 times: as a picture it is stored once and
# costs nothing, as a drawing it would be drawn each time, for a third of the whole paper's time.
MARK_SIZE, FINER = 96, 4
SHEET = "#ffffff"

# A square with its round corners, from where its upper edge begins, and the step to the next one.
SQUARE = "h6.5q1.5 0 1.5 1.5v6.5q0 1.5-1.5 1.5h-6.5q-1.5 0-1.5-1.5v-6.5q0-1.5 1.5-1.5z"
STEP = 14


@dataclass(frozen=True)
class Fact:
    """One line of the column on the right: what, and a word more."""

    text: str
    more: str = ""


@dataclass(frozen=True)
class Step:
    """One award of the way here."""

    tier: str
    word: str
    year: int


@dataclass(frozen=True)
class AreaRow:
    """One practice area: points of how many, a full square for each criterion that earned its point."""

    name: str
    points: str
    of: str
    states: tuple[bool, ...]
    full: str
    open: str
    width: int
    label: str


@dataclass(frozen=True)
class Verdict:
    """One criterion with its verdict and, for the city alone, the reasons."""

    code: str
    title: str
    met: bool
    core: bool
    word: str
    mark: str
    needs: str = ""
    reasons: str = ""


@dataclass(frozen=True)
class Block:
    """The criteria of one practice area."""

    name: str
    lines: tuple[Verdict, ...]


@dataclass(frozen=True)
class Paper:
    """One scorecard for one reader."""

    language: str
    size: str
    identifier: str
    title: str
    date: str
    place: str
    long_name: bool
    tier: str
    headline: str
    lead: str
    foot: str
    verify: str
    announced: str
    facts: tuple[Fact, ...]
    points: int | None = None
    possible: int | None = None
    ladder: tuple[dict[str, Any], ...] = ()
    areas: tuple[AreaRow, ...] = ()
    past: tuple[Step, ...] = ()
    columns: tuple[tuple[Block, ...], ...] = ()
    legend: str = ""
    reasons: tuple[Block, ...] = ()
    way: tuple[Verdict, ...] = ()
    way_title: str = ""
    for_city: bool = False
    invented: bool = False


def scorecard(card: Scorecard) -> Paper:
    """The paper of one award for the city, or for the public as far as the city agreed."""
    award, score = card.award, card.award.score
    city, cycle = award.assessment.city, award.assessment.cycle
    for_city = card.audience == Audience.CITY
    shows_points = for_city or card.consent in (Consent.AREAS, Consent.CRITERIA)
    shows_criteria = for_city or card.consent == Consent.CRITERIA
    told = results.before(award.assessment, results.histories([city])[city.pk])
    history = [row for row in told if row.announced_on < card.announced_on]
    areas = results.areas_of(score, card.language) if shows_points else []
    day = day_year(card.announced_on)
    way, way_title = _way(score, areas) if for_city else ((), "")
    return Paper(
        language=card.language,
        size=paper_size(city.country),
        identifier=f"{card.audience}-{card.code or card.pk}-{card.announced_on}",
        title=_("Scorecard: %(city)s, %(tier)s, %(round)s")
        % {"city": city, "tier": _headline(award), "round": award.announcement.name if award.announcement else str(cycle)},
        date=card.announced_on.isoformat(),
        place=str(city),
        long_name=len(str(city)) > LONG_NAME,
        tier=award.tier or ("honor_roll" if award.kind == Kind.HONOR_ROLL else "none"),
        headline=_headline(award),
        lead=_lead(award, score, history, shows_points),
        foot=" · ".join([city.name, award.announcement.name if award.announcement else str(cycle), str(cycle.standard)]),
        verify=_("Verify at %(address)s") % {"address": address_of(card.code)} if card.code else _("For the city. Not published."),
        announced=_("Scorecard · announced %(day)s") % {"day": day},
        facts=tuple(_facts(card, areas, shows_points)),
        points=score.points if shows_points else None,
        possible=score.possible if shows_points else None,
        ladder=tuple({"name": tier_word(reach["key"]), "at": reach["floor_points"]} for reach in score.result["tiers"])
        if shows_points
        else (),
        areas=tuple(_row(area, in_order=shows_criteria) for area in areas),
        past=tuple(_past(history, award, card.announced_on)) if shows_points else (),
        columns=_columns([_block(area) for area in areas]) if shows_criteria else (),
        legend=_("%(edition)s; a criterion counts when the evidence was read and validated.") % {"edition": str(cycle.standard)},
        reasons=tuple(_reasons(areas)) if for_city else (),
        way=way,
        way_title=way_title,
        for_city=for_city,
        invented=city.is_invented,
    )


def _headline(award: Award) -> str:
    if award.kind == Kind.HONOR_ROLL:
        return _("Honor Roll")
    if award.tier == "certified":
        return pgettext("in a sentence", "Certified tier")
    return tier_word(award.tier)


def _lead(award: Award, score: Score, history: Sequence[PublishedAward], shows_points: bool) -> str:
    parts = []
    if shows_points:
        given = {"points": figure(score.points), "possible": figure(score.possible), "share": percent(score.points / score.possible)}
        parts.append(_("%(points)s of %(possible)s points, %(share)s.") % given)
    before = next((row for row in reversed(history) if row.kind != Kind.HONOR_ROLL), None)
    if award.kind == Kind.NEW:
        parts.append(_("Certified for the first time."))
    elif award.kind == Kind.LEVEL_UP and before:
        parts.append(_("Level-up from %(tier)s in %(year)d.") % {"tier": tier_word(before.tier), "year": before.announced_on.year})
    elif award.kind == Kind.RECERTIFIED and before:
        parts.append(_("Recertified, after %(year)d.") % {"year": before.announced_on.year})
    elif award.kind == Kind.HONOR_ROLL:
        parts.append(_("Named on the Honor Roll."))
    return " ".join(parts)


def _facts(card: Scorecard, areas: Sequence[results.AreaLines], shows_points: bool) -> list[Fact]:
    award, score, for_city = card.award, card.award.score, card.audience == Audience.CITY
    facts = []
    if shows_points:
        facts.append(_distance(score))
    if for_city or (shows_points and award.tier):
        facts.append(_core(score, areas))
    if award.valid_until:
        facts.append(Fact(_("Stands until %(day)s") % {"day": day_year(award.valid_until)}, _("then the city is assessed again")))
    if shows_points:
        facts.append(_people(award.assessment.city, card.announced_on))
        facts.append(Fact(_("Every point was validated"), _("by experts who read the evidence")))
    return [fact for fact in facts if fact.text]


def _distance(score: Score) -> Fact:
    goal = next((reach for reach in score.result["tiers"] if not reach["reached"]), None)
    if goal is None:
        return Fact(_("The highest tier"), "")
    short, tier = goal["points_short"], tier_word(goal["key"])
    if not short:
        return Fact(_("The points for %(tier)s are there") % {"tier": tier}, _("what it requires besides is not yet"))
    text = ngettext("%(n)s point more reaches %(tier)s", "%(n)s points more reach %(tier)s", short) % {"n": figure(short), "tier": tier}
    return Fact(text, _("%(floor)s of %(possible)s") % {"floor": figure(goal["floor_points"]), "possible": figure(score.possible)})


def _core(score: Score, areas: Sequence[results.AreaLines]) -> Fact:
    missing = score.result["tiers"][0]["missing_core"]
    if missing:
        n = len(missing)
        text = ngettext("%(n)s core criterion is not met", "%(n)s core criteria are not met", n) % {"n": figure(n)}
        return Fact(text, _("%(codes)s; every tier needs them all") % {"codes": ", ".join(missing)})
    return Fact(_("All core criteria are met"), ", ".join(line.code for area in areas for line in area.lines if line.core))


def _people(city: City, on: date) -> Fact:
    population, form = case.population(city, on), case.form_of_government(city, on)
    if population is None:
        return Fact("")
    named = dict(GovernmentForm.choices).get(form.text, "") if form and form.text != GovernmentForm.UNKNOWN else ""
    more = _("%(form)s government") % {"form": named} if named else ""
    return Fact(_("Population %(number)s") % {"number": figure(population.number)}, more)


def _past(history: Sequence[PublishedAward], award: Award, on: date) -> list[Step]:
    """The tiers of before whose date is known, with this one at the end; nothing where this is the first."""
    steps = [Step(row.tier, tier_word(row.tier), row.announced_on.year) for row in history if row.tier]
    return [*steps[-3:], Step(award.tier, tier_word(award.tier), on.year)] if steps and award.tier else []


def _row(area: results.AreaLines, *, in_order: bool) -> AreaRow:
    earned = [line.earned > 0 for line in area.lines]
    states = tuple(earned if in_order else sorted(earned, reverse=True))
    label = _("%(points)s of %(possible)s points") % {"points": figure(area.points), "possible": figure(area.possible)}
    drawn = {state: _squares([n for n, each in enumerate(states) if each is state]) for state in (True, False)}
    return AreaRow(area.name, figure(area.points), figure(area.possible), states, drawn[True], drawn[False], STEP * len(states), label)


def _squares(places: Sequence[int]) -> str:
    """The squares at these places of a row as one line to draw: far quicker than one by one."""
    return "".join(f"M{STEP * place + 2.25:g} .75{SQUARE}" for place in places)


@cache
def mark(met: bool) -> str:
    """The picture of a verdict as a data: address: a full circle with a tick, or an empty one."""
    size = MARK_SIZE * FINER
    picture = Image.new("RGB", (size, size), SHEET)
    pen = ImageDraw.Draw(picture)
    if met:
        pen.ellipse((0, 0, size - 1, size - 1), fill=INK)
        pen.line(
            [(x * size / 16, y * size / 16) for x, y in ((4.2, 8.3), (6.7, 10.8), (11.7, 5.4))],
            fill=SHEET,
            width=size * 18 // 160,
            joint="curve",
        )
    else:
        pen.ellipse((size * 0.05, size * 0.05, size * 0.95, size * 0.95), outline=LINE_2, width=size * 14 // 160)
    file = BytesIO()
    picture.resize((MARK_SIZE, MARK_SIZE), Image.Resampling.LANCZOS).save(file, "PNG")
    return "data:image/png;base64," + b64encode(file.getvalue()).decode()


def _block(area: results.AreaLines) -> Block:
    return Block(area.name, tuple(_verdict(line) for line in area.lines))


def _reasons(areas: Sequence[results.AreaLines]) -> Iterator[Block]:
    """The criteria about which something was said, by area."""
    for area in areas:
        lines = tuple(_verdict(line, reasons=True) for line in area.lines if line.reasons or line.blocked_by)
        if lines:
            yield Block(area.name, lines)


def _verdict(line: results.Line, *, reasons: bool = False) -> Verdict:
    word = _("met") if line.met else _("not met")
    needs = _("no point without %(codes)s") % {"codes": ", ".join(line.blocked_by)} if line.blocked_by else ""
    return Verdict(line.code, line.title, line.met, line.core, word, mark(line.met), needs, line.reasons if reasons else "")


def _columns(blocks: list[Block]) -> tuple[tuple[Block, ...], ...]:
    """The areas in two columns of about the same length, in their order."""
    weight = [len(block.lines) + 2 for block in blocks]
    cut = min(range(1, len(blocks)), key=lambda at: abs(sum(weight[:at]) - sum(weight[at:])))
    return tuple(blocks[:cut]), tuple(blocks[cut:])


def _way(score: Score, areas: Sequence[results.AreaLines]) -> tuple[tuple[Verdict, ...], str]:
    steps = results.way_up(score)
    if steps is None or not steps.codes:
        return (), ""
    lines = {line.code: line for area in areas for line in area.lines}
    title = _("The shortest way to %(tier)s") % {"tier": tier_word(steps.tier)}
    return tuple(_verdict(lines[code]) for code in steps.codes), title


def page_of(code: str) -> str:
    """The address of the page that says whether the award stands."""
    return settings.SITE_URL + reverse("directory:verification", args=[code])


def address_of(code: str) -> str:
    """The same address as a person types it."""
    return urlsplit(settings.SITE_URL).netloc + reverse("directory:verification", args=[code])
