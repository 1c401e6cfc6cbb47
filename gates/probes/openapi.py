"""Validate the target's OpenAPI document: every violation of the specification, with its place.

Input: tree, file, path, base_path, base_url, allow, document. The committed file is judged where
there is one, else the served document, else `document` as the runner fetched it.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from jsonschema.exceptions import ValidationError, relevance
from openapi_spec_validator import (
    OpenAPIV2SpecValidator,
    OpenAPIV30SpecValidator,
    OpenAPIV31SpecValidator,
)

from gates.core.bundling import dangling, escaped, original
from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.openapi import operations
from gates.core.target import OpenApi
from gates.probes import _common
from gates.shell.documents import DocumentError, Source, read_source

TOOL = "openapi"
VALIDATORS = {
    "2.0": OpenAPIV2SpecValidator,
    "3.0": OpenAPIV30SpecValidator,
    "3.1": OpenAPIV31SpecValidator,
}
MESSAGE = 400  # characters


class Violation(msgspec.Struct, frozen=True, order=True):
    """One place that breaks the specification; `pointer` leads into the bundled document."""

    pointer: str
    rule: str
    message: str


def measure(given: Mapping[str, Any]) -> ToolReport:
    """Read, bundle and validate each document. Raises ProbeError with a document's own reason."""
    sources = [_source({**given, **one}) for one in ({}, *given.get("others", ()))]
    found = sum(len(operations(source.bundle.document)) for source in sources)
    violations = [(one, source) for source in sources for one in violations_of(source)]
    said = "; ".join(f"{_place(source, given)}, version {source.version}" for source in sources)
    return ToolReport(
        tool=TOOL,
        examined=found,
        examined_unit="operations",
        measurements={
            "schema.violations": Measurement(value=len(violations), detail=said),
            "schema.operations": Measurement(value=found),
        },
        findings=tuple(_finding(violation, source) for violation, source in violations),
    )


def _source(given: Mapping[str, Any]) -> Source:
    """One document that has operations. Raises ProbeError."""
    try:
        source = _read(given)
    except DocumentError as error:
        raise _common.ProbeError(error.detail, error.reason) from None
    if not operations(source.bundle.document):
        raise _common.ProbeError(f"no operations: {source.name} has none", Reason.NOTHING_EXAMINED)
    return source


def _place(source: Source, given: Mapping[str, Any]) -> str:
    """Where the document is, without an origin: the port of a run means nothing after it."""
    return source.name.removeprefix(given["base_url"]) if given["base_url"] else source.name


def violations_of(source: Source) -> tuple[Violation, ...]:
    """Every violation once, sorted by place."""
    document = source.bundle.document
    lost = tuple(
        Violation(pointer, "reference", f"refers to {reference}, which does not exist")
        for pointer, reference in dangling(document)
    )
    validator = VALIDATORS[source.version](document)
    form = tuple(validator.schema_validator.iter_errors(document))
    rules = _rules(validator.root_validator(validator.schema_path), bool(lost or form))
    return tuple(sorted({*lost, *map(_violation, form), *map(_violation, rules)}))


def _rules(errors: Iterable[Any], flawed: bool) -> Iterator[Any]:
    """What the form cannot say: parameters, unique ids, defaults.

    These checks assume a sound form: where it is not, they fail in many ways, and say again
    without a place what the form has said.
    """
    try:
        for error in errors:
            if not (flawed and isinstance(error.validator, str)):
                yield error
    except Exception:
        if not flawed:
            raise


def _violation(error: ValidationError) -> Violation:
    deepest = error
    while deepest.context:
        deepest = min(_nearest(deepest.context), key=relevance)
    pointer = "/".join(["#", *(escaped(str(part)) for part in deepest.absolute_path)])
    rule = str(deepest.validator) if isinstance(deepest.validator, str) else type(error).__name__
    return Violation(pointer, rule, deepest.message.splitlines()[0][:MESSAGE])


def _nearest(context: Iterable[ValidationError]) -> list[ValidationError]:
    """The errors of that form which a part comes nearest to, of several that it could have had."""
    forms: dict[object, list[ValidationError]] = {}
    for error in context:
        forms.setdefault(error.relative_schema_path[0], []).append(error)
    return min(forms.values(), key=_distance)


def _distance(form: Iterable[ValidationError]) -> int:
    return sum(_distance(_nearest(e.context)) if e.context else _weight(e) for e in form)


def _weight(error: ValidationError) -> int:
    """Of a form with one allowed value, such as `in: path`, only that value makes it the form.

    And a mere reference is the least likely one.
    """
    if "$ref" in error.message:
        return 10_000
    allowed = error.validator_value
    single = isinstance(allowed, list) and len(allowed) == 1
    return 100 if error.validator == "const" or (error.validator == "enum" and single) else 1


def _finding(violation: Violation, source: Source) -> Finding:
    file, pointer = original(violation.pointer, source.bundle.files)
    return Finding(
        tool=TOOL,
        rule=violation.rule,
        severity=Severity.HIGH,
        message=f"{pointer}: {violation.message}",
        path=file or source.file,
        fix="Change this place of the document to what the OpenAPI specification allows.",
        context=f"{pointer} {violation.message}",
        metric="schema.violations",
    )


def _read(given: Mapping[str, Any]) -> Source:
    openapi = OpenApi(path=given["path"], file=given["file"], base_path=given["base_path"])
    base_url, fetched = given["base_url"], given["document"]
    if fetched and not openapi.file and not base_url and not given.get("others"):
        file = Path(fetched)
        return read_source(file.parent, OpenApi(file=file.name), "", (), {})
    headers = _common.auth_headers()
    return read_source(Path(given["tree"]), openapi, base_url, tuple(given["allow"]), headers)


if __name__ == "__main__":
    _common.run(measure)
