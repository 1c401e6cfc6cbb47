"""Accounts: administrators manage them, everyone may read their own."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from bookstore.answers import BODY, created, errors
from bookstore.contract import refuse_undocumented_query
from bookstore.errors import ApiError, conflict, not_found
from bookstore.identity import Administrator, CurrentUser, current_user
from bookstore.logs import audit
from bookstore.paging import Slicing
from bookstore.schemas import LARGEST_ID, Role, User, UserChange, UserData, UserPage
from bookstore.services import Parts
from bookstore.store import users

router = APIRouter(
    prefix="/v1/users",
    tags=["users"],
    dependencies=[Depends(current_user), Depends(refuse_undocumented_query)],
)

UserId = Annotated[
    int, Path(ge=1, le=LARGEST_ID, description="The number of the account.", examples=[1])
]

WantedRole = Annotated[Role | None, Query(description="Role of the accounts.", examples=["admin"])]
Sort = Annotated[users.SortKey, Query(description="Order of the list.", examples=["username"])]


@router.get(
    "",
    summary="List accounts",
    operation_id="listUsers",
    responses=errors(401, 403, 422),
)
def list_users(
    part: Slicing,
    _user: CurrentUser,
    parts: Parts,
    role: WantedRole = None,
    sort: Sort = "id",
) -> UserPage:
    """List all accounts, or those of one role. Administrators only."""
    with parts.database.read() as connection:
        return users.page(connection, part, role=role, sort=sort)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    summary="Create an account",
    operation_id="createUser",
    responses=created("account") | errors(*BODY, 401, 403, 409, 422),
)
def create_user(body: UserData, user: Administrator, parts: Parts, response: Response) -> User:
    """Create an account for a customer or another administrator. Administrators only."""
    password_hash = parts.passwords.hash(body.password)
    with parts.database.write() as connection:
        added = users.add(connection, body.username, password_hash, body.role)
    audit("user.created", user.username, f"user/{added.id}")
    response.headers["Location"] = f"/v1/users/{added.id}"
    return added


@router.get(
    "/{user_id}",
    summary="Read an account",
    operation_id="getUser",
    responses=errors(401, 403, 404, 422),
)
def get_user(user_id: UserId, user: CurrentUser, parts: Parts) -> User:
    """Read one account: one's own, or any as an administrator."""
    if user.role != "admin" and user.id != user_id:
        raise ApiError(HTTPStatus.FORBIDDEN, "Only an administrator may read other accounts.")
    with parts.database.read() as connection:
        found = users.find(connection, user_id)
    if found is None:
        raise not_found("account")
    return found


@router.patch(
    "/{user_id}",
    summary="Change an account",
    operation_id="changeUser",
    responses=errors(*BODY, 401, 403, 404, 409, 422),
)
def change_user(user_id: UserId, body: UserChange, user: Administrator, parts: Parts) -> User:
    """Change the role of an account, deactivate it or activate it again. Administrators only.

    Nobody can change their own account this way, so one administrator always remains.
    """
    if user_id == user.id:
        raise conflict("Another administrator has to change your account.")
    with parts.database.write() as connection:
        changed = users.change(connection, user_id, body)
    if changed is None:
        raise not_found("account")
    audit("user.changed", user.username, f"user/{user_id}")
    return changed
