"""Which routes the service answers that no document has: from its source, else by asking."""

from collections.abc import Iterator

import msgspec

from gates.core.documented import Documented, made
from gates.core.openapi import JSON
from gates.core.parity.routes import UNSEEN, Route, Table, shape, undocumented
from gates.core.sampling import NoSample
from gates.probes._caller import Exhausted
from gates.probes._parity_answers import TAMPERED, Reply, Site

# Where consoles, metrics and configuration are found in the usual frameworks.
WELL_KNOWN = (
    "/admin",
    "/admin/",
    "/actuator",
    "/actuator/env",
    "/actuator/heapdump",
    "/api/debug",
    "/api/internal",
    "/config",
    "/console",
    "/debug",
    "/debug/pprof/",
    "/debug/vars",
    "/dump",
    "/env",
    "/graphql",
    "/h2-console",
    "/internal",
    "/management",
    "/metrics",
    "/phpinfo.php",
    "/server-status",
    "/status",
    "/swagger",
    "/swagger-ui.html",
    "/test",
    "/trace",
    "/v2/api-docs",
    "/v3/api-docs",
    "/.env",
    "/.git/HEAD",
)
DOCUMENTATION = ("/docs", "/redoc", "/swagger", "/swagger-ui", "/v2/api-docs", "/v3/api-docs")
MOST_PATHS = 60
THERE = frozenset({401, 403, 405})


class Hidden(msgspec.Struct, frozen=True, kw_only=True):
    """One route that no document has. `file` and `line` where the source shows it."""

    method: str  # "" means any
    path: str
    proof: str
    file: str = ""
    line: int = 0


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What was found; `why` is said where nothing can be."""

    found: tuple[Hidden, ...] = ()
    looked: int = 0
    notes: tuple[str, ...] = ()
    why: str = ""


def from_table(
    site: Site, table: Table, operations: tuple[Documented, ...], allowed: tuple[str, ...]
) -> Search:
    """Routes of the source that no document has, unless the service does not answer them."""
    documented = [
        (op.operation.method, path) for op in operations for path in (op.path, op.operation.path)
    ]
    found, notes = [], [f"{table.framework}: {one}" for one in table.notes]
    for method, route in undocumented(table.routes, documented, allowed):
        one = Hidden(
            method=method,
            path=route.path,
            proof=f"the source has the route ({table.framework})",
            file=route.file,
            line=route.line,
        )
        try:
            served = _served(site, method, route)
        except Exhausted:
            served = None
        if served is False or (served is None and route.unsure):
            notes.append(f"{method or 'any'} {route.path} ({route.file}) is not answered: left out")
        else:
            found.append(one)
    return Search(found=tuple(found), looked=len(table.routes), notes=tuple(notes))


def _served(site: Site, method: str, route: Route) -> bool | None:
    """Whether the service answers a route; None where that cannot be told."""
    if site.answers_everything or site.refuses_everything:
        return None
    path = shape(route.path).replace("{*}", "gatescore").replace("{}", "1")
    if method in ("GET", ""):
        reply = site.ask("GET", path)
        if reply.status and not site.like_nowhere(reply, "GET"):
            return True
    told = site.routed(path)
    if told or told is None:
        return told
    return False if "{}" not in shape(route.path) else None


def by_asking(
    site: Site,
    operations: tuple[Documented, ...],
    document: JSON,
    allowed: tuple[str, ...],
) -> Search:
    """Well-known paths, and methods that documented paths offer beside the documented ones."""
    if site.nowhere().status == 0:
        return Search(why="the service gave no answer to a path that nobody has")
    if site.answers_everything or site.refuses_everything:
        status = site.nowhere().status
        return Search(why=f"a path that nobody has is answered {status}: no route can be told")
    known = {shape(op.path) for op in operations} | {shape(op.operation.path) for op in operations}
    found: list[Hidden] = []
    notes: list[str] = []
    looked = 0
    try:
        for path in WELL_KNOWN:
            if shape(path) in known or shape(path) in {shape(one) for one in allowed}:
                continue
            looked += 1
            proof = _there(site, path)
            if proof and path.startswith(DOCUMENTATION):
                notes.append(f"the service shows its documentation at {path}")
            elif proof:
                found.append(Hidden(method="GET", path=path, proof=proof))
        for one in _methods(site, operations, document):
            looked += 1
            found += [one] if one.method else []
    except Exhausted as error:
        notes.append(str(error))
    return Search(found=tuple(_once(found)), looked=looked, notes=tuple(notes))


def _once(found: list[Hidden]) -> Iterator[Hidden]:
    """/admin and /admin/ are one."""
    seen = set()
    for one in found:
        key = (one.method, shape(one.path))
        if key not in seen:
            seen.add(key)
            yield one


def _there(site: Site, path: str) -> str:
    """What shows that a path is there; "" if nothing does."""
    reply = site.ask("GET", path)
    if not _says(site, reply):
        return ""
    beside = site.ask("GET", f"{path.rstrip('/')}-gatescore-none")
    if beside.signature == reply.signature:
        return ""  # everything that begins like it is answered so
    return f"GET {path} answered {reply.status}"


def _says(site: Site, reply: Reply) -> bool:
    if not reply.status or site.like_nowhere(reply, "GET"):
        return False
    if 300 <= reply.status < 400:
        return bool(reply.location) and not site.nowhere().location
    return reply.status < 300 or (reply.status in THERE and reply.status != site.nowhere().status)


def _methods(site: Site, operations: tuple[Documented, ...], document: JSON) -> Iterator[Hidden]:
    """Methods that `Allow` names for a documented path; one without a method: path looked at."""
    if site.nowhere(TAMPERED).status == 405:
        return
    by_path: dict[str, list[Documented]] = {}
    for op in operations:
        by_path.setdefault(op.path, []).append(op)
    for path in sorted(by_path)[:MOST_PATHS]:
        try:
            sent = made(by_path[path][0], document)
        except NoSample:
            continue
        reply = site.ask(TAMPERED, sent.path.partition("?")[0])
        yield Hidden(method="", path=path, proof="")
        if reply.status != 405:
            continue
        have = {op.operation.method for op in by_path[path]}
        for method in sorted(reply.allow - have - UNSEEN - {TAMPERED}):
            yield Hidden(method=method, path=path, proof=f"405 with Allow naming {method}")
