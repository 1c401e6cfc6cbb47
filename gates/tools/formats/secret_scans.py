"""What every scanner of secrets is given to look at."""

from collections.abc import Mapping

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
