"""Bounds of single operations, at both sides of each."""

import pytest

from gates.core.capacity import Objective
from gates.core.load import Recorded
from gates.core.objectives import checked, matching, needed

ASKED = {"listBooks": "GET /books", "one": "GET /books/{id}", "add": "POST /books"}


def recorded(times: dict[int, int], **failures: int) -> Recorded:
    counts = tuple(sorted(times.items()))
    requests = sum(times.values()) + sum(failures.values())
    return Recorded(requests=requests, failures=failures, size=0, response=counts, service=counts)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("listBooks", ["listBooks"]),
        ("GET /books", ["listBooks"]),
        ("GET /books/{bookId}", ["one"]),
        ("GET /book", []),
    ],
)
def test_operations_are_named_in_two_ways(name: str, found: list[str]) -> None:
    assert list(matching(name, ASKED)) == found


# 10,000 samples: rank 9,500 is the p95, rank 9,537 its upper bound at 95 %.
@pytest.mark.parametrize(
    ("fast", "missed", "certain"),
    [(9600, 0, None), (9537, 0, None), (9536, 1, False), (9500, 1, False), (9499, 1, True)],
)
def test_a_percentile_holds_with_its_confidence_bound(
    fast: int, missed: int, certain: bool | None
) -> None:
    """As for the totals: the point alone is not enough."""
    operations = {"listBooks": recorded({10_000: fast, 20_000: 10_000 - fast})}
    found = checked({"GET /books": Objective(p95_ms=10)}, operations, ASKED)
    assert (found.bounds, len(found.misses), found.open) == (1, missed, ())
    assert [miss.certain for miss in found.misses] == ([] if certain is None else [certain])


@pytest.mark.parametrize(("failures", "missed"), [(10, 0), (11, 1)])
def test_a_share_of_failures(failures: int, missed: int) -> None:
    operations = {"add": recorded({1: 1000 - failures}, broken=failures)}
    found = checked({"add": Objective(errors_percent=1.0)}, operations, ASKED)
    assert len(found.misses) == missed


@pytest.mark.parametrize(("what", "samples"), [("p50_ms", 20), ("p95_ms", 200), ("p99_ms", 1000)])
def test_too_few_samples_are_no_judgement(what: str, samples: int) -> None:
    objective = {"add": Objective(**{what: 5.0})}
    assert needed(objective, ASKED) == {"add": samples}
    enough = checked(objective, {"add": recorded({1000: samples})}, ASKED)
    short = checked(objective, {"add": recorded({1000: samples - 1})}, ASKED)
    assert (enough.open, enough.misses) == ((), ())
    assert short.open == (f"too few samples for the {what[:3]} of add: need 1 more",)


def test_operations_of_one_path_are_judged_together() -> None:
    asked = {"a": "GET /books", "b": "GET /books"}
    operations = {"a": recorded({1000: 15}), "b": recorded({9000: 5})}
    found = checked({"GET /books": Objective(p50_ms=0.5)}, operations, asked)
    assert [miss.value for miss in found.misses] == [1.0]


def test_an_unknown_operation_is_named() -> None:
    found = checked({"GET /bok": Objective(p95_ms=1)}, {"add": recorded({1: 1})}, ASKED)
    assert found.open == ("load.objectives names GET /bok, but the operations are: add",)


def test_an_operation_that_was_never_asked_is_not_fine() -> None:
    found = checked({"add": Objective(errors_percent=1)}, {"add": recorded({})}, ASKED)
    assert found.open == ("add was not requested",)
