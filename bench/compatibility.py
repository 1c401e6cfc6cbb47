"""Comparing two OpenAPI documents of 6 MB each, by the command, in a process of its own."""

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from bench.measure import Timing, interleaved, spread, timed
from bench.results import Row

ROUNDS = 5
OPERATIONS = 950  # 6 MB
FIELDS = 12
TEXT = "x" * 300  # a description
ALLOWED_S = 5.0


def rows(scratch: Path) -> Iterator[Row]:
    """Measure: the base against one field that changed, and against one in every schema."""
    written(scratch / "base.json", 0)
    written(scratch / "one.json", 1)
    written(scratch / "all.json", OPERATIONS)
    found = interleaved({name: compared(scratch, name) for name in ("one", "all")}, ROUNDS)
    size = (scratch / "base.json").stat().st_size / 1e6
    for name, changed in (("one", "one schema changed"), ("all", "every schema changed")):
        what = f"`gatescore compat`, two documents of {size:.1f} MB, {changed}"
        walls = spread(timing.wall_s for timing in found[name])
        yield Row(what=what, unit="s", found=walls, at_most=ALLOWED_S)


def compared(scratch: Path, name: str) -> Callable[[], Timing]:
    """One comparison; a longest text that became shorter breaks those who send it."""
    program = str(Path(sys.executable).with_name("gatescore"))
    argv = (program, "compat", "base.json", f"{name}.json")
    return partial(timed, argv, cwd=scratch, log=scratch / "log", exits=(1,))


def written(path: Path, changed: int) -> None:
    """Write a document in which that many schemas have a shorter longest text."""
    path.write_text(json.dumps(document(changed), indent=1), encoding="utf-8")


def document(changed: int) -> dict[str, Any]:
    """Operations that send and answer with schemas, each of which leads on to the next."""
    numbers = range(OPERATIONS)
    return {
        "openapi": "3.1.0",
        "info": {"title": "bench", "version": "1.0.0"},
        "paths": {f"/things{n}/{{id}}": {"put": operation(n)} for n in numbers},
        "components": {"schemas": {f"S{n}": schema(n, n < changed) for n in numbers}},
    }


def operation(number: int) -> dict[str, Any]:
    """One operation."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/S{number}"}}}
    name = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}}
    return {
        "parameters": [name, limit],
        "requestBody": {"content": content},
        "responses": {
            "200": {"description": TEXT, "content": content},
            "404": {"description": TEXT},
        },
    }


def schema(number: int, changed: bool) -> dict[str, Any]:
    """One schema."""
    text = {"type": "string", "maxLength": 100, "description": TEXT}
    properties: dict[str, Any] = {f"field{n}": dict(text) for n in range(FIELDS)}
    if changed:
        properties["field3"]["maxLength"] = 99
    properties["next"] = {"$ref": f"#/components/schemas/S{(number + 1) % OPERATIONS}"}
    return {"type": "object", "required": ["field0"], "properties": properties}
