"""What a document and a target file keep for a role, give to all, or call private."""

from typing import Any

import pytest

from gates.core.documented import Documented, documented
from gates.core.restricted import is_silent, named, restrictions, says_private, unknown


def ops(path: str = "/v1/books", **said: Any) -> tuple[Documented, ...]:
    return documented({"openapi": "3.1.0", "paths": {path: {"get": {"responses": {}, **said}}}})


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"x-roles": ["admin"]}, ("admin",)),
        ({"x-roles": ["admin", "user"]}, ("admin", "user")),
        ({"x-roles": ["poet"]}, None),
        ({"x-required-role": "admin"}, ("admin",)),
        ({"security": [{"oauth": ["admin"]}]}, ("admin",)),
        ({"security": [{"oauth": ["books:read"]}]}, None),
        ({"description": "Count all.\n\nAdministrators only."}, ("admin",)),
        ({"summary": "Count all (admins only)"}, ("admin",)),
        ({"description": "Requires the admin role."}, ("admin",)),
        ({"description": "Only administrators may set the price."}, None),
        ({"description": "Read one, or any as an administrator."}, None),
        ({}, None),
    ],
)
def test_what_the_document_keeps_for_a_role(
    said: dict[str, Any], kept: tuple[str, ...] | None
) -> None:
    """A sentence that speaks of a part of the operation keeps nothing."""
    assert restrictions(ops(**said), {}, {"admin"}).get("GET /v1/books") == kept


def test_the_path_is_a_word_too() -> None:
    assert restrictions(ops("/admin/books"), {}, {"admin"}) == {"GET /admin/books": ("admin",)}
    assert restrictions(ops("/administration"), {}, {"admin"}) == {}


def test_the_target_file_wins() -> None:
    found = ops(operationId="listBooks", **{"x-roles": ["admin"]})
    assert restrictions(found, {"clerk": ("listBooks",)}, {"admin"}) == {
        "GET /v1/books": ("clerk",)
    }
    assert restrictions(found, {}, {"admin"}, public={"GET /v1/books"}) == {}


def test_names_of_operations() -> None:
    found = ops(operationId="listBooks")
    assert named(found, ("listBooks",)) == named(found, ("GET /v1/books",)) == {"GET /v1/books"}
    assert named(found, ("",)) == frozenset()
    assert unknown(found, ("listBooks", "listBook")) == ("listBook",)


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("List your orders", True),
        ("List the caller's orders, newest first.", True),
        ("My open orders", True),
        ("Orders of the current user", True),
        ("List all orders", False),
        ("List orders; put yours into a basket first", False),
        ("List your books", False),
    ],
)
def test_a_list_that_says_whose_it_is(text: str, private: bool) -> None:
    (op,) = ops("/orders", summary=text)
    assert says_private(op, "order") is private


def test_a_document_that_says_nothing_of_authentication() -> None:
    assert is_silent({"paths": {}}) is True
    assert is_silent({"security": []}) is False
    assert is_silent({"securityDefinitions": {"key": {}}}) is False
    assert is_silent({"components": {"securitySchemes": {"key": {}}}}) is False
