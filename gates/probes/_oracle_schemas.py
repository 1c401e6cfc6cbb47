"""Answers against the schemas of the document, as oracles name them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gates.core.documented import Documented, documented
from gates.core.openapi import JSON, version
from gates.core.oracle_match import MISSING, Seen, header
from gates.core.oracle_text import shown
from gates.core.tested import Templates

OPERATION = "operation"
WHOLE = "urn:gatescore:document"
MOST = 3  # mistakes of one answer that are told


class NoSchema(Exception):
    """The document has no such schema; the text says which and what it has."""


class Schemas:
    """The schemas of one document; None: the target has none."""

    def __init__(self, document: Mapping[str, JSON] | None) -> None:
        self._document = dict(document) if document else None
        self._templates = Templates(documented(document)) if document else None

    def differences(self, schema: str, method: str, path: str, seen: Seen) -> tuple[str, ...]:
        """What of an answer breaks the schema. Raises NoSchema."""
        if self._document is None:
            raise NoSchema("the target file names no [openapi] document")
        if seen.json is MISSING:
            wanted = self._wanted(schema, method, path, seen)
            return () if wanted is None else ("schema: expected JSON, found none",)
        wanted = self._wanted(schema, method, path, seen)
        if wanted is None:
            return ("schema: expected no body, as the document says, found one",)
        return tuple(self._mistakes(wanted, seen.json))

    def _wanted(self, schema: str, method: str, path: str, seen: Seen) -> Any:
        """The schema; None where the document says that there is no body."""
        document = self._document or {}
        if schema != OPERATION:
            return _component(document, schema)
        operation = self._templates.find(method, path) if self._templates else None
        if operation is None:
            raise NoSchema(f"the document has no operation for {method} {path}")
        return _answer(operation, seen)

    def _mistakes(self, schema: Any, value: Any) -> Iterator[str]:
        import openapi_schema_validator as validators
        from referencing import Registry
        from referencing.jsonschema import DRAFT4, DRAFT202012

        new = version(self._document) == "3.1"
        kind = validators.OAS31Validator if new else validators.OAS30ReadValidator
        formats = validators.oas31_format_checker if new else validators.oas30_format_checker
        resource = (DRAFT202012 if new else DRAFT4).create_resource(self._document)
        registry = Registry().with_resource(WHOLE, resource)
        checker = kind(_absolute(schema), registry=registry, format_checker=formats)
        found = sorted(checker.iter_errors(value), key=lambda error: list(map(str, error.path)))
        for error in found[:MOST]:
            place = "/" + "/".join(str(part) for part in error.absolute_path)
            yield f"schema: {place if len(place) > 1 else 'the body'}: {_said(error)}"


def decoded(text: str) -> Any:
    """The JSON value of a text, MISSING where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return MISSING


def _said(error: Any) -> str:
    """What is wrong, without the value where it is large."""
    match error.validator:
        case "required":
            return str(error.message)
        case "type" | "enum" | "format" | "pattern" | "const":
            return (
                f"{error.validator} {shown(error.validator_value)}, found {shown(error.instance)}"
            )
        case _:
            return f"breaks {error.validator}"


def _component(document: Mapping[str, Any], name: str) -> Any:
    components = document.get("components")
    known = (components or {}).get("schemas") if isinstance(components, dict) else None
    known = known or document.get("definitions") or {}
    if name not in known:
        listed = ", ".join(sorted(known)[:20]) or "none"
        raise NoSchema(f'the document has no component "{name}"; it has: {listed}')
    return known[name]


def _answer(operation: Documented, seen: Seen) -> Any:
    status = str(seen.status)
    known = {key.upper(): value for key, value in operation.responses.items()}
    said = next((known[k] for k in (status, f"{status[0]}XX", "DEFAULT") if k in known), None)
    if said is None:
        listed = ", ".join(sorted(operation.responses)) or "none"
        raise NoSchema(f"{operation.label} documents no status {status}; it has: {listed}")
    if "schema" in said:
        return said["schema"]
    content = said.get("content")
    if not isinstance(content, dict) or not content:
        return None
    kind = header(seen.headers, "Content-Type")
    plain = kind.split(";")[0].strip().lower() if isinstance(kind, str) else ""
    chosen = content.get(plain) or next(iter(content.values()))
    return chosen.get("schema", True) if isinstance(chosen, dict) else True


def _absolute(schema: Any) -> Any:
    """The schema with its references into the document made absolute."""
    match schema:
        case dict():
            return {
                key: WHOLE + value
                if key == "$ref" and isinstance(value, str) and value.startswith("#")
                else _absolute(value)
                for key, value in schema.items()
            }
        case list():
            return [_absolute(one) for one in schema]
        case _:
            return schema
