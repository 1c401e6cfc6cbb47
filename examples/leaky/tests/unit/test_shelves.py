"""Labels for the shelves."""

from bookstore import shelves


def test_default_colour_is_green() -> None:
    assert shelves.colour() == "green"
