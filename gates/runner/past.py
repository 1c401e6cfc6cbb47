"""Takes the history of the target for the gates that scan it, once for all tools of a gate."""

import shutil
from collections.abc import Mapping

from gates.core.history import MANIFEST
from gates.core.model import Reason
from gates.core.tool import ParseError
from gates.runner.session import Session
from gates.shell import history


def exported(settings: Mapping[str, object], session: Session) -> str:
    """The folder with the versions since the base, "" where the gate does not ask for them.

    A gate asks with the option `history = true`. Raises ParseError.
    """
    if settings.get("history") is not True:
        return ""
    folder = session.scratch / "history"
    if (folder / MANIFEST).is_file():
        return str(folder)
    try:
        left_out = session.target.exclude
        return str(history.export(session.root, session.base, folder, left_out))
    except history.HistoryError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ParseError(Reason.INCOMPLETE, str(error)) from error
