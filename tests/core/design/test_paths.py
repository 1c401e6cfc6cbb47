"""The words of paths, and their version: planted breaches and their better forms, clean twins."""

from collections.abc import Callable

import pytest

from gates.core.design import paths, words
from gates.core.design.model import Api, is_operational
from gates.core.openapi import JSON

Make = Callable[..., Api]


def of(make: Make, *found: str, method: str = "get", **options: JSON) -> Api:
    return make({path: {method: {}} for path in found}, **options)


@pytest.mark.parametrize(
    ("path", "better"),
    [
        ("/getBook", "/books/{id}"),
        ("/v1/listBooks", "/v1/books"),
        ("/v1/createBook", "/v1/books/{id}"),
        ("/v1/get-books", "/v1/books"),
        ("/v1/delete_book/{id}", "/v1/books/{id}"),
        ("/v1/fetchCategory", "/v1/categories/{id}"),
        ("/v1/books/{id}/update-price", None),
        ("/v1/books/{id}/delete", "/v1/books/{id}: let the method say it"),
    ],
)
def test_a_verb_and_what_to_write_instead(api: Make, path: str, better: str | None) -> None:
    (one,) = paths.nouns(of(api, path, "/v1/prices"))
    assert one.place == path
    if better:
        assert one.better == better


@pytest.mark.parametrize(
    "path",
    [
        "/v1/books",
        "/v1/auth/login",
        "/v1/search",
        "/v1/posts/{id}",
        "/v1/lists",
        "/v1/list-prices",
        "/v1/post-codes",
        "/v1/add-ons",
        "/v1/updates",
        "/v1/settings",
        "/v1/getting-started",
        "/v1/orders/{id}/cancel",
        "/v1/finders",
        "/v1/me",
    ],
)
def test_no_verb(api: Make, path: str) -> None:
    assert paths.nouns(of(api, path)) == []


def test_a_verb_that_the_policy_allows(api: Make) -> None:
    assert paths.nouns(of(api, "/v1/books/{id}/delete", actions=["delete"])) == []


@pytest.mark.parametrize(
    ("path", "better"),
    [
        ("/v1/orderLines", "/v1/order-lines"),
        ("/v1/order_lines/{id}", "/v1/order-lines/{id}"),
        ("/v1/Books", "/v1/books"),
        ("/v1/order-lines", None),
        ("/v1/books:batch", None),
        ("/v1/reports/{id}/export.csv", None),
        ("/.well-known/jwks.json", None),
        ("/v2.1/books/{bookId}", None),
    ],
)
def test_kebab_case(api: Make, path: str, better: str | None) -> None:
    assert [one.better for one in paths.cases(of(api, path))] == ([better] if better else [])


@pytest.mark.parametrize(
    ("path", "better"),
    [
        ("/v1/book/{id}", "/v1/books"),
        ("/v1/category/{id}/books", "/v1/categories"),
        ("/v1/address/{id}", "/v1/addresses"),
        ("/v1/books/{id}", None),
        ("/v1/people/{id}", None),
        ("/v1/data/{id}", None),
        ("/v1/news/{id}", None),
        ("/anything/{anything}", None),
        ("/v1/users/me", None),
        ("/v1/profile", None),
        ("/v1/{tenant}/books", None),
        ("/api/{tenant}/books", None),
        ("/v1/books/{id}/{part}", None),
        ("/v1/statuses/{id}", None),
    ],
)
def test_plurals_before_a_parameter(api: Make, path: str, better: str | None) -> None:
    assert [one.better for one in paths.plurals(of(api, path))] == ([better] if better else [])


@pytest.mark.parametrize(
    ("found", "places"),
    [
        (["/v1/books", "/v1/orders"], []),
        (["/api/v2/books"], []),
        (["/2024-01-01/books"], []),
        (["/books", "/orders"], ["#/paths"]),
        (["/v1/books", "/orders"], ["/orders"]),
        (["/v1/books", "/auth/login", "/oauth/token"], []),
        ([], []),
    ],
)
def test_a_version_in_the_path(api: Make, found: list[str], places: list[str]) -> None:
    assert [one.place for one in paths.version(of(api, *found))] == places


@pytest.mark.parametrize("name", ["X-API-Version", "Accept-Version", "API-Version"])
def test_a_version_in_a_header(api: Make, name: str) -> None:
    headed: JSON = {"parameters": [{"name": name, "in": "header", "schema": {"type": "string"}}]}
    assert paths.version(api({"/books": {"get": headed}})) == []


def test_a_version_in_the_media_type(api: Make) -> None:
    content: JSON = {"application/vnd.shop.v2+json": {"schema": {}}}
    said: JSON = {"responses": {"200": {"content": content}}}
    assert paths.version(api({"/books": {"get": said}})) == []


@pytest.mark.parametrize(
    ("path", "exempt", "operational"),
    [
        ("/health", (), True),
        ("/v1/ready", (), True),
        ("/metrics/", (), True),
        ("/internal/up", ("/internal/up",), True),
        ("/v1/healthy-food", (), False),
        ("/v1/books", (), False),
    ],
)
def test_what_is_for_those_who_run_it(
    path: str, exempt: tuple[str, ...], operational: bool
) -> None:
    assert is_operational(path, exempt) is operational


@pytest.mark.parametrize(
    ("singular", "plural"),
    [("book", "books"), ("category", "categories"), ("day", "days"), ("box", "boxes")],
)
def test_plurals_of_words(singular: str, plural: str) -> None:
    assert words.plural(singular) == plural
    assert words.plural(plural) == plural
