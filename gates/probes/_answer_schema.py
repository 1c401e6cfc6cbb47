"""Whether one answer is what the document says: its status, its media type, its body's schema."""

import re
from typing import Any

import msgspec
from openapi_schema_validator import OAS30Validator, OAS31Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from gates.core import promises
from gates.core.documented import Documented
from gates.core.openapi import JSON
from gates.shell.network import Response

ROOT = "urn:gatescore:document"
_JSON = re.compile(r"application/(?:.+\+)?json")


def broken(document: JSON, operation: Documented | None, answer: Response) -> str:
    """What the document does not say of the answer, "" if all is as it says."""
    if operation is None:
        return ""
    said = promises.response(operation, answer.status)
    if said is None:
        return f"answered {answer.status}; documented: {', '.join(sorted(operation.responses))}"
    had = {name.lower() for name, _ in answer.headers}
    missing = [name for name in promises.required_headers(said) if name not in had]
    if missing:
        return f"answered without the headers {', '.join(missing)}"
    content = said.get("content")
    if not isinstance(content, dict) or not content or not answer.body:
        return ""
    kind = _media_type(answer)
    media = next((part for name, part in content.items() if _fits(name, kind)), None)
    if media is None:
        return f"answered with {kind or 'no media type'}; documented: {', '.join(sorted(content))}"
    schema = media.get("schema") if isinstance(media, dict) else None
    if not isinstance(schema, dict) or not _JSON.fullmatch(kind):
        return ""
    return _against(document, schema, answer.body)


def _media_type(answer: Response) -> str:
    values = (value for name, value in answer.headers if name.lower() == "content-type")
    return next(values, "").partition(";")[0].strip().lower()


def _fits(documented: str, kind: str) -> bool:
    name = documented.partition(";")[0].strip().lower()
    main = name.partition("/")[0]
    return name in (kind, "*/*") or (name == f"{main}/*" and kind.startswith(f"{main}/"))


def _against(document: JSON, schema: dict[str, JSON], body: bytes) -> str:
    try:
        value: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return "answered with what is no JSON"
    whole: dict[str, Any] = document if isinstance(document, dict) else {}
    resource = DRAFT202012.create_resource(whole)
    registry: Registry[Any] = Registry().with_resource(ROOT, resource)
    newer = str(whole.get("openapi", "")).startswith("3.1")
    validator = OAS31Validator if newer else OAS30Validator
    checker = validator(_absolute(schema), registry=registry)
    error = next(iter(checker.iter_errors(value)), None)
    return f"the body breaks {error.validator} of its schema" if error else ""


def _absolute(value: Any) -> Any:
    """The schema with references into the document that hold wherever it stands."""
    match value:
        case dict():
            return {
                key: f"{ROOT}{part}"
                if key == "$ref" and isinstance(part, str) and part.startswith("#")
                else _absolute(part)
                for key, part in value.items()
            }
        case list():
            return [_absolute(part) for part in value]
        case _:
            return value
