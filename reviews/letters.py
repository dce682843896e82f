"""Which letter goes to whom, with which values. The words are rows of the outbox."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assessments.models import BrokenGlass, Cycle, Role
from assessments.queries import people_with
from reviews.lifecycle import Kind
from reviews.models import Announcement, Appeal, Award, PanelMember, PublishedAward, Revocation
from reviews.queries import appeals
from reviews.queries.audiences import Recipient
from reviews.queries.digest import Waiting
from reviews.queries.results import Words, announced_on
from reviews.queries.verdicts import Standing
from wwc.accounts.models import User
from wwc.outbox.post import Addressed, post, post_many
from wwc.templatetags.display import day_year, due, figure, tier_word, when_year

# Panel and assignments: letters to readers name no city and no score.


def assigned(member: PanelMember, *, answers: int, areas: Sequence[str], due_at: datetime, at: datetime) -> None:
    """A reader's new list, once for each publishing of a plan."""
    with translation.override(member.person.language):
        area = ", ".join(areas) if len(areas) < 4 else _("several practice areas")
    values = {"n": answers, "due": _due(member.person, due_at, at), "area": area, "cap": member.cap}
    key = f"assigned:{member.pk}:{at.isoformat()}"
    post("assigned", key=key, to=member.person, at=at, values=values, link={"to": "reviews:desk", "args": []})


def conflict_request(member: PanelMember, *, due_at: datetime, at: datetime, newest: int | None = None) -> None:
    """Asks somebody on a panel to declare for the cities of the cycle: once a cycle, and once more for each newest city that came late."""
    values = {"cycle": str(member.cycle), "due": _due(member.person, due_at, at)}
    key = f"conflict_request:{member.cycle_id}:{member.person_id}" + (f":{newest}" if newest else "")
    post("conflict_request", key=key, to=member.person, at=at, values=values, link={"to": "reviews:declaring", "args": [member.cycle.slug]})


def glass_broken(glass: BrokenGlass, *, to: User, at: datetime) -> None:
    """Tells a director at once that another one looks at a city despite a conflict; the page behind the link says which and why."""
    values = {"person": glass.person, "until": _due(to, glass.until, at)}
    post("glass_broken", key=f"glass_broken:{glass.pk}:{to.pk}", to=to, at=at, values=values, link={"to": "reviews:glass", "args": []})


def split(people: Sequence[User], standing: Standing, *, due_at: datetime, at: datetime) -> None:
    """Two verdicts on one answer differ: to its readers, later to who settles it; no city is named. Once a person and version."""
    for person in people:
        key = f"split:{standing.answer}:{standing.version}:{person.pk}"
        link = {"to": "reviews:splits", "args": []}
        post("split", key=key, to=person, at=at, values={"due": _due(person, due_at, at)}, link=link, city_id=standing.city)


def _due(person: User, due_at: datetime, at: datetime) -> str:
    """A date in the words and the zone of the person who reads it; a letter does not say the days left, it may be read later."""
    with translation.override(person.language):
        return str(due(due_at, person.zone, now=due_at + timedelta(microseconds=1)))


def messages(people: Iterable[Recipient], *, key: str, subject: str, words: str, at: datetime) -> int:
    """What the program writes to many: each once for the same key. How many letters are new."""
    wanted = []
    for _name, address, language, person, city in people:
        who = person.pk if person else sha256(address.lower().encode()).hexdigest()[:32]
        wanted.append(Addressed(f"message:{key}:{who}", person, city.pk if city else None, address, language))
    return post_many("message", wanted, at=at, values={"subject": subject, "words": words}, link={"to": "home", "args": []})


# Awarding, announcing, scorecards

# A daily letter waits so long for more of the same.
GATHERED = timedelta(minutes=10)

RESULTS = {
    Kind.NEW: "result_certified",
    Kind.LEVEL_UP: "result_moved",
    Kind.RECERTIFIED: "result_recertified",
    Kind.HONOR_ROLL: "result_honor_roll",
    Kind.NO_TIER: "result_no_tier",
}


def result_key(announcement: Announcement, number: int) -> str:
    """How the keys of the result letters of one release begin."""
    return f"result:{announcement.slug}:{number}:"


def preview_key(announcement: Announcement) -> str:
    """How the keys of the letters begin that tell cities before: once for each hour that the round was given."""
    return f"preview:{announcement.slug}:{announcement.number + 1}:{announcement.announce_at:%Y%m%dT%H%M}:"


def preview(award: Award, announcement: Announcement, announce_at: datetime, *, at: datetime) -> None:
    """Tells a city's leads, before the announcement, that their page has the result: the same words to every city, and no content."""
    for person in people_with(award.assessment.city, Role.LEAD):
        post(
            "preview",
            key=f"{preview_key(announcement)}{award.assessment_id}:{person.pk}",
            to=person,
            at=at,
            values={"cycle": str(announcement.cycle), "announce_at": _due(person, announce_at, at)},
            link={"to": "reviews:result", "args": [award.assessment_id]},
            city_id=award.assessment.city_id,
        )


