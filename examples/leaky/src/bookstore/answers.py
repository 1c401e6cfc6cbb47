"""How the document describes error answers: one table, used by every route."""

from http import HTTPStatus

from bookstore.errors import CODES, ErrorEnvelope

Responses = dict[int | str, dict[str, object]]

MEANINGS = {
    HTTPStatus.BAD_REQUEST: "The body could not be read.",
    HTTPStatus.UNAUTHORIZED: "Missing, expired or wrong credentials.",
    HTTPStatus.FORBIDDEN: "This account may not do that.",
    HTTPStatus.NOT_FOUND: "There is no such object for this account.",
    HTTPStatus.CONFLICT: "The present state does not allow it.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than 64 KiB.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A parameter or field is missing, unknown or out of range.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many attempts or requests; wait as `Retry-After` says.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "A fault of the service; quote the request id.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The service cannot take requests at the moment.",
}

HEADERS = {
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate", "string", "The scheme to use: `Bearer`."),
    HTTPStatus.TOO_MANY_REQUESTS: ("Retry-After", "integer", "Seconds to wait."),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Retry-After", "integer", "Seconds to wait."),
}

QUOTA_HEADERS = {
    "RateLimit-Limit": "Requests for this list that an account has in a window of ten seconds.",
    "RateLimit-Remaining": "How many of them are left.",
    "RateLimit-Reset": "Seconds until the window ends.",
}

BODY = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def errors(*statuses: int) -> Responses:
    """`responses=` of a route: these statuses, and the 500 and 503 that every route may give."""
    return {int(status): _describe(HTTPStatus(status)) for status in (*statuses, 500, 503)}


def created(what: str) -> Responses:
    """`responses=` of a route that creates: 201 with the address of the new object."""
    location = {"schema": {"type": "string"}, "description": f"The path of the new {what}."}
    return {201: {"description": f"The new {what}.", "headers": {"Location": location}}}


def listed(what: str) -> Responses:
    """`responses=` of a route that lists: 200 with what is left of the quota."""
    headers = {
        name: {"schema": {"type": "integer"}, "description": text}
        for name, text in QUOTA_HEADERS.items()
    }
    return {200: {"description": f"A page of {what}.", "headers": headers}}


def _describe(status: HTTPStatus) -> dict[str, object]:
    field = [{"field": "body.title", "message": "Field required"}]
    error = {
        "code": CODES[status],
        "message": MEANINGS[status],
        "details": field if status == HTTPStatus.UNPROCESSABLE_ENTITY else [],
    }
    return {
        "model": ErrorEnvelope,
        "description": MEANINGS[status],
        "content": {"application/json": {"example": {"error": error}}},
        **_headers(status),
    }


def _headers(status: HTTPStatus) -> dict[str, object]:
    if status not in HEADERS:
        return {}
    name, kind, text = HEADERS[status]
    return {"headers": {name: {"schema": {"type": kind}, "description": text}}}
