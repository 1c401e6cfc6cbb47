"""Reads the spans of an export in both forms that OTLP has: Protocol Buffers and JSON.

Source: opentelemetry-proto, `collector/trace/v1` and `trace/v1`; the OTLP specification 1.x,
"JSON Protobuf Encoding", whose ids are hexadecimal where Protocol Buffers' own JSON has base64.
"""

import math
from typing import Annotated

import msgspec
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Sent
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from gates.core.spans import Scalar, Span, kept

FAILED = (Status.STATUS_CODE_ERROR, "STATUS_CODE_ERROR")

Time = Annotated[int, msgspec.Meta(ge=0)]
Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class SpanError(Exception):
    """What was sent is no export of spans."""


class _Value(msgspec.Struct, rename="camel"):
    """An AnyValue: one of these; the lists, pairs and bytes that it may be too are not read."""

    string_value: str | None = None
    bool_value: bool | None = None
    int_value: Int64 | None = None
    double_value: float | None = None


class _Attribute(msgspec.Struct):
    key: str
    value: _Value = msgspec.field(default_factory=_Value)


class _Status(msgspec.Struct):
    code: int | str = 0


class _Sent(msgspec.Struct, rename="camel"):
    trace_id: str
    span_id: str
    parent_span_id: str | None = None
    name: str = ""
    start_time_unix_nano: Time = 0
    end_time_unix_nano: Time = 0
    attributes: tuple[_Attribute, ...] = ()
    status: _Status = msgspec.field(default_factory=_Status)


class _Scope(msgspec.Struct):
    spans: tuple[_Sent, ...] = ()


class _Resource(msgspec.Struct, rename="camel"):
    scope_spans: tuple[_Scope, ...] = ()


class _Export(msgspec.Struct, rename="camel"):
    resource_spans: tuple[_Resource, ...] = ()


def from_protobuf(data: bytes) -> tuple[Span, ...]:
    """The spans of an ExportTraceServiceRequest. Raises SpanError."""
    try:
        export = ExportTraceServiceRequest.FromString(data)
    except DecodeError as error:
        raise SpanError(f"no protobuf of OTLP: {error}") from None
    return tuple(
        _of_protobuf(span)
        for resource in export.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    )


def from_json(data: bytes) -> tuple[Span, ...]:
    """The spans of an ExportTraceServiceRequest in its JSON form. Raises SpanError."""
    try:  # not strict: its 64-bit numbers are texts
        export = msgspec.json.decode(data, type=_Export, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SpanError(f"no JSON of OTLP: {error}") from None
    return tuple(
        _of_json(span)
        for resource in export.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    )


def _of_protobuf(sent: Sent) -> Span:
    return Span(
        trace=sent.trace_id.hex(),
        id=sent.span_id.hex(),
        parent=sent.parent_span_id.hex(),
        name=sent.name,
        start_ns=sent.start_time_unix_nano,
        end_ns=sent.end_time_unix_nano,
        attributes=kept((one.key, _scalar(one.value)) for one in sent.attributes),
        failed=sent.status.code in FAILED,
    )


def _of_json(sent: _Sent) -> Span:
    return Span(
        trace=sent.trace_id.lower(),
        id=sent.span_id.lower(),
        parent=(sent.parent_span_id or "").lower(),
        name=sent.name,
        start_ns=sent.start_time_unix_nano,
        end_ns=sent.end_time_unix_nano,
        attributes=kept((one.key, _json_scalar(one.value)) for one in sent.attributes),
        failed=sent.status.code in FAILED,
    )


def _scalar(value: AnyValue) -> Scalar | None:
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "int_value":
            return value.int_value
        case "double_value":
            return _finite(value.double_value)
        case _:
            return None


def _json_scalar(value: _Value) -> Scalar | None:
    told = (value.string_value, value.bool_value, value.int_value, _finite(value.double_value))
    return next((one for one in told if one is not None), None)


def _finite(value: float | None) -> float | None:
    """A line of the file of spans could not say the others."""
    return value if value is not None and math.isfinite(value) else None
