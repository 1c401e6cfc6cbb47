"""What a run has to do with the history: it is kept when it begins and when it ends.

Nothing here raises: a history that cannot be used is a sentence, and changes no verdict.
"""

import os
from pathlib import Path
from uuid import uuid4

import msgspec

from gates.core.model import Scorecard
from gates.core.past import Asked, Past
from reports import recorded as lines
from reports.history import HistoryError, line_of
from reports.history_place import chosen
from reports.precedent import past

FARTHEST = 300  # runs: whoever looks further back for a base names it


class Book:
    """The history as one run sees it. `place` is what the command line names, or ""."""

    def __init__(self, place: str) -> None:
        self._history = chosen(place, os.environ, Path.cwd())
        self._begun = lines.OPEN + uuid4().hex
        self._folder = self._branch = ""

    def past(self, asked: Asked) -> tuple[Past, str]:
        """What the history says for a run that is to begin, and why it says nothing, else ""."""
        try:
            runs = self._history.runs(asked.target, last=FARTHEST) if self._history else ()
            return past(runs, asked), ""
        except Exception as error:  # noqa: BLE001  whatever it is, the run goes on without it
            return Past(), f"history: nothing is known of earlier runs: {told(error)}"

    def begun(self, card: Scorecard, folder: Path, branch: str) -> str:
        """Keep that a run has begun, so that it is missed if it never ends; why not, else ""."""
        self._folder, self._branch = str(folder), branch
        run = lines.recorded(card, branch=branch, place=str(folder))
        begun = msgspec.structs.replace(
            run, digest=self._begun, gates={}, levels={}, values={}, score=None
        )
        return self._kept(begun, {})

    def ended(self, card: Scorecard) -> str:
        """Keep how the run ended, in place of its beginning; why it cannot be kept, else ""."""
        run, terms = line_of(card, branch=self._branch, place=self._folder)
        return self._kept(run, terms)

    def _kept(self, run: lines.Recorded, terms: lines.Terms) -> str:
        try:
            if self._history is not None:
                self._history.keep(run, terms)
        except Exception as error:  # noqa: BLE001  as above
            return f"history: this run is not kept: {told(error)}"
        return ""


def told(error: Exception) -> str:
    """An error in words; one that nobody foresaw with its kind."""
    return str(error) if isinstance(error, HistoryError) else f"{type(error).__name__}: {error}"
