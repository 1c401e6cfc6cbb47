"""What every scanner of secrets is given to look at."""

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from gates.core.target import Target
from gates.core.tool import Metric, Options

METRICS = {"secrets.found": Metric("Secrets in the tree, and in the history where it was scanned")}


def given(target: Target, options: Options) -> Mapping[str, object]:
    """The input of a probe: the tree, its files, the folders of tests, the history."""
    parts = (target.code, target.node)
    return {
        "tree": options.tree,
        "files": options.files,
        "tests": tuple(path for part in parts if part for path in part.tests),
        "history": options.history,
    }


# Names of files that scanners leave out or tell of: lock files, archives, their own settings.
_TOLD_OF = re.compile(
    r"lock|\.sum$|resolved$|shrinkwrap|\.(?:\w*z|zst|bz2|tar|jar|war|whl|egg|apk)$"
    r"|leaks|kingfisher|secrets\.baseline|trufflehog|infisical",
    re.IGNORECASE,
)
_HEAD = 8192  # bytes in which a zero makes a file binary


def every_time(target: Target, options: Options) -> tuple[str, ...]:  # noqa: ARG001
    """Files that have to be looked at in every run, because a scanner notes something of them.

    Without them it might not say what it left out, or which lines allow a secret.
    """
    if options.history:
        return ()
    return tuple(name for name in options.files if _is_told_of(Path(options.tree), name))


def _is_told_of(tree: Path, name: str) -> bool:
    """Whether a scanner may do something else with a file than to report what it finds."""
    if _TOLD_OF.search(PurePosixPath(name).name):
        return True
    try:
        data = (tree / name).read_bytes()
    except OSError:
        return True
    return b"pragma" in data or b"\0" in data[:_HEAD]
