"""Renders the team's status block as JSON: `progress.json`."""

from gates.core.model import Scorecard
from gates.core.progress import progress
from reports.json_report import encoded


def render(scorecard: Scorecard) -> bytes:
    """Return the status block of a scorecard, in the same JSON as the scorecard itself."""
    return encoded(progress(scorecard))
