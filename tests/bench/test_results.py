"""The table of figures: what counts as missed, and where it goes in the README."""

import pytest

from bench.measure import spread
from bench.results import Part, Results, Row, machines, markdown, merged, missed, put, shown


def row(values: list[float], at_most: float | None) -> Row:
    return Row(what="x", unit="s", found=spread(values), at_most=at_most)


@pytest.mark.parametrize(
    ("values", "at_most", "is_missed"),
    [
        ([0.9, 0.95, 9.0], 0.95, False),
        ([0.9, 0.951, 9.0], 0.95, True),
        ([0.95], None, False),
        ([1.0], 0.95, True),
    ],
)
def test_the_median_is_what_a_demand_is_held_against(
    values: list[float], at_most: float | None, is_missed: bool
) -> None:
    assert bool(missed([row(values, at_most)])) is is_missed


def test_a_missed_demand_is_said_in_the_table() -> None:
    part = Part(machine="2 cores", rows=(row([2.0, 1.5, 3.0], 1.0),))
    table = markdown(Results(parts={"x": part}))
    assert "| x | 2 s | 1.5–3 (3) | ≤ 1 s **missed** |" in table
    assert "2 cores" in table


def of(machine: str, **values: float) -> Results:
    parts = {
        name: Part(machine=machine, rows=(row([value], None),)) for name, value in values.items()
    }
    return Results(parts=parts)


def test_a_part_that_was_measured_again_takes_the_place_of_the_old_one() -> None:
    found = merged(of("2 cores", b=1.0, a=2.0), of("2 cores", b=3.0), ["a", "b", "c"])
    assert list(found.parts) == ["a", "b"]
    assert [one.found.median for one in found.rows] == [2.0, 3.0]


def test_the_table_says_where_each_part_ran() -> None:
    assert machines(of("2 cores", a=2.0, b=1.0)) == "2 cores"
    found = merged(of("2 cores", a=2.0, b=1.0), of("4 cores", b=3.0), ["a", "b"])
    assert machines(found) == "a: 2 cores; b: 4 cores"


def test_the_table_replaces_what_was_between_the_markers() -> None:
    readme = "# a\n<!-- bench -->\nold\n<!-- /bench -->\nrest\n"
    once = put(readme, "new\n")
    assert once == "# a\n<!-- bench -->\nnew\n<!-- /bench -->\nrest\n"
    assert put(once, "new\n") == once


@pytest.mark.parametrize("readme", ["", "<!-- bench -->\n", "<!-- /bench -->\n"])
def test_a_readme_without_both_markers_is_refused(readme: str) -> None:
    with pytest.raises(ValueError, match="no place for the table"):
        put(readme, "new\n")


@pytest.mark.parametrize(
    ("value", "text"), [(0.09512, "0.0951"), (0.95, "0.95"), (99.94, "99.9"), (1234.5, "1234")]
)
def test_three_digits_are_shown(value: float, text: str) -> None:
    assert shown(value) == text
