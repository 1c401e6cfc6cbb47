"""Where the history is: as the command line says, the environment, or beside the runs."""

from collections.abc import Mapping
from pathlib import Path

from reports.history import FILE, HOME, History

VARIABLE = "GATESCORE_HISTORY"
OFF = frozenset({"off", "none", "no"})
HELP = f"file or postgresql:// address; default: {VARIABLE}, else {HOME}/{FILE}"


def place(named: str, environ: Mapping[str, str], here: Path) -> str:
    """The path or address of the history, "" where there is to be none."""
    wanted = named or environ.get(VARIABLE, "") or str(here / HOME / FILE)
    return "" if wanted in OFF else wanted


def chosen(named: str, environ: Mapping[str, str], here: Path) -> History | None:
    """The history, None where there is to be none."""
    where = place(named, environ, here)
    return History(where) if where else None
