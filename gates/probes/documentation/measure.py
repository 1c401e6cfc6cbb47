"""Puts the looks at a target's documentation together into one report."""

from pathlib import Path
from typing import Any

import msgspec

from gates.core import openapi
from gates.core.model import Measurement, Reason, Severity, ToolReport
from gates.core.target import Documentation
from gates.probes import _common
from gates.probes._common import ProbeError
from gates.probes._looks import Flaw, Look, counted, report, unjudged
from gates.probes.documentation import (
    asking,
    contract,
    files,
    links,
    operations,
    script_variables,
    seeding,
    usual,
    variables,
)
from gates.probes.documentation.seeding import Seeding

NO_DOCUMENT = "the target names no OpenAPI document"


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input. `document` is the file of the bundled document, "" if there is none."""

    tree: str
    documentation: Documentation
    document: str = ""
    openapi_file: str = ""  # the committed document, for the path of findings
    base_path: str = ""
    has_service: bool = False
    has_code: bool = False
    code_paths: tuple[str, ...] = ()  # of Python
    script_paths: tuple[str, ...] = ()  # of JavaScript and TypeScript
    files: tuple[str, ...] = ()  # of the tree that may be request collections
    seeding: Seeding = Seeding()
    absent: tuple[str, ...] = ()  # metrics that are not to be looked at


def measure(given: dict[str, Any]) -> ToolReport:
    """Return the report of the documentation probe. Raises ProbeError."""
    read = _common.given(given, Given)
    places = usual.settled(Path(read.tree), read.documentation)
    read = msgspec.structs.replace(read, documentation=places)
    document = _document(read.document)
    described = operations.described(document) if document is not None else ()
    all_looks = (
        _operations(read, document, described),
        _files(read),
        _contract(read, document, described),
        _variables(read),
        links.looked(Path(read.tree), read.documentation),
        _requests(read, document, described),
        seeding.looked(read.seeding),
    )
    looks = tuple(one for one in all_looks if one.metric not in read.absent)
    return report("documentation", "documents and operations", looks, read.absent)


def _document(path: str) -> dict[str, Any] | None:
    if not path:
        return None
    try:
        value = msgspec.json.decode(Path(path).read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise ProbeError(f"the OpenAPI document: {error}", Reason.UNREADABLE_RESULT) from error
    if not isinstance(value, dict):
        raise ProbeError("the OpenAPI document is no object", Reason.UNREADABLE_RESULT)
    return value


def _operations(
    given: Given, document: dict[str, Any] | None, described: tuple[operations.Described, ...]
) -> Look:
    metric = "documentation.operations_percent"
    if document is None:
        return unjudged(metric, NO_DOCUMENT)
    if not described:
        return unjudged(metric, "the OpenAPI document has no operations")
    checked = (operations.check(document, one, given.openapi_file) for one in described)
    findings = tuple(finding for finding in checked if finding is not None)
    complete = len(described) - len(findings)
    measurement = Measurement(
        value=100.0 * complete / len(described),
        detail=f"{complete} of {len(described)} operations are complete",
    )
    return Look(metric=metric, measurement=measurement, findings=findings, examined=len(described))


def _files(given: Given) -> Look:
    tree = Path(given.tree)
    looked = files.documents(tree, given.documentation)
    flaws = {document.path: files.check(tree, document) for document in looked}
    bad = sum(bool(found) for found in flaws.values())
    return counted(
        "documentation.missing",
        (flaw for found in flaws.values() for flaw in found),
        examined=len(looked),
        detail=f"{bad} of {len(looked)} documents are missing or stubs",
    )


def _contract(
    given: Given, document: dict[str, Any] | None, described: tuple[operations.Described, ...]
) -> Look:
    metric, path = "documentation.contract_violations", given.documentation.contract
    why = "" if given.has_service else "the target names no service"
    if document is None:
        why = why or f"{NO_DOCUMENT}, so the contract's routes cannot be looked up"
    if document is None or why:
        return unjudged(metric, why)
    content = _common.read_text(Path(given.tree), path)
    if content is None:
        flaws: tuple[Flaw, ...] = (contract.missing_file(path),)
    else:
        base = openapi.base_path(document, given.base_path)
        flaws = contract.check(content, path, described, base)
    return counted(metric, flaws, examined=1)


def _requests(
    given: Given, document: dict[str, Any] | None, described: tuple[operations.Described, ...]
) -> Look:
    if document is None:
        why = f"{NO_DOCUMENT}, so the requests of a collection cannot be looked up"
        return unjudged(asking.METRIC, why)
    base = openapi.base_path(document, given.base_path)
    servers = asking.hosts(document)
    tree, named = Path(given.tree), given.documentation.requests
    return asking.looked(tree, named, given.files, described, base, servers)


def _variables(given: Given) -> Look:
    metric, tree = "documentation.undocumented_env", Path(given.tree)
    if not given.has_code:
        return unjudged(metric, "the target names no code")
    reads, computed, broken = _reads(tree, given)
    example = given.documentation.env_example
    written = _common.read_text(tree, example)
    known = variables.documented(written or "")
    unknown = {read.name: read for read in reversed(reads) if read.name.upper() not in known}
    detail = f"{len({read.name for read in reads})} variables are read by the code"
    detail += "" if written is not None else f"; there is no {example}"
    note = f"{computed} reads of variables have computed names: not checked"
    return counted(
        metric,
        (_undocumented(read, example) for _, read in sorted(unknown.items())),
        examined=1,
        detail=detail,
        incomplete=broken,
        notes=(note,) if computed else (),
    )


def _reads(tree: Path, given: Given) -> tuple[list[variables.Read], int, tuple[str, ...]]:
    """What the code reads, how often by computed names, and files that cannot be parsed.

    Tests that lie in the folders of the code are left out: nobody who installs it runs them.
    """
    reads: list[variables.Read] = []
    computed, broken = 0, []
    scripts = script_variables.sources(tree, given.script_paths)
    for source in (*variables.sources(tree, given.code_paths), *scripts):
        name = source.relative_to(tree).as_posix()
        if variables.is_test(name):
            continue
        try:
            found = _read(source, name)
        except (SyntaxError, ValueError, RecursionError, OSError) as error:
            broken.append(f"{name}: {error}")
            continue
        reads.extend(found.reads)
        computed += found.computed
    return sorted(reads), computed, tuple(broken)


def _read(source: Path, name: str) -> variables.Found:
    if name.endswith(script_variables.SUFFIXES):
        return script_variables.reads(source.read_text("utf-8-sig", "replace"), name)
    return variables.reads(source.read_bytes(), name)


def _undocumented(read: variables.Read, example: str) -> Flaw:
    return Flaw(
        rule="env-undocumented",
        severity=Severity.LOW,
        message=f"the code reads {read.name}, which {example} does not name",
        path=read.path,
        line=read.line,
        fix=f"Add a line {read.name}= to {example}, with a harmless example and a comment.",
        context=read.name,
    )
