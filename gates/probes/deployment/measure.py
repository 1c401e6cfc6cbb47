"""Puts the looks at a target's deployment together into one report.

Input: the keys of `Given`. `results` is the folder of the gates that have ended: the one called
observability has read which metrics the service shows.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from gates.core.deployed import Deployment, Pipeline, Staging, is_deployed, is_dockerfile
from gates.core.model import GateReport, ToolReport
from gates.probes import _common
from gates.probes._looks import Look, report
from gates.probes.deployment import alerts, container, dashboard, files, pipeline, staging
from gates.probes.deployment.alerts import Known

OBSERVING = "observability"


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input. `commits` are the names of this state of the target, the first the revision."""

    tree: str
    output: str
    deployment: Deployment = Deployment()
    files: tuple[str, ...] = ()  # of the tree, those whose names come into question
    results: str = ""
    staging: Staging | None = None
    allow: tuple[str, ...] = ()  # further origins that may be spoken to
    pipeline: Pipeline | None = None
    commits: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()  # metrics that are not to be looked at


def measure(given: dict[str, Any]) -> ToolReport:
    """Return the report of the deployment probe. Raises ProbeError."""
    read = _common.given(given, Given)
    return report("deployment", "files and answers", tuple(_looks(read)), read.absent)


def _looks(given: Given) -> Iterator[Look]:
    """Each look that is wanted, in the order of the criteria."""
    known = Known(exposed=exposed(given.results), others=given.deployment.metrics)
    tree = Path(given.tree)
    commit = given.commits[0] if given.commits else ""
    wanted: dict[str, Callable[[], Look]] = {
        container.METRIC: lambda: container.looked(tree, *_dockerfiles(given)),
        files.METRIC: lambda: files.looked(tree, given.deployment.compose, given.files),
        alerts.METRIC: lambda: _alerts(given, known)[0],
        dashboard.METRIC: lambda: _dashboard(given, known),
        staging.METRIC: lambda: staging.looked(given.staging, given.allow, given.commits),
        pipeline.METRIC: lambda: pipeline.looked(
            given.pipeline, tree, Path(given.output).absolute(), commit
        ),
    }
    yield from (take() for metric, take in wanted.items() if metric not in given.absent)


def _dockerfiles(given: Given) -> tuple[tuple[str, ...], int]:
    """The Dockerfiles of what is deployed, and how many others there are."""
    if given.deployment.dockerfiles:
        return given.deployment.dockerfiles, 0
    there = tuple(name for name in given.files if is_dockerfile(name))
    deployed = tuple(name for name in there if is_deployed(name))
    return deployed, len(there) - len(deployed)


def _alerts(given: Given, known: Known) -> tuple[Look, frozenset[str]]:
    tree = Path(given.tree)
    return alerts.looked(tree, alerts.found(tree, given.deployment.alerts, given.files), known)


def _dashboard(given: Given, known: Known) -> Look:
    """A dashboard may name what the rules record as well."""
    tree = Path(given.tree)
    if known.exposed is not None:
        more = known.exposed | _alerts(given, known)[1]
        known = msgspec.structs.replace(known, exposed=more)
    return dashboard.looked(
        tree, dashboard.found(tree, given.deployment.dashboards, given.files), known
    )


def exposed(results: str) -> frozenset[str] | None:
    """The metrics that the service has shown in this run, None if nobody has read them."""
    file = Path(results, OBSERVING, "report.json")
    if not results or not file.is_file():
        return None
    ended = msgspec.json.decode(file.read_bytes(), type=GateReport)
    found = frozenset(name for report in ended.reports for name in report.exposed)
    return found or None
