"""Trace context: a valid header is taken over, everything else is replaced."""

import pytest

from bookstore import trace

ID = "ab" * 16
PARENT = "cd" * 8


@pytest.mark.parametrize("header", [f"00-{ID}-{PARENT}-01", f"01-{ID}-{PARENT}-00"])
def test_valid(header: str) -> None:
    assert trace.trace_id(header) == ID


@pytest.mark.parametrize(
    "header",
    [
        "",
        f"ff-{ID}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{ID}-{'0' * 16}-01",
        f"00-{ID.upper()}-{PARENT}-01",
        f"00-{ID}-{PARENT}",
    ],
)
def test_invalid(header: str) -> None:
    made = trace.trace_id(header)
    assert made != ID
    assert len(made) == 32
