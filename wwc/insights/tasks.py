"""Queue entrance of the insights."""

from wwc.insights import jobs
from wwc.outbox import running


@running.entrance("write_insights")
def write_insights(*, cycle_id: int, left_out: list[int] | None = None) -> None:
    """Compute the figures of one cycle."""
    jobs.write_insights(cycle_id, left_out or [])
