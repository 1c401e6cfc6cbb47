"""How far requirements are: what shows them, what speaks against them, what nobody looked at."""

from typing import Any

import pytest

from gates.core.feature_links import Kind, known, links, strange_markers
from gates.core.feature_states import Progress, counted, percent, standings, undecided
from gates.core.features import Acceptance, Priority, Requirement
from gates.core.model import (
    Aspect,
    OperationEvidence,
    Proof,
    ProofKind,
    Status,
    ToolReport,
)

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "servers": [{"url": "/v1"}],
    "paths": {
        "/books": {
            "get": {"operationId": "listBooks", "tags": ["books"]},
            "post": {"operationId": "createBook", "tags": ["books", "staff"]},
        },
        "/orders/{id}": {"get": {"operationId": "getOrder"}},
    },
}
A = "tests/test_books.py::test_list[a-1]"
PASS, FAIL, NO_DATA = Status.PASS, Status.FAIL, Status.NO_DATA


def proof(name: str, state: Status = PASS, *ids: str) -> Proof:
    return Proof(kind=ProofKind.TEST, name=name, state=state, requirements=ids)


def oracle(name: str, state: Status) -> Proof:
    return Proof(kind=ProofKind.ORACLE, name=name, state=state)


def cell(operation: str, aspect: Aspect, state: Status) -> OperationEvidence:
    return OperationEvidence(operation=operation, aspect=aspect, state=state)


def there(*told: Proof | OperationEvidence, blind=None, tests=()):
    report = ToolReport(
        tool="t",
        examined=1,
        examined_unit="x",
        proofs=tuple(one for one in told if isinstance(one, Proof)),
        operations=tuple(one for one in told if isinstance(one, OperationEvidence)),
    )
    ids = ("FR-1", "FR-1.1", "FR-1.2")
    listed = [Acceptance(id=id, text="t", tests=tests) for id in ids]
    return known([report], DOCUMENT, listed, blind or {})


def wanted(**keys: Any) -> Requirement:
    return Requirement(id="FR-1", title="t", **keys)


def progress(requirement: Requirement, *told: Proof | OperationEvidence) -> list[Progress]:
    world = there(*told, tests=requirement.tests)
    return [one.progress for one in standings([requirement], world)]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], Progress.MISSING),
        ([proof(A, PASS, "FR-2")], Progress.MISSING),
        ([proof(A, PASS, "FR-1")], Progress.COMPLETE),
        ([proof(A, FAIL, "FR-1")], Progress.MISSING),
        ([proof(A, NO_DATA, "FR-1")], Progress.MISSING),
        ([proof(A, PASS, "FR-1"), proof("b", NO_DATA, "FR-1")], Progress.COMPLETE),
        ([proof(A, PASS, "FR-1"), proof("b", FAIL, "FR-1")], Progress.PARTIAL),
        ([proof(A, PASS, "FR-1"), proof(A, FAIL, "FR-1")], Progress.MISSING),
    ],
)
def test_a_requirement_that_tests_bear(told: list[Proof], expected: Progress) -> None:
    """One that nobody tests is missing, not fine."""
    assert progress(wanted(), *told) == [expected]


@pytest.mark.parametrize(
    ("name", "state", "expected"),
    [
        ("tests/test_books.py::test_list", PASS, Progress.COMPLETE),
        ("test_books.py::test_list", PASS, Progress.COMPLETE),
        ("test_list", PASS, Progress.COMPLETE),
        ("test_list", FAIL, Progress.MISSING),
        ("test_list", NO_DATA, Progress.MISSING),
        ("test_lis", PASS, Progress.MISSING),
        ("books.py::test_list", PASS, Progress.MISSING),
    ],
)
def test_a_test_is_named_in_the_list(name: str, state: Status, expected: Progress) -> None:
    assert progress(wanted(tests=(name,)), proof(A, state)) == [expected]


def test_a_named_test_that_was_skipped_leaves_it_partial() -> None:
    told = (proof("t.py::a"), proof("t.py::b", NO_DATA))
    assert progress(wanted(tests=("a", "b")), *told) == [Progress.PARTIAL]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([], NO_DATA),
        ([("GET /v1/books", Aspect.DOCUMENTED, PASS)], NO_DATA),
        ([("GET /v1/books", Aspect.LOADED, PASS)], NO_DATA),
        ([("GET /v1/books", Aspect.EXERCISED, NO_DATA)], NO_DATA),
        ([("GET /v1/books", Aspect.EXERCISED, PASS)], PASS),
        ([("GET /v1/books", Aspect.TESTED, PASS)], PASS),
        (
            [("GET /v1/books", Aspect.TESTED, PASS), ("GET /v1/books", Aspect.EXERCISED, FAIL)],
            FAIL,
        ),
        (
            [("GET /v1/books", Aspect.TESTED, PASS), ("GET /v1/books", Aspect.AUTHORISATION, FAIL)],
            FAIL,
        ),
        ([("POST /v1/books", Aspect.EXERCISED, PASS)], NO_DATA),
    ],
)
@pytest.mark.parametrize("name", ["listBooks", "GET /v1/books", "GET /books"])
def test_an_operation_is_verified_by_what_gates_saw(
    name: str, cells: list[tuple[str, Aspect, Status]], expected: Status
) -> None:
    (link,) = links(wanted(operations=(name,)), there(*(cell(*one) for one in cells)))
    assert (link.state, link.broken) == (expected, False)


