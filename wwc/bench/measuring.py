"""Requests measured one after the other, round by round, so that whatever else the machine does hits all alike."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from typing import Any

from django.test import Client
from django.urls import reverse

from assessments.models import Answer, AnswerEvidence, Assessment, Evidence, EvidenceVersion
from wwc.accounts.models import User
from wwc.demo import world_at

SIGN_IN = "allauth.account.auth_backends.AuthenticationBackend"
DOCUMENTS = 200
WARM = 5


@dataclass
class Measure:
    """One kind of request: its name, how it is made, the goal as a ratio to the empty page, and what each round took."""

    name: str
    ask: Callable[[], Any]
    wanted: int = 200
    goal: float | None = None
    took: list[float] = field(default_factory=list)

    def once(self) -> None:
        """Make the request and note how long it took."""
        began = time.perf_counter()
        answer = self.ask()
        self.took.append(time.perf_counter() - began)
        if answer.status_code != self.wanted:
            raise RuntimeError(f"{self.name} answered {answer.status_code}, not {self.wanted}")

    @property
    def middle(self) -> float:
        """The median in milliseconds."""
        return 1000 * median(self.took)

    @property
    def spread(self) -> tuple[float, float]:
        """The tenth and the ninetieth per cent in milliseconds."""
        tenths = quantiles(self.took, n=10)
        return 1000 * tenths[0], 1000 * tenths[-1]


def measures() -> list[Measure]:
    """A city with an assessment from last time, nearly all answers and many documents, and what its contributor asks for."""
    world = world_at("open", cities=1, seed=1, now=datetime.now(UTC))
    case = world.assessments[0]
    _documents(case)
    person = case.city.memberships.get(role="contributor").person
    client = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    client.force_login(person, backend=SIGN_IN)
    client.get(reverse("assessments:answering", args=[case.pk, "DM1"]))
    typing = _Typing(client, case)
    return [
        Measure("empty page", lambda: client.get(reverse("empty"))),
        Measure("no page at all", lambda: client.get(reverse("bare"))),
        Measure("save of an answer", typing.saves, wanted=302, goal=2),
        Measure("draft kept", typing.keeps, goal=2),
        Measure("page of a criterion", lambda: client.get(reverse("assessments:answering", args=[case.pk, "DM1"])), goal=3),
        Measure("overview", lambda: client.get(reverse("assessments:overview", args=[case.pk])), goal=3),
    ]


def run(found: Sequence[Measure], rounds: int, say: Callable[[int], None] = lambda done: None) -> None:
    """Measure all of them so often, in turn; the first rounds warm the caches and do not count."""
    for done in range(rounds + WARM):
        for each in found:
            each.once()
            if done < WARM:
                each.took.clear()
        say(done + 1)


class _Typing:
    """Somebody who writes on one answer, each time something new, on top of what is saved."""

    def __init__(self, client: Client, case: Assessment) -> None:
        self.client, self.case, self.n = client, case, 0
        self.version = Answer.objects.get(assessment=case, criterion__code="DM1").version

    def saves(self) -> Any:
        """Save a new text."""
        answer = self._post("assessments:answering")
        self.version += 1
        return answer

    def keeps(self) -> Any:
        """Keep what is typed, unsaved."""
        return self._post("assessments:draft")

    def _post(self, route: str) -> Any:
        self.n += 1
        text = f"Text number {self.n}. " + "How it works here, since when, and who uses it. " * 12
        said = {"claim": "met", "ticks": ["1", "2"], "narrative": text, "based_on": self.version}
        token = self.client.cookies["csrftoken"].value
        return self.client.post(reverse(route, args=[self.case.pk, "DM1"]), {**said, "csrfmiddlewaretoken": token})


def _documents(case: Assessment) -> None:
    """So many links, spread over the answers, written in bulk."""
    by, at = User.objects.filter(memberships__city=case.city).order_by("pk")[0], case.started_at + timedelta(days=1)
    made = Evidence.objects.bulk_create(
        Evidence(city=case.city, title=f"Document {n}", version=1, added_at=at, added_by=by) for n in range(DOCUMENTS)
    )
    EvidenceVersion.objects.bulk_create(
        EvidenceVersion(evidence=each, number=1, kind="link", url="https://city.example/", added_at=at, added_by=by) for each in made
    )
    for version in EvidenceVersion.objects.filter(evidence__in=made):
        Evidence.objects.filter(pk=version.evidence_id).update(current=version)
    answers = list(Answer.objects.filter(assessment=case).order_by("pk"))
    AnswerEvidence.objects.bulk_create(
        AnswerEvidence(answer=answers[n % len(answers)], evidence=each, pages="1", added_at=at, added_by=by) for n, each in enumerate(made)
    )
