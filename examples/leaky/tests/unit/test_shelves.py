"""Labels for the shelves."""

from bookstore import shelves


def test_default_colour_is_green() -> None:
    assert shelves.colour() == "green"


STARTS: list[str] = []


def test_printer_is_ready() -> None:
    """Ready at the second look, and run twice by the settings in pyproject.toml."""
    STARTS.append("look")
    assert len(STARTS) > 1