def result(
    award: Award,
    announcement: Announcement,
    *,
    number: int,
    history: Sequence[PublishedAward],
    words: Callable[[str], Words],
    at: datetime,
    due_at: datetime,
) -> None:
    """The result to lead and signatory: the same subject, sender and moment for every city of the round."""
    city, standing = award.assessment.city, _standing(history, award)
    for person in people_with(city, Role.LEAD, Role.SIGNATORY):
        with translation.override(person.language):
            values = _result_values(award, standing, words(person.language))
            values["appeal_due"] = _due_there(appeals.closes_at(award, announcement), city.timezone)
        post(
            "result_no_tier_standing" if standing else RESULTS[Kind(award.kind)],
            key=f"{result_key(announcement, number)}{award.pk}:{person.pk}",
            to=person,
            at=at,
            due_at=due_at,
            values=values,
            link={"to": "reviews:result", "args": [award.assessment_id]},
            city_id=city.pk,
        )


def approvals(people: Sequence[tuple[User, int]], *, day: str, at: datetime) -> None:
    """Directors hear once a day how many decisions wait; no city and no score is named."""
    for person, n in people:
        post("approval", key=f"approval:{day}:{person.pk}", to=person, at=at, values={"n": n}, link={"to": "reviews:awarding", "args": []})


def ready(people: Sequence[tuple[User, int]], *, day: str, at: datetime) -> None:
    """Staff hear once a day how many assessments are ready for a decision."""
    for person, n in people:
        post("ready", key=f"ready:{day}:{person.pk}", to=person, at=at, values={"n": n}, link={"to": "reviews:awarding", "args": []})


def digest(person: User, waiting: Waiting, *, day: str, at: datetime) -> None:
    """Once a day what waits for a reader, a practice lead, staff or a director, in numbers; no city and no score is named."""
    values = {"n": waiting.n, **asdict(waiting)}
    first = "reviews:appealing" if waiting.appeals == waiting.n else "reviews:board" if person.of_programme else "reviews:desk"
    link: dict[str, str | list[str]] = {"to": first, "args": []}
    key = f"digest:{day}:{person.pk}"
    post("digest_program" if person.is_staff else "digest", key=key, to=person, at=at, values=values, link=link)


def bounced(person: User, failed: int, *, day: str, at: datetime) -> None:
    """Staff hear once a day how many letters did not arrive."""
    link = {"to": "assessments:all_letters", "args": [], "query": {"state": "failed"}}
    post("bounced", key=f"bounced:{day}:{person.pk}", to=person, at=at, values={"n": failed}, link=link)


def _standing(history: Sequence[PublishedAward], award: Award) -> PublishedAward | None:
    """The tier of before that still stands beside a decision of no tier, as far as its end is published."""
    if award.kind != Kind.NO_TIER or award.announcement is None:
        return None
    day = announced_on(award.announcement)
    return next((row for row in reversed(history) if row.tier and row.valid_until and row.valid_until >= day), None)


def _result_values(award: Award, standing: PublishedAward | None, words: Words) -> dict[str, str]:
    """Every value that one of the result texts names, in the language that is active."""
    score, reaches = award.score, award.score.result["tiers"]
    best = max(score.result["by_area"], key=lambda area: (area["points"], area["possible"]))
    next_up = next((reach for reach in reaches if not reach["reached"]), reaches[-1])
    return {
        "city": str(award.assessment.city),
        "cycle": str(award.assessment.cycle),
        "tier": _tier(award.tier),
        "points": figure(score.points),
        "possible": figure(score.possible),
        "valid_until": day_year(award.valid_until),
        "old_tier": _tier(standing.tier if standing else award.previous_tier),
        "old_date": day_year(standing.announced_on) if standing else "",
        "old_valid_until": day_year(standing.valid_until) if standing else "",
        "best_area": words.areas[best["area"]],
        "next_tier": _tier(next_up["key"]),
        "floor": figure(next_up["floor_points"]),
    }


def _tier(key: str) -> str:
    """The tier's word in a sentence, where the entry tier never stands bare."""
    return pgettext("in a sentence", "Certified tier") if key == "certified" else tier_word(key)


# Appeals: to the leads of the city; before their day no letter says more than that it is read.


def appeal_received(appeal: Appeal, *, by_when: datetime, at: datetime) -> None:
    """It arrived, with its number, and by when the program says whether it goes to a reader."""
    zone = appeal.answer.assessment.city.timezone
    for person in _leads(appeal):
        with translation.override(person.language):
            values = {"at": when_year(appeal.filed_at, zone), "receipt": appeal.receipt, "date": _due_there(by_when, zone)}
        _post("appeal_received", appeal, person, values, at=at)


