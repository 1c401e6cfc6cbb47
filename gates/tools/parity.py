"""Differences between a service and what is said of it: document, routes, operations."""

from gates.core.model import Reason, ToolReport
from gates.core.target import OpenApi, Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.caller import caller_input
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "parity.differences": Metric("Places where served and committed document differ"),
    "parity.undocumented_routes": Metric("Routes that the service answers and no document has"),
    "parity.dead_operations": Metric("Documented operations that the service does not have"),
}
MAX_REQUESTS = 300
MAX_SECONDS = 20.0


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service or a document."""
    if target.service is None or target.openapi is None or not options.document:
        return ()
    given = {
        **caller_input(target, options, max_requests=MAX_REQUESTS, max_seconds=MAX_SECONDS),
        **_source(target, options),
        "documents": [{"file": one.file, "path": one.path} for one in _documents(target.openapi)],
        "allow": [options.base_url, *target.service.allow],
        "hidden_allowed": _allowed(target, options),
        "create": bool(target.service.start),
    }
    known = bool(target.auth.login or target.auth.headers)
    return (probe("parity", options, given, secrets=("GATESCORE_AUTH",) if known else ()),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        detail = "nothing was run: the target file has no [service] or no [openapi]"
        raise ParseError(Reason.NO_RESULT, detail)
    return read_report(outputs[-1], "parity")


def _documents(openapi: OpenApi) -> tuple[OpenApi, ...]:
    return (openapi, *openapi.others)


def _source(target: Target, options: Options) -> dict[str, object]:
    """What of the tree may hold routes."""
    code, node = target.code, target.node
    paths = [*(code.paths if code else ()), *(node.paths if node else ())]
    tests = [*(code.tests if code else ()), *(node.tests if node else ())]
    files = [name for name in options.files if name.endswith(ENDINGS)]
    return {"tree": options.tree, "files": files, "paths": paths, "tests": tests}


ENDINGS = (".py", ".js", ".mjs", ".cjs", ".ts")


def _allowed(target: Target, options: Options) -> list[str]:
    """Paths that need not be documented: what the target file names itself, and the policy."""
    said = options.settings.get("hidden_allowed", [])
    listed = [str(one) for one in said] if isinstance(said, list | tuple) else []
    assert target.service is not None and target.openapi is not None  # noqa: S101  asked before
    own = [target.service.health, target.observability.readiness, target.observability.metrics]
    documents = [one.path for one in _documents(target.openapi) if one.path]
    return [*own, *documents, *listed]


def control() -> Control:
    """A service with a documented operation that it does not have."""
    return planted.control("parity")
