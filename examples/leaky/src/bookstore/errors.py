"""The one error envelope, and the handlers that put every failure into it."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Literal

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.exceptions import HTTPException

from bookstore import contract
from bookstore.schemas import Answer

RETRY_AFTER = {"Retry-After": "1"}

Code = Literal[
    "bad_request",
    "unauthenticated",
    "forbidden",
    "not_found",
    "method_not_allowed",
    "conflict",
    "payload_too_large",
    "validation_failed",
    "too_many_requests",
    "internal_error",
    "not_ready",
]

CODES: dict[int, Code] = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.UNAUTHORIZED: "unauthenticated",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.CONFLICT: "conflict",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "payload_too_large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "validation_failed",
    HTTPStatus.TOO_MANY_REQUESTS: "too_many_requests",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal_error",
    HTTPStatus.SERVICE_UNAVAILABLE: "not_ready",
}


class ErrorDetail(Answer):
    """One thing that is wrong with the request."""

    field: str = Field(description="Where it is, such as `body.title`.")
    message: str


class ErrorBody(Answer):
    """What went wrong, for programs (`code`) and for people (`message`)."""

    code: Code
    message: str
    details: list[ErrorDetail]


class ErrorEnvelope(Answer):
    """The body of every answer with a status of 400 or more."""

    error: ErrorBody


class ApiError(Exception):
    """Ends a request with this status; the message is shown to the client."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


def unauthenticated(message: str) -> ApiError:
    """401, naming the scheme as RFC 9110 asks."""
    return ApiError(HTTPStatus.UNAUTHORIZED, message, {"WWW-Authenticate": "Bearer"})


def not_found(what: str) -> ApiError:
    """404 for an object that is not there, or not there for this user."""
    return ApiError(HTTPStatus.NOT_FOUND, f"There is no such {what}.")


def conflict(message: str) -> ApiError:
    """409: the request is fine, the present state forbids it."""
    return ApiError(HTTPStatus.CONFLICT, message)


def response(
    status: int,
    message: str,
    details: Sequence[ErrorDetail] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The envelope as a response."""
    code = CODES.get(status, "bad_request")
    envelope = ErrorEnvelope(error=ErrorBody(code=code, message=message, details=list(details)))
    # Escaped to ASCII: a field name may hold a lone surrogate, which UTF-8 cannot carry.
    body = json.dumps(envelope.model_dump())
    return Response(body, status, dict(headers or {}), media_type="application/json")


def install(app: FastAPI) -> None:
    """Make every exception of `app` answer with the envelope."""
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)


def _api_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, ApiError):
        raise error
    return response(error.status, error.message, headers=error.headers)


def _validation_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    details = [
        ErrorDetail.model_construct(
            field=".".join(str(part) for part in found["loc"]), message=found["msg"]
        )
        for found in error.errors()
    ]
    return response(
        HTTPStatus.UNPROCESSABLE_ENTITY, "The request does not match the document.", details
    )


def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = contract.allow_header(request) or headers.get("Allow", "")
    return JSONResponse({"detail": error.detail}, error.status_code, headers)


def unavailable() -> Response:
    """503 of a service that is too busy, or that cannot reach its database."""
    message = "The service cannot take this request now; try again soon."
    return response(HTTPStatus.SERVICE_UNAVAILABLE, message, headers=RETRY_AFTER)
