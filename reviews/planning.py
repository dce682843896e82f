"""Who reads what, and what is read twice: pure arithmetic over plain values. A proposal; assigning makes it true.

What a plan is after, in this order: as many lines as possible have a reader; loads are even; the same two people do not
always read together; who names an area reads it; an area stays with one reader. It begins with a steady plan, levels it
until no exchange makes loads more even, then exchanges lines of one size, which leaves every load as it is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise


def drawn(seed: int, assessment: int, code: str, share: float) -> bool:
    """Whether this answer falls into the random share that is read twice. The same seed always draws the same."""
    digest = sha256(f"{seed}:{assessment}:{code}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who can read: in which areas (none means all) and languages, how much more, for which cities they have declared.

    `key` is their part in the cycle, `person` who they are: one person can have two parts. `steady` is how many lines of
    each area they read already.
    """

    key: int
    person: int
    areas: frozenset[int]
    room: int
    cities: frozenset[int]
    load: int = 0
    languages: frozenset[str] = frozenset({"en"})
    steady: Mapping[int, int] | None = None

    def why_not(self, job: "Job", room: int | None = None) -> str:
        """The first rule that stands between the reader and the job, as a word of NOBODY; empty where none does."""
        if self.areas and job.area not in self.areas:
            return "area"
        if job.language not in self.languages:
            return "language"
        if job.city not in self.cities:
            return "declared"
        if self.person in job.not_by:
            return "other_turn"
        return "limit" if job.size > (self.room if room is None else room) else ""


@dataclass(frozen=True, slots=True)
class Job:
    """The answers of one city in one area that want a reader.

    `beside` are the people who read them now in another turn; `not_by` are those and whoever read them before or stepped aside.
    """

    city: int
    area: int
    size: int
    not_by: frozenset[int] = frozenset()
    beside: frozenset[int] = frozenset()
    language: str = "en"

    @property
    def key(self) -> tuple[int, int]:
        """What tells it from the others of a plan."""
        return self.city, self.area


@dataclass(frozen=True, slots=True)
class Pick:
    """A job with the reader proposed for it, or with nobody. `why` is a word of WHY or NOBODY, `n` the figure that goes with it."""

    job: Job
    reader: int | None
    why: str
    n: int = 0


WHY = ("only_one", "new_pair", "same_area", "expert", "least_load")
NOBODY = ("area", "language", "declared", "other_turn", "limit")  # in the order in which they are asked

Pairs = Mapping[frozenset[int], int]


def spread(jobs: Iterable[Job], readers: Iterable[Reader], *, pairs: Pairs | None = None, seed: int = 0) -> list[Pick]:
    """Propose a reader for each job within every limit. `pairs` says how many lines two people read together already.

    The same rows give the same plan in whatever order they come; what else is equal is drawn by the seed.
    """
    plans = [_Plan(jobs, readers, pairs or {}, seed)]
    plans[0].fill(few_first=False)
    if plans[0].waiting:
        plans.append(_Plan(plans[0].jobs, plans[0].readers, pairs or {}, seed))
        plans[1].fill(few_first=True)
    best = max(plans, key=lambda plan: (-len(plan.waiting), -sum(plan.jobs[j].size for j in plan.waiting)))
    best.level()
    best.settle()
    return best.picks()


