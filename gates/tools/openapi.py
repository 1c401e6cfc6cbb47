"""Violations of the OpenAPI specification, by openapi-spec-validator inside a probe of ours.

The program of that distribution prints text and ends with 1 for a missing file too.
"""

from collections.abc import Iterator, Mapping

import msgspec

from gates.core.model import ToolReport
from gates.core.target import OpenApi, Target
from gates.core.tool import Control, Invocation, Metric, Options, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.report import probe, read_report
from gates.tools.formats.scope import expect_outputs

DISTRIBUTION = "openapi-spec-validator"
METRICS = {
    "schema.violations": Metric("Violations of the OpenAPI specification"),
    "schema.operations": Metric("Operations in the document"),
}
# The validator's other engine reports a failed oneOf without saying what is wrong inside.
ENGINE = {"OPENAPI_SPEC_VALIDATOR_SCHEMA_VALIDATOR_BACKEND": "jsonschema"}


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe over the committed document, or the served one."""
    openapi = target.openapi
    if openapi is None:
        return ()
    allow = target.service.allow if target.service else ()
    invocation = probe(
        "openapi", options, _given(openapi, options, allow), secrets=_secrets(target)
    )
    return (msgspec.structs.replace(invocation, env=ENGINE),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError, `refused-by-safety` for a reference abroad."""
    expect_outputs(outputs, 1, "openapi")
    return read_report(outputs[0], "openapi")


def _given(openapi: OpenApi, options: Options, allow: tuple[str, ...]) -> Mapping[str, object]:
    own = (options.base_url,) if options.base_url else ()
    return {
        "tree": options.tree,
        "file": openapi.file,
        "path": openapi.path,
        "base_path": openapi.base_path,
        "base_url": options.base_url,
        "allow": [*own, *allow],
        "document": options.document,
        "others": [
            {"file": one.file, "path": one.path, "base_path": one.base_path}
            for one in further(openapi)
        ],
    }


def further(openapi: OpenApi) -> Iterator[OpenApi]:
    """The documents beside the main one, each judged by itself."""
    for other in openapi.others:
        yield other
        yield from further(other)


def _secrets(target: Target) -> tuple[str, ...]:
    """A committed document needs no authentication."""
    openapi = target.openapi
    documents = (openapi, *further(openapi)) if openapi else ()
    served = any(not one.file for one in documents)
    return ("GATESCORE_AUTH",) if served and target.service else ()


def control() -> Control:
    """A document without its required version."""
    return planted.control("openapi")
