"""The chain over the record: what a link's digest covers, and what does not hold.

Each link carries a digest over its event and the digest of the link before, so whoever changes an event has to change every
link after it; and the newest digest, kept outside the database as an anchor, tells of that too.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from wwc.audit.models import Event, Link

FIRST = "0" * 64  # what stands before the first link
COLUMNS = (
    "id", "at", "by_id", "on_behalf_of", "channel", "verb", "subject", "subject_id", "city_id", "before", "after", "reason", "data",
)  # fmt: skip
SLICE = 2000
# No transaction is open so long: an event of an older number that is sealed later than this was put in afterwards.
LATEST = timedelta(minutes=30)


@dataclass(frozen=True)
class Anchor:
    """Where the chain stood once: how many links, the digest of the last, and when that was noted."""

    number: int
    digest: str
    noted_at: datetime

    def __str__(self) -> str:
        return f"{self.number} {self.digest} {self.noted_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    @classmethod
    def read(cls, line: str) -> "Anchor":
        """From a line as `str` writes it. Raises ValueError where it is none."""
        number, digest, noted_at = line.split()
        if len(digest) != len(FIRST) or int(number) < 1:
            raise ValueError(line)
        return cls(int(number), digest, datetime.fromisoformat(noted_at))


@dataclass(frozen=True)
class Fault:
    """A place of the chain that does not hold, and in words why."""

    number: int
    event_id: int | None
    words: str

    def __str__(self) -> str:
        return f"link {self.number}{f', event {self.event_id}' if self.event_id else ''}: {self.words}"


def digest(before: str, number: int, event: Event) -> str:
    """SHA-256, in hex, over the digest before, the place in the chain and every column of an event as it was read back."""
    values = {name: getattr(event, name) for name in COLUMNS}
    values["at"] = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps([before, number, values], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def newest() -> Link | None:
    """The last link."""
    return Link.objects.order_by("-number").first()


def faults(anchors: Iterable[Anchor] = ()) -> Iterator[Fault]:
    """Every place that does not hold, in the order of the chain; each link is held against the one before as it is stored."""
    noted: dict[int, list[Anchor]] = {}
    for anchor in anchors:
        noted.setdefault(anchor.number, []).append(anchor)
    place, before, highest = 0, FIRST, _Highest()
    for links in _slices():
        events = Event.objects.in_bulk([link.event_id for link in links])
        for link in links:
            if link.number != place + 1:
                yield Fault(place + 1, None, f"{link.number - place - 1} links are missing before link {link.number}")
            event = events.get(link.event_id)
            if event is None:
                yield Fault(link.number, link.event_id, "the event is gone")
            elif link.digest != digest(before, link.number, event):
                yield Fault(link.number, link.event_id, "the event or its link was changed, swapped or put in")
            elif highest.is_late(link):
                yield Fault(link.number, link.event_id, "the event was put in after later ones were sealed")
            for anchor in noted.pop(link.number, ()):
                if anchor.digest != link.digest:
                    yield Fault(link.number, link.event_id, f"on {anchor.noted_at:%Y-%m-%d %H:%M} UTC this link was another")
            place, before = link.number, link.digest
    for number, gone in sorted(noted.items()):
        yield Fault(number, None, f"noted on {gone[0].noted_at:%Y-%m-%d %H:%M} UTC; the record ends with link {place}")


class _Highest:
    """The highest number of an event that was sealed so far, and when."""

    def __init__(self) -> None:
        self.event, self.sealed_at = 0, datetime.max.replace(tzinfo=UTC)

    def is_late(self, link: Link) -> bool:
        """Whether a later event was sealed long before this one."""
        if link.event_id > self.event:
            self.event, self.sealed_at = link.event_id, link.sealed_at
            return False
        return link.sealed_at - self.sealed_at > LATEST


def _slices() -> Iterator[Sequence[Link]]:
    """The links in their order, some at a time."""
    after = None
    while True:
        rows = Link.objects.order_by("number")
        links = list((rows if after is None else rows.filter(number__gt=after))[:SLICE])
        if not links:
            return
        yield links
        after = links[-1].number
