"""A workbook that came back, row by row against what is saved now and against what it held when it was made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assessments.models import NARRATIVE_LENGTH, Answer, AnswerVersion, Import
from assessments.papers.reading import Problem, Row
from assessments.papers.words import LANGUAGES
from assessments.papers.workbook import narrative_cell
from wwc.cells import fits

SAME, DIFFERS, NEWER = "same", "differs", "newer"


@dataclass(frozen=True)
class Line:
    """One row that could be read: same, differs, or newer (the saved answer is newer than the file); `said` is what the file says."""

    row: int
    answer: Answer
    kind: str
    said: tuple[str, list[int], str]

    @property
    def code(self) -> str:
        """The criterion's code."""
        return self.answer.criterion.code


@dataclass(frozen=True)
class Comparison:
    """Everything a workbook says, against everything that is saved."""

    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]
    absent: tuple[Answer, ...]

    @property
    def differing(self) -> list[Line]:
        """The rows about which somebody chooses."""
        return [line for line in self.lines if line.kind != SAME]

    @property
    def rows(self) -> int:
        """How many rows the workbook has."""
        return len(self.lines) + len(self.problems)


def rows_of(imported: Import) -> list[Row]:
    """The rows as they were read."""
    return [Row(**{**row, "ticks": tuple(row["ticks"])}) for row in imported.rows]


def compare(imported: Import, answers: Sequence[Answer]) -> Comparison:
    """Compare with the answers of the assessment as they are now, in one query more.

    A row that says what the file held when it was made says nothing new, whatever was saved since. What differs from both
    is a difference; where somebody saved after the file was made, it is a conflict and the saved answer stays unless the
    file's is chosen.
    """
    rows, by_code = rows_of(imported), {answer.criterion.code: answer for answer in answers}
    numbers = {row.base for row in rows}
    known = AnswerVersion.objects.filter(answer__assessment=imported.assessment_id, number__in=numbers)
    bases = {(version.answer_id, version.number): version for version in known}
    lines, problems = [], [Problem(**problem) for problem in imported.problems]
    for row in rows:
        answer = by_code[row.code]
        base = bases.get((answer.pk, row.base))
        if row.base and base is None:
            problems.append(Problem(row.row, "hidden", row.code, row.code))
            continue
        said = (row.claim, list(row.ticks), _narrative(row, base))
        if said != _said(base) and said != _said(answer.current) and len(said[2]) > NARRATIVE_LENGTH:
            problems.append(Problem(row.row, "long", str(len(said[2])), row.code))
            continue
        lines.append(Line(row.row, answer, _kind(said, base, answer), said))
    named = {row.code for row in rows} | {problem.code for problem in problems}
    absent = tuple(answer for answer in answers if answer.criterion.code not in named)
    return Comparison(tuple(lines), tuple(sorted(problems, key=lambda each: each.row)), absent)


def _kind(said: Any, base: AnswerVersion | None, answer: Answer) -> str:
    if said in (_said(base), _said(answer.current)):
        return SAME
    return DIFFERS if answer.version == (base.number if base else 0) else NEWER


def _said(version: AnswerVersion | None) -> tuple[str, list[int], str]:
    return (version.claim, list(version.ticks), version.narrative) if version else ("", [], "")


def _narrative(row: Row, base: AnswerVersion | None) -> str:
    """The text of the row; where its cell is as it left, the text that it stood for, to the letter."""
    if base is None:
        return row.narrative
    if row.narrative == base.narrative.replace("\r\n", "\n").strip():
        return base.narrative
    if not fits(base.narrative) and row.narrative in {narrative_cell(base, row.code, language) for language in LANGUAGES}:
        return base.narrative
    return row.narrative
