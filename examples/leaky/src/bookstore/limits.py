"""Lists are asked for at a bounded pace by each account; every answer says what is left."""

from http import HTTPStatus

from fastapi import Request, Response

from bookstore.errors import ApiError
from bookstore.identity import CurrentUser
from bookstore.services import Parts


async def list_pace(request: Request, response: Response, user: CurrentUser, parts: Parts) -> None:
    """Count this request against the account's quota of this list; 429 when it is used up."""
    allowance = parts.quota.take((user.id, request.scope["route"].path))
    headers = {
        "RateLimit-Limit": str(allowance.limit),
        "RateLimit-Remaining": str(allowance.remaining),
        "RateLimit-Reset": str(allowance.reset_s),
    }
    if not allowance.granted:
        raise ApiError(
            HTTPStatus.TOO_MANY_REQUESTS,
            "This list was asked for too often; wait before the next request.",
            {**headers, "Retry-After": str(allowance.reset_s)},
        )
    response.headers.update(headers)
