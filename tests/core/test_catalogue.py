"""The rules of design, at both sides of each bound."""

import pytest

from gates.core.catalogue import (
    Column,
    ForeignKey,
    Table,
    called,
    family,
    referred,
    singular,
    violations,
    words,
)

STAMPS = ("created_at", "updated_at")


def table(name: str, *columns: str, **more: object) -> Table:
    """A table of whole numbers with the key `id`, unless said otherwise."""
    named = tuple(
        Column(*one.split(" ", 1)) if " " in one else Column(one, "int") for one in columns
    )
    given = {"key": ("id",), **more}
    return Table(name=name, columns=(Column("id", "int"), *named), **given)  # type: ignore[arg-type]


def to(table: str, *columns: str, broken: bool = False) -> ForeignKey:
    return ForeignKey(columns=columns, table=table, broken=broken)


def rules(*tables: Table, stamps: tuple[str, ...] = STAMPS) -> list[tuple[str, str]]:
    return [(one.rule.partition(".")[2], one.table) for one in violations(tables, stamps)]


USERS = table("users", "email text", "created_at text")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (table("books"), []),
        (table("books", key=()), ["no-primary-key"]),
        (table("books", key=("id", "part")), []),
        # A constraint, and an index that begins with it.
        (table("books", "user_id"), ["no-foreign-key"]),
        (table("books", "userId"), ["no-foreign-key"]),
        (table("books", "user_id text"), []),
        (table("books", "stripe_user_id"), []),
        (table("books", "parent_id"), []),
        (table("books", "user_id", "user_type text"), []),
        (table("books", "user_id", key=("user_id",)), []),
        (
            table("books", "user_id", "updated_at", foreign_keys=(to("users", "user_id"),)),
            ["foreign-key-index"],
        ),
        (
            table(
                *("books", "user_id", "updated_at"),
                foreign_keys=(to("users", "user_id"),),
                indexes=(("title", "user_id"),),
            ),
            ["foreign-key-index"],
        ),
        (
            table(
                *("books", "user_id", "updated_at"),
                foreign_keys=(to("users", "user_id"),),
                indexes=(("user_id", "title"),),
            ),
            [],
        ),
        (
            table(
                *("books", "user_id", "updated_at"),
                foreign_keys=(to("users", "user_id"),),
                key=("user_id", "id"),
            ),
            [],
        ),
        (
            table("seats", "row", "place", foreign_keys=(to("places", "row", "place"),)),
            ["foreign-key-index"],
        ),
        (
            table(
                *("seats", "row", "place"),
                foreign_keys=(to("places", "row", "place"),),
                indexes=(("place", "row", "id"),),
            ),
            [],
        ),
        (
            table(
                *("seats", "row"),
                foreign_keys=(to("gone", "row", broken=True),),
                indexes=(("row",),),
            ),
            ["broken-foreign-key"],
        ),
        # Row-level security: declared and meant, or neither.
        (table("books", row_security=True), ["row-security"]),
        (table("books", policies=1), ["row-security"]),
        (table("books", row_security=True, policies=2), []),
        # Data of people.
        (table("readers", "email text"), ["no-timestamp"]),
        (table("readers", "first_name text"), ["no-timestamp"]),
        (table("readers", "email text", "updatedAt text"), []),
        (table("authors", "name text"), []),
        (table("shop.customers", "name text"), ["no-timestamp"]),
        (
            table(
                *("notes", "user_id"),
                foreign_keys=(to("users", "user_id"),),
                indexes=(("user_id",),),
            ),
            ["no-timestamp"],
        ),
        (
            Table(
                name="favourites",
                columns=(Column("user_id", "int"), Column("book_id", "int")),
                key=("user_id", "book_id"),
                foreign_keys=(to("users", "user_id"), to("books", "book_id")),
                indexes=(("book_id",),),
            ),
            [],
        ),
    ],
)
def test_a_rule_is_told_where_it_is_broken(made: Table, expected: list[str]) -> None:
    assert rules(USERS, made) == [(rule, made.name) for rule in expected]


def test_no_timestamps_are_asked_for_where_the_target_names_none() -> None:
    assert rules(table("readers", "email text"), stamps=()) == []
    assert rules(table("readers", "email text", "seen text"), stamps=("seen",)) == []


@pytest.mark.parametrize(
    ("column", "table_name", "found"),
    [
        ("order_id", "orders", True),
        ("order_id", "order", True),
        ("category_id", "categories", True),
        ("box_id", "boxes", True),
        ("address_id", "address", True),
        ("address_id", "addres", False),
        ("order_line_id", "order_lines", True),
        ("orderLineId", "order_lines", True),
        ("order_id", "shop_orders", True),
        ("order_id", "billing_orders", False),
        ("line_id", "order_lines", False),
        ("order", "orders", False),
        ("id", "orders", False),
        ("ORDER_ID", "ORDERS", True),
        ("order_id", "other.orders", True),
    ],
)
def test_a_column_names_a_table(column: str, table_name: str, found: bool) -> None:
    others = called([table(table_name)])
    seen = referred(Column(column, "bigint"), table("shop_lines", column), others)
    assert (seen is not None) is found


def test_a_table_with_a_key_of_two_columns_cannot_be_meant_by_one() -> None:
    other = table("orders", key=("id", "part"))
    assert referred(Column("order_id", "int"), table("lines"), called([other])) is None


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("INTEGER", "number"),
        ("bigserial", "number"),
        ("numeric", "number"),
        ("uuid", "uuid"),
        ("character varying", "text"),
        ("", "text"),
    ],
)
def test_kinds_of_values(kind: str, expected: str) -> None:
    assert family(kind) == expected


def test_words_of_names() -> None:
    assert words("orderLineId") == ("order", "line", "id")
    assert words("ORDER_ID") == ("order", "id")
    assert singular("classes") == {"classes", "class", "classe"}
    assert singular("address") == {"address"}


@pytest.mark.parametrize("name", ["_", "", "日本", "__", "s"])
def test_strange_names_are_no_trouble(name: str) -> None:
    assert rules(USERS, table(name, "_id", "user__id", "Id")) == [("no-foreign-key", name)]
