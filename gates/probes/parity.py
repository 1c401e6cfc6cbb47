"""Compares a service with what is said of it: the served document, its routes, its operations.

Input: what `_caller` reads, and document, health, tree, files, paths, tests, documents (pairs of
file and path), allow, hidden_allowed, probing (whether well-known paths are asked), create
(whether an object may be made).
"""

from pathlib import Path
from typing import Any

from gates.core.documented import Documented, documented
from gates.core.model import Reason, ToolReport
from gates.core.openapi import JSON
from gates.core.parity.routes import Table, shape
from gates.probes import _common, _openapi, _parity_report
from gates.probes._caller import Caller, recorded
from gates.probes._parity_answers import Site
from gates.probes._parity_dead import Examiner, Judged
from gates.probes._parity_documents import compared
from gates.probes._parity_hidden import Search, by_asking, from_table
from gates.probes._parity_ids import Ids
from gates.probes._routes_table import table

TOOL = "parity"


def measure(given: dict[str, Any]) -> ToolReport:
    """Look. Raises ProbeError where the service gives no answer at all."""
    document = _openapi.document(given["document"])
    operations = documented(document)
    caller = Caller(given, TOOL)
    site = Site(caller, _base(operations))
    if site.nowhere().status == 0:
        detail = "no answer at all to a request for a path that nobody has"
        raise _common.ProbeError(detail, Reason.TARGET_DOWN)
    routes = _table(given)
    judged = _examined(given, site, document, operations, routes)
    hidden = _hidden(given, site, document, operations, routes)
    return _parity_report.report(compared(given), hidden, judged, routes, caller.sent)


def _base(operations: tuple[Documented, ...]) -> str:
    """The base path of the document."""
    first = operations[0] if operations else None
    return first.path.removesuffix(first.operation.path) if first else ""


def _table(given: dict[str, Any]) -> Table | None:
    return table(
        Path(given["tree"]), tuple(given["files"]), tuple(given["paths"]), tuple(given["tests"])
    )


def _examined(
    given: dict[str, Any],
    site: Site,
    document: dict[str, JSON],
    operations: tuple[Documented, ...],
    routes: Table | None,
) -> list[Judged]:
    """Operations that can be read first: what they teach helps with the others."""
    ids = Ids(site, operations, document, create=bool(given.get("create")))
    seen = recorded(str(given.get("recorded", "")))
    examiner = Examiner(site, document, ids, seen, lambda op: _has_route(routes, op))
    ordered = sorted(operations, key=lambda op: (op.operation.method != "GET", "{" in op.path))
    return sorted(examiner.all(tuple(ordered)), key=lambda one: one.op.label)


def _has_route(routes: Table | None, op: Documented) -> bool | None:
    """Whether the source has the route of an operation; None where it cannot tell."""
    if routes is None:
        return None
    wanted = {shape(op.path).replace("{*}", "{}"), shape(op.operation.path).replace("{*}", "{}")}
    for route in routes.routes:
        methods = route.methods or (op.operation.method,)
        if shape(route.path).replace("{*}", "{}") in wanted and op.operation.method in methods:
            return None if route.unsure else True
    return False if routes.whole else None


def _hidden(
    given: dict[str, Any],
    site: Site,
    document: dict[str, JSON],
    operations: tuple[Documented, ...],
    routes: Table | None,
) -> Search:
    allowed = tuple(given["hidden_allowed"])
    read = from_table(site, routes, operations, allowed) if routes is not None else None
    if read is not None and routes is not None and routes.whole:
        return read
    asked = by_asking(site, operations, document, allowed)
    if read is None:
        return asked
    known = {shape(one.path) for one in read.found}
    return Search(
        found=(*read.found, *(one for one in asked.found if shape(one.path) not in known)),
        looked=read.looked + asked.looked,
        notes=(*read.notes, *asked.notes, *([asked.why] if asked.why else [])),
    )


if __name__ == "__main__":
    _common.run(measure)
