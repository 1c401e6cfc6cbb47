"""What each look at the deployment comes back with, and how a file is read for it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from gates.core.model import Finding, Measurement, Severity
from gates.probes import _common
from gates.shell import json_strict, yaml_strict

TOOL = "deployment"
SHOWN = 200  # characters of what is quoted


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong; `line` is 0 where the whole file is meant."""

    rule: str
    message: str
    path: str = ""
    line: int = 0
    fix: str = ""
    severity: Severity = Severity.MEDIUM


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One metric with its flaws and what it took."""

    metric: str
    measurement: Measurement
    flaws: tuple[Flaw, ...] = ()
    examined: int = 0
    notes: tuple[str, ...] = ()


class Unreadable(Exception):
    """A file is not what its name says; the text says why."""


def unjudged(metric: str, why: str) -> Look:
    """A look that could not be taken, with the reason."""
    return Look(metric=metric, measurement=Measurement(value=None, why=why))


def counted(
    metric: str,
    flaws: Iterable[Flaw],
    *,
    examined: int,
    detail: str = "",
    notes: tuple[str, ...] = (),
) -> Look:
    """A look whose number is that of its flaws."""
    found = tuple(dict.fromkeys(flaws))
    return Look(
        metric=metric,
        measurement=Measurement(value=len(found), detail=detail),
        flaws=found,
        examined=examined,
        notes=notes,
    )


def findings(look: Look) -> Iterator[Finding]:
    """The flaws of a look as findings."""
    for flaw in look.flaws:
        yield Finding(
            tool=TOOL,
            rule=flaw.rule,
            severity=flaw.severity,
            message=flaw.message,
            path=flaw.path,
            line=flaw.line,
            fix=flaw.fix,
            context=flaw.message,
            metric=look.metric,
        )


def decoded(tree: Path, name: str) -> dict[str, Any]:
    """The object that a YAML or JSON file holds. Raises Unreadable, ProbeError."""
    content = _common.read_text(tree, name)
    if content is None:
        raise Unreadable("there is no such file")
    try:
        is_json = name.lower().endswith(".json")
        value: Any = json_strict.decode(content) if is_json else yaml_strict.decode(content)
    except (json_strict.JsonError, yaml_strict.YamlError) as error:
        raise Unreadable(str(error)[:SHOWN]) from None
    if not isinstance(value, dict):
        raise Unreadable("it holds no mapping at its top")
    return value


def objects(value: Any) -> dict[str, Any]:
    """The value where it is a mapping, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The value where it is a list, an empty one for anything else."""
    return value if isinstance(value, list) else []
