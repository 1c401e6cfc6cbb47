"""Parses the compose files and the workflows of a target, and says what is wrong in each."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from gates.probes._looks import Flaw, Look, counted, unjudged
from gates.probes.deployment import compose, workflow
from gates.probes.deployment.reading import Unreadable, decoded

METRIC = "deployment.file_violations"
_TAGS = re.compile(r"(?<=[:-] )!(?:reset|override)\b")  # what an overlay says of the other file
_FIX = "See the reference of the compose file, or of workflow syntax, for what belongs there."


def looked(tree: Path, named: tuple[str, ...], files: tuple[str, ...]) -> Look:
    """What is wrong with compose files and workflows."""
    composed = named or tuple(name for name in files if compose.is_compose(name))
    flows = tuple(name for name in files if workflow.is_workflow(name))
    if not composed + flows:
        return unjudged(METRIC, "the target has neither a compose file nor a workflow")
    flaws = [flaw for name in composed for flaw in _compose(tree, name, composed)]
    flaws += [flaw for name in flows for flaw in _judged(tree, name, "workflow")]
    detail = f"{len(composed)} compose files and {len(flows)} workflows"
    return counted(METRIC, flaws, examined=len(composed) + len(flows), detail=detail)


def _compose(tree: Path, name: str, all_of_them: tuple[str, ...]) -> Iterator[Flaw]:
    """An overlay is a file beside the one that it changes, whose name says more."""
    place = PurePosixPath(name)
    beside = {one for one in all_of_them if PurePosixPath(one).parent == place.parent}
    base = min(beside, key=lambda one: (one.count("."), len(one)))
    yield from _judged(tree, name, "compose", overlay=name != base and name.count(".") > 1)


def _judged(tree: Path, name: str, kind: str, *, overlay: bool = False) -> Iterator[Flaw]:
    try:
        held: Mapping[str, object] = decoded(tree, name, _TAGS if kind == "compose" else None)
    except Unreadable as error:
        line = re.search(r"line (\d+)$", str(error))
        text = f"{name} cannot be read: {error}"
        yield _flaw("unreadable", name, text, int(line[1]) if line else 0)
        return
    faults = compose.faults(held, overlay=overlay) if kind == "compose" else workflow.faults(held)
    for fault in faults:
        yield _flaw(kind, name, f"{name} {fault}")


def _flaw(word: str, path: str, message: str, line: int = 0) -> Flaw:
    return Flaw(rule=f"file-{word}", message=message, path=path, line=line, fix=_FIX)
