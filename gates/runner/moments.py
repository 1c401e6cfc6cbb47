"""Takes the times of the target's commits for the gates that ask how old a file is."""

from collections.abc import Mapping

import msgspec

from gates.runner.session import Session
from gates.shell.commit_times import commit_times


def exported(settings: Mapping[str, object], session: Session) -> str:
    """The file with the times, "" where the gate does not ask for them.

    A gate asks with the option `commit_times = true`.
    """
    if settings.get("commit_times") is not True:
        return ""
    file = session.scratch / "commit-times.json"
    if not file.is_file():
        file.write_bytes(msgspec.json.encode(commit_times(session.root)))
    return str(file)
