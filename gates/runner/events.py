"""Who is told what happens in a run."""

from collections.abc import Mapping
from typing import Protocol


class Events(Protocol):
    """Who is told what happens; called from several threads."""

    def expect(self, seconds: Mapping[str, float]) -> None:
        """These gates will run, each for about so many seconds."""

    def started(self, gate: str) -> None:
        """A gate begins."""

    def ended(self, gate: str, status: str, detail: str, seconds: float) -> None:
        """A gate has ended."""

    def note(self, text: str) -> None:
        """Something worth a line."""
