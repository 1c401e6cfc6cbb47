"""Headroom: how far a pass is from the one bound that it keeps, and nothing where there is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.core.distance import headroom


@pytest.mark.parametrize(
    ("group", "value", "base", "spare"),
    [
        ("<= 200", 150.0, None, 50.0),
        ("<= 200", 200.0, None, 0.0),
        ("<= 200", 200.5, None, None),
        (">= 90", 95.5, None, 5.5),
        ("== 0", 0.0, None, 0.0),
        ("< 0.1", 0.03, None, 0.07),
        ("<= +10%", 105.0, 100.0, 5.0),
        ("<= +10%", 105.0, None, None),
        ("<= +10%", 0.0, 0.0, None),
        ("<= 200", None, None, None),
        ("<= 200", float("nan"), None, None),
    ],
)
def test_the_distance_to_one_bound(group, value, base, spare):
    assert headroom(((group,),), value, base) == spare


@pytest.mark.parametrize("groups", [(), ((">= 1", "<= 5"),), ((">= 1",), ("== 0",))])
def test_several_bounds_have_no_one_distance(groups):
    assert headroom(groups, 3.0, None) is None


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_better_value_never_has_less_room(one, other):
    near, far = sorted(
        headroom((("<= 1e6",),), x, None) for x in (max(one, other), min(one, other))
    )
    assert near == headroom((("<= 1e6",),), max(one, other), None)
    assert far >= near >= 0