class _Plan:
    """A plan in the making: who has which job, how full each reader is, and what each exchange would change."""

    def __init__(self, jobs: Iterable[Job], readers: Iterable[Reader], pairs: Pairs, seed: int) -> None:
        self.readers = sorted(readers, key=lambda reader: (sha256(f"{seed}:{reader.key}".encode()).digest(), reader.key))
        self.jobs = sorted(jobs, key=lambda job: (job.area, -job.size, job.city))
        self.able = [[r for r, reader in enumerate(self.readers) if not reader.why_not(job)] for job in self.jobs]
        self.can = [set(able) for able in self.able]
        self.load = [reader.load for reader in self.readers]
        self.room = [reader.room for reader in self.readers]
        self.has: list[dict[int, list[int]]] = [defaultdict(list) for _ in self.readers]  # reader: size: jobs
        self.of: list[int | None] = [None] * len(self.jobs)
        self.areas = Counter({(r, area): n for r, reader in enumerate(self.readers) for area, n in (reader.steady or {}).items()})
        self.pairs = Counter(pairs)
        self.beside = [
            [[frozenset({reader.person, other}) for other in sorted(job.beside)] for reader in self.readers] for job in self.jobs
        ]
        self.sizes = sorted({job.size for job in self.jobs})
        self.waiting: list[int] = []

    # Giving and taking

    def give(self, j: int, r: int) -> None:
        """Give a job to a reader."""
        job = self.jobs[j]
        self.of[j] = r
        self.has[r][job.size].append(j)
        self.load[r] += job.size
        self.room[r] -= job.size
        self.areas[r, job.area] += 1
        self.pairs.update(self.beside[j][r])

    def take(self, j: int) -> int:
        """Take a job from its reader."""
        job, r = self.jobs[j], self.of[j]
        assert r is not None  # noqa: S101  for the type checker
        self.of[j] = None
        self.has[r][job.size].remove(j)
        self.load[r] -= job.size
        self.room[r] += job.size
        self.areas[r, job.area] -= 1
        self.pairs.subtract(self.beside[j][r])
        return r

    def move(self, j: int, r: int) -> None:
        """Move a job to another reader."""
        self.take(j)
        self.give(j, r)

    # As many as possible

    def fill(self, *, few_first: bool) -> None:
        """Give every job a reader as far as there is room, making room by moving others; an area stays with one reader for long."""
        fair = sum(self.load) + sum(job.size for job in self.jobs)
        share = fair / max(len(self.readers), 1)
        order = range(len(self.jobs))
        for j in sorted(order, key=lambda j: (self.jobs[j].size, len(self.able[j]), j)) if few_first else order:
            job = self.jobs[j]
            free = [r for r in self.able[j] if self.room[r] >= job.size]
            if not free:
                freed = next((r for r in self.able[j] if self._make_room(j, r)), None)
                free = [] if freed is None else [freed]
            if free:
                self.give(j, min(free, key=lambda r: (self.load[r] + job.size > share, *self._cost(j, r), self.load[r], r)))
            else:
                self.waiting.append(j)

    def _make_room(self, j: int, r: int) -> bool:
        """Free a reader for a job by passing others of theirs on, the largest first; True where there is room at last."""
        missing = self.jobs[j].size - self.room[r]
        for size in sorted(self.sizes, key=lambda size: (size < missing, abs(size - missing))):
            while missing > 0:
                path = next((path for t, path in self._reach(size, r) if self.room[t] >= size), None)
                if path is None:
                    break
                self._shift(path, size)
                missing = self.jobs[j].size - self.room[r]
        return missing <= 0

    # Even loads

    def level(self) -> None:
        """Pass jobs on from fuller to emptier readers until no passing, or passing one on and a smaller one back, is more even.

        A job can go round by others who pass on one of the same size, so that their loads stay. With jobs of one size
        nothing can be more even than what is left in the end; with several no load can be lowered by one exchange.
        """
        while any(self._even_out(r) for r in sorted(range(len(self.readers)), key=lambda r: (-self.load[r], r))):
            pass

    def _even_out(self, r: int) -> bool:
        """Take from this reader whatever evens out most; False where nothing does."""
        reach = {size: dict(self._reach(size, r)) for size in self.sizes}
        best: tuple[int, int, int, int] | None = None
        for t in range(len(self.readers)):
            apart = self.load[r] - self.load[t]
            if t == r or apart < 2:
                continue
            for size in self.sizes:
                if t not in reach[size]:
                    continue
                for back in (0, *(small for small in self.sizes if small < size)):
                    net = size - back
                    gain = net * (apart - net)
                    if gain > 0 and self.room[t] >= net and (best is None or gain > best[0]) and (not back or self._leads(back, t, r)):
                        best = gain, t, size, back
        if best is None:
            return False
        _gain, t, size, back = best
        if back:
            self._shift(dict(self._reach(back, t))[r], back)
        self._shift(reach[size][t], size)
        return True

    def _leads(self, size: int, start: int, end: int) -> bool:
        return any(t == end for t, _path in self._reach(size, start))

    def _reach(self, size: int, start: int) -> Iterator[tuple[int, list[int]]]:
        """The readers to whom a job of this size can come from another by way of others, nearest first, with the way."""
        ways, edge = {start: [start]}, [start]
        while edge:
            r = edge.pop(0)
            onward = {t for j in self.has[r].get(size, ()) for t in self.able[j]} - ways.keys()
            for t in sorted(onward):
                ways[t] = [*ways[r], t]
                edge.append(t)
                yield t, ways[t]

    def _shift(self, path: list[int], size: int) -> None:
        """Pass one job of this size along the way, each time the one that is missed least."""
        steps = [
            (min((j for j in self.has[r][size] if t in self.can[j]), key=lambda j: (self._cost(j, t, r), j)), t) for r, t in pairwise(path)
        ]
        for j, t in steps:
            self.move(j, t)

    # Who reads with whom, and who reads which area

    def _cost(self, j: int, r: int, now: int | None = None) -> tuple[int, int, int]:
        """How often two would read together, whether the area is not named as theirs, how little of it they read; less what holds now."""
        job = self.jobs[j]
        named = job.area in self.readers[r].areas
        cost = sum(self.pairs[pair] for pair in self.beside[j][r]), int(not named), -self.areas[r, job.area]
        if now is None:
            return cost
        before = self._cost(j, now)
        return cost[0] - before[0], cost[1] - before[1], cost[2] - before[2]

    def settle(self) -> None:
        """Exchange jobs, or pass on what leaves loads as even, while that spreads pairs, suits areas or keeps them together."""
        by_size: dict[int, list[int]] = defaultdict(list)
        for j, r in enumerate(self.of):
            if r is not None:
                by_size[self.jobs[j].size].append(j)
        for _round in range(12):
            if not sum(self._settle_one(j, by_size[self.jobs[j].size]) for j, r in enumerate(self.of) if r is not None):
                return

    def _settle_one(self, j: int, others: list[int]) -> bool:
        """Find the best place for one job that costs no evenness: with somebody one job emptier, or in place of another."""
        r, size = self.of[j], self.jobs[j].size
        assert r is not None  # noqa: S101  for the type checker
        self.take(j)
        held = self._cost(j, r)
        best: tuple[tuple[int, int, int], int, int | None] = ((0, 0, 0), r, None)
        for t in self.able[j]:
            if t != r and self.load[t] == self.load[r] and self.room[t] >= size:
                best = min(best, (_less(self._cost(j, t), held), t, None), key=lambda found: found[0])
        gains = {t: _less(self._cost(j, t), held) for t in self.able[j] if t != r}
        for k in others:
            other = self.of[k]
            if k == j or other is None or other not in gains or r not in self.can[k]:
                continue
            change = _more(gains[other], self._exchanged(j, k, r, other))
            if change < best[0]:
                best = change, other, k
        _change, chosen, instead_of = best
        if instead_of is not None:
            self.move(instead_of, r)
        self.give(j, chosen)
        return chosen != r

    def _exchanged(self, j: int, k: int, r: int, t: int) -> tuple[int, int, int]:
        """What it changes that the other job comes the other way, with what the two have in common."""
        job, other = self.jobs[j], self.jobs[k]
        here = sum(self.pairs[pair] for pair in self.beside[k][r])
        there = sum(self.pairs[pair] - 1 for pair in self.beside[k][t])
        common = len(set(self.beside[j][t]) & set(self.beside[k][t]))
        named = int(other.area not in self.readers[r].areas) - int(other.area not in self.readers[t].areas)
        steady = self.areas[t, other.area] - 1 - self.areas[r, other.area]
        same = int(job.area == other.area)
        return here - there - common, named, steady + same

    # In words

    def picks(self) -> list[Pick]:
        """The plan, by city and area, each line with its reason."""
        found = [self._pick(j, r) for j, r in enumerate(self.of)]
        return sorted(found, key=lambda pick: pick.job.key)

    def _pick(self, j: int, r: int | None) -> Pick:
        job = self.jobs[j]
        if r is None:
            reasons = {NOBODY.index(reader.why_not(job) or "limit") for reader in self.readers}
            return Pick(job, None, NOBODY[max(reasons, default=0)])
        reader = self.readers[r]
        if len(self.able[j]) == 1:
            return Pick(job, reader.key, "only_one")
        if job.beside:
            together = max(self.pairs[pair] for pair in self.beside[j][r])
            return Pick(job, reader.key, "new_pair", together - 1)
        if (others := self.areas[r, job.area] - 1) > 0:
            return Pick(job, reader.key, "same_area", others)
        return Pick(job, reader.key, "expert" if job.area in reader.areas else "least_load")


def _less(a: tuple[int, int, int], b: tuple[int, int, int]) -> tuple[int, int, int]:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def _more(a: tuple[int, int, int], b: tuple[int, int, int]) -> tuple[int, int, int]:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]
