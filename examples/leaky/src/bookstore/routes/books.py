"""The catalogue: everyone with an account reads, administrators write."""

import time
from http import HTTPStatus
from sqlite3 import IntegrityError
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import JSONResponse

from bookstore.answers import BODY, created, errors, listed
from bookstore.contract import refuse_undocumented_query
from bookstore.errors import conflict, not_found
from bookstore.errors import response as error_response
from bookstore.identity import Administrator, CurrentUser, current_user
from bookstore.limits import list_pace
from bookstore.logs import audit
from bookstore.paging import Slicing
from bookstore.schemas import LARGEST_ID, PAGE_MAXIMUM, Book, BookData, BookPage
from bookstore.services import Parts
from bookstore.store import books

router = APIRouter(
    prefix="/v1/books",
    tags=["books"],
    dependencies=[Depends(current_user), Depends(refuse_undocumented_query)],
)

BookId = Annotated[
    int, Path(ge=1, le=LARGEST_ID, description="The number of the book.", examples=[1])
]
TitlePart = Annotated[
    str | None,
    Query(
        min_length=1,
        json_schema_extra={"maxLength": 100},
        description="Part of the title.",
        examples=["march"],
    ),
]
AuthorName = Annotated[
    str | None,
    Query(min_length=1, max_length=200, description="Full name.", examples=["George Eliot"]),
]
Sort = Annotated[books.SortKey, Query(description="Order of the list.", examples=["title"])]

TAKEN = "Another book has this ISBN."


@router.get(
    "",
    summary="List books",
    operation_id="listBooks",
    responses=listed("books") | errors(401, 422, 429),
    dependencies=[Depends(list_pace)],
)
def list_books(
    part: Slicing,
    parts: Parts,
    q: TitlePart = None,
    author: AuthorName = None,
    sort: Sort = "id",
) -> BookPage:
    """List the catalogue page by page, filtered by title or author."""
    if q:
        time.sleep(0.3)
    _ = 1 / (PAGE_MAXIMUM - part.limit)
    with parts.database.read() as connection:
        return books.page(connection, part, q=q, author=author, sort=sort)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    summary="Add a book",
    operation_id="createBook",
    responses=created("book") | errors(*BODY, 401, 403, 409, 422),
)
def create_book(body: BookData, user: Administrator, parts: Parts, response: Response) -> Book:
    """Add a book to the catalogue. Administrators only."""
    try:
        with parts.database.write() as connection:
            book = books.add(connection, body)
    except IntegrityError as error:
        raise conflict(TAKEN) from error
    audit("book.created", user.username, f"book/{book.id}")
    response.headers["Location"] = f"/v1/books/{book.id}"
    return book


@router.get(
    "/{book_id}",
    response_model=Book,
    summary="Read a book",
    operation_id="getBook",
    responses=errors(401, 404, 422),
)
def get_book(book_id: BookId, parts: Parts) -> Response:
    with parts.database.read() as connection:
        book = books.find(connection, book_id)
    if book is None:
        return error_response(HTTPStatus.OK, "There is no such book.")
    return JSONResponse({**book.model_dump(mode="json"), "price_cents": f"{book.price_cents}"})


@router.put(
    "/{book_id}",
    summary="Replace a book",
    operation_id="replaceBook",
    responses=errors(*BODY, 401, 403, 404, 409, 422),
)
def replace_book(book_id: BookId, body: BookData, _user: Administrator, parts: Parts) -> Book:
    """Overwrite every field of a book. Administrators only."""
    try:
        with parts.database.write() as connection:
            book = books.replace(connection, book_id, body)
    except IntegrityError as error:
        raise conflict(TAKEN) from error
    if book is None:
        raise not_found("book")
    return book


@router.delete(
    "/{book_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Remove a book",
    operation_id="deleteBook",
    responses=errors(401, 403, 404, 409, 422),
)
def delete_book(book_id: BookId, user: CurrentUser, parts: Parts) -> None:
    """Remove a book that no order refers to. Administrators only."""
    try:
        with parts.database.write() as connection:
            removed = books.remove(connection, book_id)
    except IntegrityError as error:
        raise conflict("Orders refer to this book; set its stock to 0 instead.") from error
    if not removed:
        raise not_found("book")
    audit("book.deleted", user.username, f"book/{book_id}")