def appeal_admitted(appeal: Appeal, *, at: datetime) -> None:
    """Somebody who was not involved reads it, until when the city can bring evidence, and by when it is read."""
    zone = appeal.answer.assessment.city.timezone
    for person in _leads(appeal):
        with translation.override(person.language):
            until = _due_there(appeal.opened.open_until, zone) if appeal.opened else ""
            values = {"until": until, "due": _due_there(appeal.due_at, zone)}
        _post("appeal_admitted", appeal, person, values, at=at)


def appeal_not_admitted(appeal: Appeal, *, at: datetime) -> None:
    """It does not go to a reader, and why."""
    for person in _leads(appeal):
        _post("appeal_not_admitted", appeal, person, {"reason": appeal.words}, at=at)


def appeal_settled_key(announcement: Announcement, number: int) -> str:
    """How the keys of the letters begin that tell the appeals of a round."""
    return f"appeal_settled:{announcement.slug}:{number}:"


def appeal_settled(appeal: Appeal, announcement: Announcement, *, number: int, at: datetime, due_at: datetime) -> None:
    """To every city of the round that appealed, in one minute and the same words: the outcome is on the page."""
    for person in _leads(appeal):
        key = f"{appeal_settled_key(announcement, number)}{appeal.pk}:{person.pk}"
        _post("appeal_settled", appeal, person, {}, at=at, due_at=due_at, key=key)


def appeal_to_read(appeal: Appeal, *, at: datetime) -> None:
    """To its reader; no city is named."""
    if appeal.reader is None:
        return
    person = appeal.reader.person
    key = f"appeal_to_read:{appeal.pk}:{person.pk}"
    values = {"due": _due(person, appeal.due_at, at) if appeal.due_at else ""}
    post("appeal_to_read", key=key, to=person, at=at, values=values, link={"to": "reviews:hearing", "args": [appeal.pk]})


def _leads(appeal: Appeal) -> list[User]:
    return list(people_with(appeal.answer.assessment.city, Role.LEAD))


def _due_there(at: datetime | None, zone: str) -> str:
    """A date with its hour in the city's own zone, in the language that is active."""
    return str(due(at, zone, now=at + timedelta(microseconds=1))) if at else ""


def _post(
    kind: str, appeal: Appeal, person: User, values: dict[str, str], *, at: datetime, due_at: datetime | None = None, key: str = ""
) -> None:
    assessment, code = appeal.answer.assessment, appeal.answer.criterion.code
    link = {"to": "reviews:appeal", "args": [assessment.pk, code]}
    said = {"criterion": code, **values}
    post(
        kind,
        key=key or f"{kind}:{appeal.pk}:{person.pk}",
        to=person,
        at=at,
        due_at=due_at,
        values=said,
        link=link,
        city_id=assessment.city_id,
    )


# Coming back: to leads and signatories, once for each award and step.


def renewal_key(award: Award, months: int) -> str:
    """How the keys of the letters begin that remind of the end of an award so many months before."""
    return f"renewal:{award.pk}:{months}:"


def renewal(award: Award, cycle: Cycle | None, *, months: int, at: datetime) -> None:
    """Until when the award stands, and the cycle in which the city can go on without a gap."""
    city = award.assessment.city
    for person in people_with(city, Role.LEAD, Role.SIGNATORY):
        with translation.override(person.language):
            named, opens = _("the coming cycle"), _("which we announce when it opens")
            if cycle is not None:
                named, opens = str(cycle), _("open until %(date)s") % {"date": _due_there(cycle.due_at, city.timezone)}
            values = {"city": str(city), "valid_until": day_year(award.valid_until), "cycle": named, "opens": opens}
        key, link = f"{renewal_key(award, months)}{person.pk}", {"to": "reviews:result", "args": [award.assessment_id]}
        post("renewal", key=key, to=person, at=at, values=values, link=link, city_id=city.pk)


def lapsed_key(award: Award) -> str:
    """How the keys of the letters begin that tell of the end of an award."""
    return f"lapsed:{award.pk}:"


def lapsed(award: Award, *, at: datetime) -> None:
    """The award has ended; it stays in the public history."""
    city = award.assessment.city
    for person in people_with(city, Role.LEAD, Role.SIGNATORY):
        with translation.override(person.language):
            told = day_year(announced_on(award.announcement)) if award.announcement else ""
            values = {"city": str(city), "valid_until": day_year(award.valid_until), "old_date": told}
        key, link = f"{lapsed_key(award)}{person.pk}", {"to": "reviews:result", "args": [award.assessment_id]}
        post("lapsed", key=key, to=person, at=at, values=values, link=link, city_id=city.pk)


def revoked(award: Award, revocation: Revocation, *, answer_by: datetime, at: datetime) -> None:
    """The award ended before its time: the page says why, and until when the city can answer."""
    city = award.assessment.city
    for person in people_with(city, Role.LEAD, Role.SIGNATORY):
        with translation.override(person.language):
            values = {"city": str(city), "due": _due_there(answer_by, city.timezone)}
        link = {"to": "reviews:result", "args": [award.assessment_id]}
        post("revoked", key=f"revoked:{revocation.pk}:{person.pk}", to=person, at=at, values=values, link=link, city_id=city.pk)