def test_a_tag_stands_for_all_its_operations() -> None:
    get = cell("GET /v1/books", Aspect.EXERCISED, PASS)
    post = cell("POST /v1/books", Aspect.EXERCISED, PASS)
    tagged = wanted(operations=("books",))
    (link,) = links(tagged, there(get))
    assert (link.state, link.why) == (NO_DATA, "no gate of this run has verified POST /v1/books")
    assert links(tagged, there(get, post))[0].state is PASS
    assert links(wanted(operations=("staff",)), there(post))[0].state is PASS


@pytest.mark.parametrize("state", [PASS, FAIL, NO_DATA])
def test_an_oracle_shows_what_it_shows(state: Status) -> None:
    (link,) = links(wanted(oracles=("one",)), there(oracle("one", state)))
    assert (link.state, link.broken) == (state, False)


def test_links_to_what_does_not_exist_are_broken() -> None:
    dead = wanted(tests=("no_test",), operations=("noOperation",), oracles=("no-oracle",))
    found = links(dead, there(proof(A), oracle("one", PASS)))
    assert [(one.kind, one.broken) for one in found] == [(kind, True) for kind in Kind]


def test_what_was_not_looked_at_is_no_broken_link() -> None:
    dead = wanted(tests=("no_test",), operations=("listBooks",), oracles=("no-oracle",))
    blind = dict.fromkeys(Kind, "why")
    world = there(blind=blind)
    assert [one.broken for one in links(dead, world)] == [False, False, False]
    (standing,) = standings([dead], world)
    assert undecided(standing, world)
    assert not undecided(standing, there())


def test_one_that_fails_is_decided_whatever_was_not_looked_at() -> None:
    world = there(proof(A, FAIL, "FR-1"), blind={Kind.ORACLE: "why"})
    (standing,) = standings([wanted(oracles=("one",))], world)
    assert not undecided(standing, world)


@pytest.mark.parametrize(
    ("borne", "expected"),
    [
        ((), [Progress.MISSING] * 3),
        (("FR-1",), [Progress.PARTIAL, Progress.MISSING, Progress.MISSING]),
        (("FR-1.1",), [Progress.PARTIAL, Progress.COMPLETE, Progress.MISSING]),
        (("FR-1.1", "FR-1.2"), [Progress.COMPLETE] * 3),
    ],
)
def test_each_acceptance_criterion_has_to_be_shown(
    borne: tuple[str, ...], expected: list[Progress]
) -> None:
    criteria = (Acceptance(id="FR-1.1", text="a"), Acceptance(id="FR-1.2", text="b"))
    assert progress(wanted(criteria=criteria), proof(A, PASS, *borne)) == expected


def test_a_title_bears_a_requirement_where_there_are_no_markers() -> None:
    """Tests of Node: the id as a word of its own."""
    world = there(
        proof("test/books.test.ts::books > FR-1.1: lists them"),
        proof("test/books.test.ts::XFR-1.2 FR-1.2b"),
        proof("tests/test_a.py::test_a[FR-1.2]"),
    )
    assert {id: len(found) for id, found in world.marked.items()} == {"FR-1.1": 1}


def test_a_marker_that_nobody_listed_is_told() -> None:
    world = there(proof(A, PASS, "FR-9"), proof("b", PASS, "FR-9", "FR-1"))
    assert strange_markers(world, ["FR-1"]) == (("FR-9", A),)


def test_the_share_is_of_requirements_and_criteria() -> None:
    """0 of 0 is no number."""
    some = [
        wanted(criteria=(Acceptance(id="FR-1.1", text="a"), Acceptance(id="FR-1.2", text="b"))),
        Requirement(id="FR-2", title="t", priority=Priority.SHOULD),
    ]
    found = standings(some, there(proof(A, PASS, "FR-1.1")))
    assert percent(counted(found, True)) == 25.0
    assert percent(counted(found, False)) == pytest.approx(100 / 3)
    assert percent(counted(found[3:], False)) is None
    assert percent(()) is None
