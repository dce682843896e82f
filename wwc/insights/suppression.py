"""Which groups may be shown, so that nothing about fewer than five hidden cities is found, also by subtracting. Pure.

A figure of a group is a sum over its members. Whoever knows the figures of several groups can add and subtract them in any
way, and can take off every city whose own figures are public. What is left is a sum over hidden members, with some factor for
each. A group may be shown as long as every sum that can be made of all groups shown, now or ever before, is over no hidden
member at all or over five at least.

Let P be the projection onto what the groups shown span, over the hidden members. A sum v that can be made has v = Pv. If it
were over four members or fewer, then for the member i with the largest factor |v_i| <= (P_ii + the three largest |P_ij|) |v_i|,
so that this bracket would be 1 at least. Where it is below 1 for every member, no such sum exists. For groups without overlap the
rule is exact (a group of m has the bracket 4/m, which is below 1 from five on); with overlaps it is on the safe side.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nlargest
from math import sqrt

LEAST = 5
_TINY = 1e-9


class Shown:
    """The groups that are known for one kind of detail, over the members that are hidden at that detail.

    Members in the same groups are one class, which carries how many they are: the work grows with groups, not with cities.
    """

    def __init__(self) -> None:
        self._classes: list[set[int]] = []
        self._class_of: dict[int, int] = {}
        self._known: list[list[float]] = []  # an orthonormal basis of what the groups span, one number a class
        self._projection: list[list[float]] = []

    def allows(self, hidden: Iterable[int]) -> bool:
        """Whether a group with these hidden members may be shown beside all that are; it changes nothing that is known."""
        members = set(hidden)
        rest = self._rest(members) if members else None
        return rest is None or self._is_safe_with(rest)

    def add(self, hidden: Iterable[int]) -> None:
        """Note that a group with these hidden members is shown, or was."""
        members = set(hidden)
        rest = self._rest(members) if members else None
        if rest is not None:
            self._known.append(rest)
            size = range(len(rest))
            self._projection = [[self._projection[a][b] + rest[a] * rest[b] for b in size] for a in size]

    def _rest(self, members: set[int]) -> list[float] | None:
        """What the group says that is not known yet, as a vector of length 1; None where it says nothing new."""
        self._split(members)
        weights = [len(each) for each in self._classes]
        vector = [1.0 if each <= members else 0.0 for each in self._classes]
        for _twice in range(2):  # the second time takes off what rounding left
            for known in self._known:
                along = sum(w * v * k for w, v, k in zip(weights, vector, known, strict=True))
                vector = [v - along * k for v, k in zip(vector, known, strict=True)]
        length = sqrt(sum(w * v * v for w, v in zip(weights, vector, strict=True)))
        return [v / length for v in vector] if length > 1e-7 else None

    def _is_safe_with(self, rest: list[float]) -> bool:
        """Whether the bracket of every member stays below 1 with this vector in the projection."""
        weights = [len(each) for each in self._classes]
        for a, along in enumerate(rest):
            if abs(along) > _TINY:
                row = [p + along * r for p, r in zip(self._projection[a], rest, strict=True)]
                others: list[float] = []
                for b, (weight, value) in enumerate(zip(weights, row, strict=True)):
                    others += [abs(value)] * min(weight - (a == b), LEAST - 2)
                if row[a] + sum(nlargest(LEAST - 2, others)) > 1 - _TINY:
                    return False
        return True

    def _split(self, members: set[int]) -> None:
        """Let every class lie wholly inside the group or outside it."""
        new = {each for each in members if each not in self._class_of}
        if new:
            self._join(new, like=None)
        for place in {self._class_of[each] for each in members - new}:
            inside = self._classes[place] & members
            if len(inside) < len(self._classes[place]):
                self._classes[place] -= inside
                self._join(inside, like=place)

    def _join(self, members: set[int], *, like: int | None) -> None:
        """A class more, known as that other one is, or not known at all."""
        self._classes.append(members)
        self._class_of |= dict.fromkeys(members, len(self._classes) - 1)
        for vector in (*self._known, *self._projection):
            vector.append(0.0 if like is None else vector[like])
        self._projection.append([0.0] * len(self._classes) if like is None else list(self._projection[like]))


@dataclass(frozen=True)
class Member:
    """One assessment as a figure counts it, with what the public may know of its city by itself: up to which detail, 0 for nothing.

    That a city took part stays the same when its result is corrected; its points and criteria do not. So a version of the result is a
    member of its own in every detail but the first.
    """

    assessment: int
    version: int
    open_to: int

    def key(self, detail: int) -> int:
        """What it is known by at that detail."""
        return self.assessment if detail == 1 else self.version


class Guard:
    """Asks for one figure after the other whether it may be shown, at every detail that it tells.

    Details go from 1, that a city took part, up; a figure of one detail tells those below it too: who knows the criteria of a
    group knows its points, and how many it is.
    """

    def __init__(self, members: Iterable[Member], details: int) -> None:
        self._open: dict[int, set[int]] = {detail: set() for detail in range(1, details + 1)}
        for member in members:
            for detail in range(1, member.open_to + 1):
                self._open[detail].add(member.key(detail))
        self._shown = {detail: Shown() for detail in self._open}
        self.groups: dict[int, list[list[int]]] = {detail: [] for detail in self._open}

    def remember(self, detail: int, keys: Iterable[int]) -> None:
        """A group that was shown before, at one detail; who is public now was not hidden in it."""
        self._shown[detail].add(set(keys) - self._open[detail])

    def admits(self, detail: int, members: Iterable[Member]) -> bool:
        """Whether the group may be shown; if so, it is from now on. A group without members is not."""
        members = list(members)
        keys = {each: {member.key(each) for member in members} for each in range(1, detail + 1)}
        hidden = {each: found - self._open[each] for each, found in keys.items()}
        if not members or any(0 < len(found) < LEAST or not self._shown[each].allows(found) for each, found in hidden.items()):
            return False
        for each, found in keys.items():
            self._shown[each].add(hidden[each])
            if sorted(found) not in self.groups[each]:
                self.groups[each].append(sorted(found))
        return True
