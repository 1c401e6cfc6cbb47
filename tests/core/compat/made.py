"""Small documents for comparisons: one operation with one schema in one place."""

from typing import Any

from gates.core.compat.changes import Change
from gates.core.compat.compare import compare

TODAY = "2026-01-15"
JSON_TYPE = "application/json"


def document(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A document of OpenAPI 3.1."""
    info = {"title": "t", "version": more.pop("version", "1.0.0")}
    return {"openapi": more.pop("openapi", "3.1.0"), "info": info, "paths": paths, **more}


def operation(**said: Any) -> dict[str, Any]:
    """A document with `POST /things` alone."""
    return document({"/things": {"post": {"responses": {"204": {"description": ""}}, **said}}})


def body(schema: Any, **more: Any) -> dict[str, Any]:
    """A document whose operation takes this body."""
    return operation(requestBody={"content": {JSON_TYPE: {"schema": schema}}, **more})


def answer(schema: Any) -> dict[str, Any]:
    """A document whose operation answers with this body."""
    content = {JSON_TYPE: {"schema": schema}}
    return operation(responses={"200": {"description": "", "content": content}})


def parameter(schema: Any, **more: Any) -> dict[str, Any]:
    """A document whose operation has one query parameter."""
    return operation(parameters=[{"name": "q", "in": "query", "schema": schema, **more}])


def inside(schema: Any) -> dict[str, Any]:
    """An object that holds the schema as its property p."""
    return {"type": "object", "properties": {"p": schema}}


def changes(base: dict[str, Any], revision: dict[str, Any], **more: Any) -> tuple[Change, ...]:
    """What changed."""
    return compare(base, revision, today=more.pop("today", TODAY), **more).changes


def levels(base: dict[str, Any], revision: dict[str, Any], **more: Any) -> dict[str, str]:
    """Level by rule."""
    return {one.rule: one.level.value for one in changes(base, revision, **more)}
