"""Adapter of the claims probe: what the implementation log claims, and whether it is so."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "claims.false": Metric("Claims of the implementation log that do not hold"),
    "claims.contradictions": Metric("Statements of the log that the run contradicts"),
    "claims.unverified": Metric("Claims that nothing verifies, and unknown tags"),
    "claims.unmentioned": Metric("Changes that the log does not mention"),
    "claims.misplaced_files": Metric("Files that lie where they do not belong"),
}
BOUNDS = ("tolerance_percent", "tolerance_lines", "seconds", "seconds_of_all")


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a log.

    Settings: BOUNDS, `root_files` (patterns of names that may lie at the root), `moments` (the file
    with the times of the commits).
    """
    if target.claims is None:
        return ()
    sources = (*(target.code.paths if target.code else ()), *_tests(target))
    scripts = (*target.node.paths, *target.node.tests) if target.node else ()
    given = {
        "tree": options.tree,
        "base_tree": options.base_tree,
        "claims": target.claims,
        "files": options.files,
        "left_out": target.exclude,
        "sources": [name for name in options.files if _is_below(name, (*sources, *scripts))],
        "variables_in": (
            *(target.code.paths if target.code else ()),
            *(target.node.paths if target.node else ()),
        ),
        "root_files": (*_texts(options.settings, "root_files"), *named_files(target)),
        "document": options.document,
        "base_document": options.base_document,
        "openapi_file": target.openapi.file if target.openapi else "",
        "results": options.results,
        "times": options.settings.get("moments", ""),
        "bounds": {key: options.settings[key] for key in BOUNDS if key in options.settings},
    }
    return (probe("claims", options, given),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [claims]")
    return read_report(outputs[-1], "claims")


def control() -> Control:
    """A log that claims a file which is not there."""
    return planted.control("claims")


def named_files(target: Target) -> Iterator[str]:
    """Files that the target file itself names: they lie where it says."""
    if target.openapi:
        yield target.openapi.file
    if target.dependencies:
        yield from target.dependencies.files
    if target.code:
        yield from (*target.code.paths, *target.code.tests, *target.code.requirements)
    documents = target.documentation
    yield from (documents.readme, documents.changelog, documents.runbook, documents.architecture)
    yield from (documents.troubleshooting, documents.known_issues, documents.next_steps)
    yield from (documents.contract, documents.env_example)


def _tests(target: Target) -> tuple[str, ...]:
    return target.code.tests if target.code else ()


def _is_below(name: str, folders: tuple[str, ...]) -> bool:
    path = PurePosixPath(name)
    return any(path == PurePosixPath(one) or path.is_relative_to(one) for one in folders)


def _texts(settings: Mapping[str, object], key: str) -> tuple[str, ...]:
    found = settings.get(key, ())
    return tuple(str(one) for one in found) if isinstance(found, list | tuple) else ()
