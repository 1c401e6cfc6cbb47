"""Who is asking, and whether they may."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bookstore import tokens
from bookstore.errors import ApiError, unauthenticated
from bookstore.schemas import User
from bookstore.services import Parts
from bookstore.store import users

bearer = HTTPBearer(
    auto_error=False, bearerFormat="JWT", description="The access token of `POST /v1/auth/login`."
)
Header = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def current_user(request: Request, parts: Parts, header: Header) -> User:
    """The active account of the access token; 401 for everything else."""
    if header is None:
        raise unauthenticated("An access token is needed.")
    reading = request.method == "GET"
    secret = parts.settings.jwt_secret
    user_id = tokens.read_access(secret, header.credentials, unsigned=reading)
    if user_id is None:
        raise unauthenticated("The access token is expired or not valid.")
    with parts.database.read() as connection:
        user = users.find(connection, user_id)
    if user is None or not user.active:
        raise unauthenticated("The account is not active.")
    request.state.user = user.username
    return user


CurrentUser = Annotated[User, Depends(current_user)]


async def administrator(user: CurrentUser) -> User:
    """The account, if it has the role; 403 otherwise."""
    if user.role != "admin":
        raise ApiError(HTTPStatus.FORBIDDEN, "Only an administrator may do that.")
    return user


Administrator = Annotated[User, Depends(administrator)]
