"""Measure pages of a city or the reading desk against an empty page, a cycle's scoring against its core, or all public addresses."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.test.utils import override_settings

from wwc.bench import public, reading, scoring
from wwc.bench.measuring import DOCUMENTS, Measure, measures, run
from wwc.bench.scratch import NotOurs, scratch


class Command(BaseCommand):
    """`manage.py bench --rounds 200`, `manage.py bench reading --rounds 100`, `manage.py bench scoring --assessments 20000`"""

    help = (
        "Time saving an answer, its page and the overview, or with `reading` filing a verdict and the next item, "
        "as ratios to an empty page of the same site; or with `scoring` a cycle, as a ratio to the core alone; or with `public` every "
        "public address, as a ratio to a bare view of as many bytes; in a scratch database. "
        "A figure to read, never a test: it ends with 0 whatever it finds."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The knobs."""
        parser.add_argument(
            "what", nargs="?", choices=["city", "reading", "scoring", "public"], default="city", help="whose pages (city), or scoring"
        )
        parser.add_argument("--findings", type=int, default=12_000, metavar="N", help="reading: how many findings there are (12000)")
        parser.add_argument("--cities", type=int, default=1_310, metavar="N", help="public: how many cities there are (1310)")
        parser.add_argument("--times", type=int, default=10, metavar="N", help="reading, public: and then so many times as many (10)")
        parser.add_argument("--assessments", type=int, default=20_000, metavar="N", help="scoring: how many a cycle has (20000)")
        parser.add_argument("--rounds", type=int, default=100, metavar="N", help="how often each request is made (100)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the world, measure, print."""
        if options["rounds"] < 2 or options["assessments"] < 10:
            raise CommandError("Choose at least 2 rounds and 10 assessments. Nothing was measured.")
        try:
            with scratch(), override_settings(ROOT_URLCONF="wwc.bench.urls"):
                if options["what"] == "reading":
                    self._reading(options["rounds"], options["findings"], options["times"])
                elif options["what"] == "public":
                    self._public(options["rounds"], options["cities"], options["times"])
                elif options["what"] == "scoring":
                    self._scoring(options["assessments"])
                else:
                    self._city(options["rounds"])
        except NotOurs as error:
            raise CommandError(f"The database {error} holds people who were not invented here. Nothing was measured or changed.") from error

    def _city(self, rounds: int) -> None:
        self.stdout.write("Making a city in a scratch database ...")
        found = measures()
        run(found, rounds)
        self._report(found, rounds, f"an assessment with {DOCUMENTS} documents and one of last time")

    def _reading(self, rounds: int, findings: int, times: int) -> None:
        """The same list measured among so many findings, and among so many times as many."""
        world = reading.panel()
        few: dict[str, float] = {}
        for wanted in dict.fromkeys((findings, findings * times)):
            self.stdout.write(f"Making {wanted:,} findings in a scratch database ...")
            reading.fill(world, wanted)
            found = reading.measures(world)
            queries = reading.queries_of(found)
            run(found, rounds)
            self._report(found, rounds, f"a list of {reading.OWN} answers among {wanted:,} findings", queries)
            if few:
                for each in found:
                    growth = each.middle / few[each.name]
                    self.stdout.write(f"{each.name:22}{growth:6.2f} times as long among {times} times as many findings")
            few = {each.name: each.middle for each in found}

    def _public(self, rounds: int, cities: int, times: int) -> None:
        """Every public address among so many cities, and then among so many times as many."""
        self.stdout.write("Bringing a few cities to their announcement in a scratch database ...")
        world = public.announced_by_life()
        few: dict[str, public.Asked] = {}
        for wanted in dict.fromkeys((cities, cities * times)):
            self.stdout.write(f"Making {wanted:,} cities in a scratch database ...")
            public.fill(world, wanted)
            found = public.measures(world)
            run([measure for each in found for measure in (each.page, each.bare)], rounds)
            self.stdout.write(
                f"{connection.vendor}, in this process, {rounds} rounds in turn, {wanted:,} cities and {public.CYCLES} cycles."
            )
            columns = f"{'':58}{'bytes':>9}{'queries':>8}{'median':>10}{'10 to 90 %':>18}{'ratio':>8}{'work':>10}{'ratio':>8}  goal"
            self.stdout.write(f"{columns}        times the work before" if few else columns)
            for each in found:
                self.stdout.write(self._public_line(each, few.get(each.page.name)))
            few = {each.page.name: each for each in found}

    def _public_line(self, each: public.Asked, before: public.Asked | None) -> str:
        low, high = each.page.spread
        line = f"{each.page.name:58}{each.size:9,}{each.queries:8}{each.page.middle:7.2f} ms{low:8.2f} to {high:6.2f}"
        line += f"{each.ratio:8.2f}{each.page.work:7.2f} ms{each.work_ratio:8.2f}  {_met(each.work_ratio, each.goal):12}"
        if before is None:
            return line
        # Each against the bare view beside it: what else the machine does is not the same for long.
        growth = each.work_ratio / before.work_ratio
        said = f"{growth:6.2f}  {_met(growth, public.GROWTH)}"
        return f"{line}{said}{'' if each.queries == before.queries else f', {before.queries} queries before'}"

    def _scoring(self, assessments: int) -> None:
        """A cycle of a tenth of the assessments, then one of all of them: time by part, and memory, which must not grow with them."""
        for wanted in (assessments // 10, assessments):
            self.stdout.write(f"Making a cycle of {wanted:,} assessments in a scratch database ...")
            row = scoring.cycle_of(wanted)
            found = scoring.run(row)
            self.stdout.write(f"{connection.vendor}, in this process, {wanted:,} assessments of {found.criteria} criteria.")
            for name, took in [*found.parts.items(), ("the rest of the job", found.rest), ("the whole job", found.whole)]:
                self.stdout.write(f"{name:22}{took:8.2f} s  {took / found.parts[scoring.BARE]:6.2f} times the core alone")
            met = "met" if found.ratio <= scoring.GOAL else "not met"
            self.stdout.write(f"goal: the whole at most {scoring.GOAL} times the core alone: {met}")
            self.stdout.write(f"memory: {found.before / 2**20:.0f} MB before, at most {found.peak / 2**20:.0f} MB on the way")

    def _report(self, found: list[Measure], rounds: int, among: str, queries: dict[str, int] | None = None) -> None:
        empty = found[0].middle
        self.stdout.write(f"{connection.vendor}, in this process, {rounds} rounds in turn, {among}.")
        self.stdout.write(f"{'':22}{'median':>9}  {'10 to 90 %':>16}  {'ratio':>6}  goal")
        for each in found:
            low, high = each.spread
            ratio = each.middle / empty
            goal = "" if each.goal is None else f"{each.goal:g}  {'met' if ratio <= each.goal else 'not met'}"
            asked = f"{queries[each.name]} queries" if queries else ""
            self.stdout.write(f"{each.name:22}{each.middle:6.1f} ms  {low:5.1f} to {high:5.1f} ms  {ratio:6.2f}  {goal:10}{asked}")


def _met(ratio: float, goal: float | None) -> str:
    return "" if goal is None else f"{goal:g} {'met' if ratio <= goal else 'not met'}"
