"""Who renders and remembers: formats, terminal and history, found by entry points."""

from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Protocol

from gates import cli, installed
from gates.core.model import Scorecard
from gates.core.past import Asked, Past
from gates.installed import points
from gates.shell import store

REPORTS = "gatescore.reports"  # file name → render(scorecard) -> bytes
TERMINAL = "gatescore.terminal"  # progress and summary
HISTORY = "gatescore.history"  # book(place) -> Book
SCORECARD = "scorecard.json"
BUILT_IN = (
    "*.sarif",
    "badge.json",
    "criteria.csv",
    "gl-code-quality.json",
    "junit.xml",
    "progress.json",
    "scorecard.html",
    "summary.md",
    "verification-report.md",
    SCORECARD,
)
RECORD = (  # written there by the run itself, and by what signs it
    *("keys.json", "plan.json", "shard.json", "signing.json", "subject.json", "results"),
    *("test-result.sigstore.json", "verification-summary.sigstore.json"),
    *("attestation.intoto.jsonl", ".gitignore", ".lock", store.LISTING),
)
SCREEN = ("annotations", "progress", "summary")
BOOK = "book"

Render = Callable[[Scorecard], bytes]


class Book(Protocol):
    """The history as one run sees it. Nothing of it raises: what is wrong is a sentence, or ""."""

    def past(self, asked: Asked) -> tuple[Past, str]:
        """What the history says for a run that is to begin."""
        ...

    def begun(self, card: Scorecard, folder: Path, branch: str) -> str:
        """Keep that a run has begun in that folder, of that branch."""
        ...

    def ended(self, card: Scorecard) -> str:
        """Keep how it ended."""
        ...


class OutputsError(Exception):
    """Something named on the command line cannot be used; the text says why."""


def require() -> None:
    """Every built-in format must be there before a gate runs. Raises RuntimeError: our bug.

    What other packages add must fit. Raises InstallationError.
    """
    for group, names in ((REPORTS, BUILT_IN), (TERMINAL, SCREEN), (HISTORY, (BOOK,))):
        there = {point.name for point in points(group)}
        missing = [name for name in names if name not in there]
        if missing:
            raise RuntimeError(f"the installation lacks {', '.join(missing)}; install it again")
        installed.require(group, RECORD if group == REPORTS else ())
    installed.require(cli.GROUP, cli.COMMANDS)


def render_of(name: str) -> Render:
    """The renderer of one file."""
    found: Render = point_of(REPORTS, name).load()
    return found


def terminal(name: str) -> Any:
    """A part of the terminal: `progress`, `summary` or `annotations`."""
    return point_of(TERMINAL, name).load()


def book(place: str) -> Book:
    """The history at a place, "" for where it usually is."""
    found: Book = point_of(HISTORY, BOOK).load()(place)
    return found


def point_of(group: str, name: str) -> EntryPoint:
    """One entry point of a group. Raises RuntimeError: our bug."""
    for point in points(group, name):
        return point
    raise RuntimeError(f"the installation lacks {name}; install it again")


def read_base_run(path: str | None) -> dict[str, float]:
    """Values by criterion of an earlier scorecard. Raises OutputsError."""
    if not path:
        return {}
    try:
        card = store.read_json(Path(path), Scorecard)
    except store.StorageError as error:
        text = f"--base-run {error}; name the scorecard.json of an earlier run"
        raise OutputsError(text) from error
    return {
        criterion.id: criterion.value
        for gate in card.gates
        for criterion in gate.criteria
        if criterion.value is not None
    }
