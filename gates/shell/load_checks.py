"""What [load] of a target file says that cannot be, as far as its files tell before a run."""

from collections.abc import Iterator
from pathlib import Path

from gates.core.capacity import Load, Objective
from gates.core.load import asked, names
from gates.core.objectives import unmeant
from gates.core.strangers import Stranger, strangers
from gates.core.target import OpenApi, Target
from gates.shell.problems import Trouble


def troubles(target: Target, root: Path) -> Iterator[Trouble]:
    """Bounds of nothing, and names of operations that are none. A served document says more."""
    load = target.load
    if load is None:
        return
    for name, objective in load.objectives.items():
        if objective == Objective():
            path = ("load", "objectives", name)
            allowed = "one or more of p50_ms, p95_ms, p99_ms, errors_percent"
            yield Trouble(path=path, message="has no bound", allowed=allowed)
    for one in _strangers(load, target.openapi, root):
        key = (*one.key.split("."), one.name)
        yield Trouble(path=key, message=one.message, allowed=one.allowed, hint=one.hint)


def _strangers(load: Load, openapi: OpenApi | None, root: Path) -> tuple[Stranger, ...]:
    if load.locustfile or not (load.objectives or load.weights):
        return ()
    if load.operations:
        return _beside_operations(load)
    if openapi is None:
        return ()
    from gates.shell import load_documents  # network and schemas: takes long to import

    return load_documents.strangers(load, openapi, root)


def _beside_operations(load: Load) -> tuple[Stranger, ...]:
    """Only what is requested can be judged, whatever else the document has."""
    requested = {
        name: asked(one.method.upper(), one.path)
        for name, one in zip(names(load.operations), load.operations, strict=True)
    }
    known = (*requested, *requested.values())
    found = unmeant(load.objectives, requested)
    return strangers("load.objectives", found, known, "load.operations")
