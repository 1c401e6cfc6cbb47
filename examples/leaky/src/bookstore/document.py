"""What the OpenAPI document says beyond what FastAPI derives from the code."""

from collections.abc import Iterator
from typing import TypedDict

from fastapi import FastAPI

DESCRIPTION = """
Log in with `POST /v1/auth/login`, then send `Authorization: Bearer <access token>`.

Every answer carries `X-Request-ID`; send your own to find a request in the logs again. Every
answer with a status of 400 or more has the body `{"error": {"code", "message", "details"}}`.
Lists take `limit` (default 20, at most 100) and `offset`.
""".strip()

REQUEST_ID_HEADER = {
    "description": "The id of the request, as sent or as generated.",
    "schema": {"type": "string"},
}

PUBLISHERS = {
    "tags": ["books"],
    "summary": "List publishers",
    "description": "List the publishers of all books.",
    "operationId": "listPublishers",
    "security": [],
    "responses": {"200": {"description": "All publishers."}},
}


class Schema(TypedDict, total=False):
    """The part of a schema that is of interest here."""

    examples: list[object]


class Media(TypedDict, total=False):
    """A body of one content type."""

    schema: dict[str, str]
    example: object


class Body(TypedDict, total=False):
    """A request or a response."""

    content: dict[str, Media]
    headers: dict[str, object]


class Parameter(TypedDict):
    """What stands in the path, the query or a header."""

    schema: dict[str, object]


class Operation(TypedDict, total=False):
    """One method of one path."""

    parameters: list[Parameter]
    security: list[dict[str, list[str]]]
    requestBody: Body
    responses: dict[str, Body]


class DocumentedApp(FastAPI):
    """FastAPI offers no other way to change the document than to override this method."""

    def openapi(self) -> dict[str, object]:
        """The document, built once."""
        if self.openapi_schema is None:
            document = super().openapi()
            for path in document["paths"].values():
                for operation in path.values():
                    _complete(operation, document["components"]["schemas"])
            document["paths"]["/v1/publishers"] = {"get": PUBLISHERS}
            self.openapi_schema = document
        return self.openapi_schema


def _complete(operation: Operation, schemas: dict[str, Schema]) -> None:
    """State what holds for every operation: its security, the request id, its examples."""
    operation.setdefault("security", [])
    for parameter in operation.get("parameters", []):
        _without_null(parameter["schema"])
    for response in operation["responses"].values():
        _errors_as_json(response.get("content", {}))
        response.setdefault("headers", {})["X-Request-ID"] = REQUEST_ID_HEADER
    for media in _media(operation):
        examples = schemas.get(_model(media), Schema()).get("examples", [])
        if examples:
            media.setdefault("example", examples[0])


def _without_null(schema: dict[str, object]) -> None:
    """A parameter may be left out, but null has no form in a query or a header."""
    match schema.pop("anyOf", []):
        case [dict(wanted), {"type": "null"}]:
            schema.update(wanted)


def _errors_as_json(content: dict[str, Media]) -> None:
    """FastAPI files error models under the content type of the success."""
    if len(content) > 1:
        content["application/json"]["schema"] = content.pop("text/plain")["schema"]


def _media(operation: Operation) -> Iterator[Media]:
    for body in (operation.get("requestBody", Body()), *operation["responses"].values()):
        yield from body.get("content", {}).values()


def _model(media: Media) -> str:
    return media.get("schema", {}).get("$ref", "").rpartition("/")[2]
