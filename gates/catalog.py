"""Which tools exist: the built-in ones by name, and those that other distributions offer."""

import importlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.metadata import EntryPoint
from typing import cast

from gates.core import derived
from gates.core.plan import Offer, PlannedGate
from gates.core.policy import OwnTool
from gates.core.tool import Metric, Tool
from gates.installed import REMEDY, loaded, points, require, source
from gates.unusable import InstallationError

GROUP = "gatescore.tools"
OWN_TOOL = "gates.tools.own_tool"
PORT = ("DISTRIBUTION", "METRICS", "commands", "parse", "control")  # of gates.core.tool.Tool

BUILT_IN = {
    name: f"gates.tools.{name}"
    for name in (
        "api_design",
        "auth",
        "authorization",
        "availability",
        "bandit",
        "build",
        "cache",
        "calls",
        "claims",
        "compatibility",
        "database",
        "deployment",
        "detect_secrets",
        "documentation",
        "duplicates",
        "errors",
        "eslint",
        "eslint_review",
        "eslint_security",
        "features",
        "hadolint",
        "headers",
        "idle_connections",
        "injection",
        "integration",
        "kingfisher",
        "locust",
        "mass_assignment",
        "migrations",
        "mypy",
        "names",
        "node_build",
        "node_tests",
        "npm_audit",
        "npm_lock",
        "observability",
        "openapi",
        "operations",
        "oracles",
        "passwords",
        "parity",
        "pacts",
        "paired_load",
        "pip_audit",
        "prettier",
        "pytest",
        "queries",
        "rate_limit",
        "resilience",
        "resources",
        "risks",
        "ruff",
        "ruff_format",
        "ruff_review",
        "ruff_security",
        "sbom",
        "scale",
        "schemathesis",
        "signoff",
        "smoke",
        "smoke_load",
        "spectral",
        "startup",
        "suppressions",
        "tsc",
    )
}


class CatalogError(Exception):
    """A tool that the policy names cannot be had; the text says which and why."""


def names() -> tuple[str, ...]:
    """The names of all tools, sorted. Raises InstallationError where two are of one name."""
    require(GROUP, BUILT_IN)
    return tuple(sorted({*BUILT_IN, *(point.name for point in points(GROUP))}))


def load(name: str, own: Mapping[str, OwnTool] | None = None) -> Tool:
    """The adapter of that name, or of a tool that the policy brings.

    Raises CatalogError, and InstallationError where the one of another package cannot be used.
    """
    if own and name in own:
        return cast(Tool, importlib.import_module(OWN_TOOL).tool(name, own[name]))
    try:
        if name in BUILT_IN:
            return cast(Tool, importlib.import_module(BUILT_IN[name]))
    except ImportError as error:
        raise CatalogError(f"tool {name}: its adapter cannot be imported: {error}") from error
    for point in points(GROUP, name):
        return plugged(point)
    known = ", ".join(names())
    raise CatalogError(f"tool {name}: there is no such tool; known: {known}")


def plugged(point: EntryPoint) -> Tool:
    """The adapter of another package. Raises InstallationError."""
    tool = loaded(point, PORT)
    metrics = tool.METRICS
    sound = isinstance(metrics, Mapping) and metrics
    if not sound or not all(isinstance(one, Metric) for one in metrics.values()):
        text = "METRICS is no table of gates.core.tool.Metric by name"
        raise InstallationError(f"{source(point)}: {GROUP}: {point.name}: {text}; {REMEDY}")
    return cast(Tool, tool)


def metrics(
    tools: tuple[str, ...], own: Mapping[str, OwnTool] | None = None
) -> Mapping[str, Metric]:
    """Every metric of the named tools. Raises CatalogError."""
    return {metric: unit for name in tools for metric, unit in load(name, own).METRICS.items()}


def measured_by(gate: PlannedGate) -> Mapping[str, Metric]:
    """Every metric that the criteria of a gate may ask for. Raises CatalogError."""
    if gate.policy.derived:
        return derived.metrics(gate.policy.derived)
    return metrics(gate.tools, gate.own)


def offers(tools: Iterable[str], own: Mapping[str, OwnTool] | None = None) -> dict[str, Offer]:
    """What the named tools offer; one that cannot be had is left out: its gate will tell."""
    found = {}
    for name in tools:
        with suppress(CatalogError):
            tool = load(name, own)
            found[name] = Offer(getattr(tool, "LANGUAGE", ""), frozenset(tool.METRICS))
    return found
