"""Which tools exist: the built-in ones by name, and those that other distributions offer."""

import importlib
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import cast

from gates.core.tool import Metric, Tool

GROUP = "gatescore.tools"

BUILT_IN = {
    name: f"gates.tools.{name}"
    for name in (
        "bandit",
        "build",
        "detect_secrets",
        "documentation",
        "headers",
        "locust",
        "mypy",
        "openapi",
        "pip_audit",
        "pytest",
        "ruff",
        "ruff_format",
        "schemathesis",
        "signoff",
        "smoke",
        "smoke_load",
        "suppressions",
    )
}


class CatalogError(Exception):
    """A tool that the policy names cannot be had; the text says which and why."""


def names() -> tuple[str, ...]:
    """The names of all tools, sorted."""
    return tuple(sorted({*BUILT_IN, *(point.name for point in entry_points(group=GROUP))}))


def load(name: str) -> Tool:
    """The adapter of that name. Raises CatalogError."""
    try:
        if name in BUILT_IN:
            return cast(Tool, importlib.import_module(BUILT_IN[name]))
        for point in entry_points(group=GROUP, name=name):
            return cast(Tool, point.load())
    except ImportError as error:
        raise CatalogError(f"tool {name}: its adapter cannot be imported: {error}") from error
    known = ", ".join(names())
    raise CatalogError(f"tool {name}: there is no such tool; known: {known}")


def metrics(tools: tuple[str, ...]) -> Mapping[str, Metric]:
    """Every metric of the named tools. Raises CatalogError."""
    return {metric: unit for name in tools for metric, unit in load(name).METRICS.items()}
