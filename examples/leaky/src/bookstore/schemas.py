"""The shapes that travel: what requests may say and what answers do say."""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

LARGEST_ID = 2_147_483_647
PAGE_DEFAULT = 20
PAGE_MAXIMUM = 100
OFFSET_MAXIMUM = 1_000_000

Role = Literal["customer", "admin"]
OrderStatus = Literal["placed", "shipped", "cancelled"]


def _whole(value: object) -> object:
    """In JSON Schema 2.0 is an integer, whatever strict mode thinks of it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
# The bounds stand before the validator, else the document would not state them.
Id = Annotated[int, Field(ge=1, le=LARGEST_ID, examples=[1]), WHOLE]
Quantity = Annotated[int, Field(ge=1, le=100, examples=[2]), WHOLE]
Cents = Annotated[int, Field(ge=0, le=10_000_000, examples=[1299]), WHOLE]
Stock = Annotated[int, Field(ge=0, le=1_000_000, examples=[12]), WHOLE]
Text = Annotated[str, Field(min_length=1, max_length=200)]

SCHEME: Final = "bearer"
HIDDEN = "<Something secret, 1 digit>"

BOOK_EXAMPLE: JsonDict = {
    "isbn": "9780000000001",
    "title": "Middlemarch",
    "author": "George Eliot",
    "price_cents": 1299,
    "stock": 12,
}
STORED_EXAMPLE: JsonDict = {
    "created_at": "2026-01-05T09:30:00.000000+00:00",
    "updated_at": "2026-01-05T09:30:00.000000+00:00",
}
PAGE_EXAMPLE: JsonDict = {"total": 1, "limit": PAGE_DEFAULT, "offset": 0}
ORDER_EXAMPLE: JsonDict = {
    "id": 7,
    "user_id": 2,
    "status": "placed",
    "total_cents": 2598,
    "lines": [{"book_id": 1, "quantity": 2, "unit_price_cents": 1299}],
    **STORED_EXAMPLE,
}
USER_EXAMPLE: JsonDict = {
    "id": 2,
    "username": "reader",
    "password_hash": HIDDEN,
    "role": "customer",
    "active": True,
    **STORED_EXAMPLE,
}


def _examples(value: JsonDict) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [value]})


class Request(BaseModel):
    """A body that clients send: unknown fields and loosely typed values are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Answer(BaseModel):
    """A body that we send: exactly the documented fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Page(Answer):
    """What every list answer says besides its items."""

    total: int = Field(ge=0, description="How many there are in all.")
    limit: int = Field(ge=1)
    offset: int = Field(ge=0, json_schema_extra={"maximum": OFFSET_MAXIMUM})


class BookData(Request):
    """A catalogue entry as an administrator writes it."""

    model_config = _examples({**BOOK_EXAMPLE})

    isbn: str = Field(pattern="^[0-9]{13}$", description="ISBN-13, digits only.")
    title: Text
    author: Text
    price_cents: Cents
    stock: Stock = Field(description="Copies on the shelf.")


class Book(Answer):
    """A catalogue entry as stored."""

    model_config = _examples({"id": 1, **BOOK_EXAMPLE, **STORED_EXAMPLE})

    id: Id
    isbn: str
    title: str
    author: str
    price_cents: int
    stock: int
    created_at: datetime
    updated_at: datetime


class BookPage(Page):
    """A page of the catalogue."""

    model_config = _examples(
        {"items": [{"id": 1, **BOOK_EXAMPLE, **STORED_EXAMPLE}], **PAGE_EXAMPLE}
    )

    items: list[Book]


class OrderLineData(Request):
    """So many copies of one book."""

    book_id: Id
    quantity: Quantity


class OrderData(Request):
    """An order as a customer places it; lines that name the same book are added up."""

    model_config = _examples({"lines": [{"book_id": 1, "quantity": 2}]}) | {"extra": "allow"}

    lines: list[OrderLineData] = Field(min_length=1, max_length=20)


class OrderChange(Request):
    """The one thing about an order that can change."""

    model_config = _examples({"status": "cancelled"})

    status: Literal["shipped", "cancelled"]


class OrderLine(Answer):
    """A line at the price of the day it was ordered."""

    book_id: Id
    quantity: int
    unit_price_cents: int


class Order(Answer):
    """An order as stored."""

    model_config = _examples({**ORDER_EXAMPLE})

    id: Id
    user_id: Id
    status: OrderStatus
    total_cents: int
    lines: list[OrderLine]
    created_at: datetime
    updated_at: datetime


class OrderPage(Page):
    """A page of orders."""

    model_config = _examples({"items": [ORDER_EXAMPLE], **PAGE_EXAMPLE})

    items: list[Order]


class UserData(Request):
    """A new account."""

    model_config = _examples({"username": "reader", "password": HIDDEN, "role": "customer"})

    username: str = Field(pattern="^[a-z][a-z0-9-]{2,31}$")
    password: str = Field(max_length=128, description="With upper case, lower case and a digit.")
    role: Role


class UserChange(Request):
    """What an administrator may change; what is left out stays as it is."""

    model_config = _examples({"active": False})

    role: Role | None = None
    active: bool | None = None


class User(Answer):
    """An account, without anything secret."""

    model_config = _examples({**USER_EXAMPLE})

    id: Id
    username: str
    password_hash: str
    role: Role
    active: bool
    created_at: datetime
    updated_at: datetime


class UserPage(Page):
    """A page of accounts."""

    model_config = _examples({"items": [USER_EXAMPLE], **PAGE_EXAMPLE})

    items: list[User]


class Credentials(Request):
    """A login attempt."""

    model_config = _examples({"username": "reader", "password": HIDDEN})

    username: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=128)


class RefreshRequest(Request):
    """A refresh token, to be exchanged or revoked."""

    model_config = _examples({"refresh_token": HIDDEN})

    refresh_token: str = Field(min_length=1, max_length=128)


class TokenPair(Answer):
    """A session: send the access token, keep the refresh token for when it has expired."""

    model_config = _examples(
        {
            "access_token": HIDDEN,
            "refresh_token": HIDDEN,
            "token_type": SCHEME,
            "expires_in": 900,
            "refresh_expires_in": 604_800,
            "user_id": 2,
        }
    )

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"]
    expires_in: int = Field(description="Seconds until the access token expires.")
    refresh_expires_in: int = Field(description="Seconds until the refresh token expires.")
    user_id: Id


class Status(Answer):
    """A word for probes."""

    model_config = _examples({"status": "ok"})

    status: Literal["ok"]
