"""The client against a real small server: who sends, what is learned, what is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from gates.core.load import Operation, Scenario
from gates.load.client import NOTHING, UNTOLD, Client, Identity, identities
from gates.load.recorder import Outcome

Start = Callable[..., Any]
MAKE = Operation(
    name="make",
    path="/items",
    method="POST",
    body='{"a": 1}',
    status=(201,),
    capture={"id": "/item/id"},
)
READ = Operation(name="read", path="/items/{id}", needs=("id",))
REMOVE = Operation(name="remove", path="/items/{id}", method="DELETE", needs=("id",), takes="id")
PEOPLE = (Identity("", {"Authorization": "one"}), Identity("two", {"Authorization": "two"}))


def client(url: str, *operations: Operation, people: tuple[Identity, ...] = ()) -> Client:
    scenario = Scenario(rate=1, duration_s=1, operations=operations, timeout_s=5)
    return Client(url, scenario, people, connections=5)


def asked(sender: Client, *operations: Operation) -> list[tuple[str, Outcome]]:
    found = []
    for operation in operations:
        request = sender.ready(operation)
        found.append((request.operation.name, sender.send(request)))
    return found


def test_ids_of_answers_are_used_and_used_up(serve: Start) -> None:
    """Where none is known, the operation that makes one has its turn."""
    sender = client(serve("--items").url, MAKE, READ, REMOVE)
    done = asked(sender, READ, READ, READ, REMOVE, READ, READ)
    assert [name for name, _ in done] == ["make", "read", "read", "remove", "make", "read"]
    assert {outcome.failure for _, outcome in done} == {""}


def test_identities_take_turns_and_keep_their_ids_apart(serve: Start) -> None:
    """An item is its maker's alone: another's id would be a 404."""
    sender = client(serve("--items").url, MAKE, READ, people=PEOPLE)
    done = asked(sender, *(READ,) * 6)
    assert [name for name, _ in done] == ["make", "make", "read", "read", "read", "read"]
    assert {outcome.failure for _, outcome in done} == {""}


@pytest.mark.parametrize(
    ("many", "names"), [(1, [""]), (2, ["", "b"]), (3, ["", "b", "c"]), (9, ["", "b", "c"])]
)
def test_the_default_identity_comes_first(many: int, names: list[str]) -> None:
    """An identity with the same headers is the same person; one without any is nobody."""
    mine = {"Authorization": "mine"}
    known = {"default": mine, "c": {"Authorization": "c"}, "b": {"Authorization": "b"}, "x": {}}
    assert [one.name for one in identities(mine, known, many)] == names


def test_what_nothing_yields_is_not_sent(serve: Start) -> None:
    ((name, outcome),) = asked(client(serve().url, READ), READ)
    assert (name, outcome.failure) == ("read", NOTHING)


def test_an_answer_without_the_id_is_a_failure(serve: Start) -> None:
    operation = Operation(name="a", path="/a", capture={"id": "/id"})
    ((_, outcome),) = asked(client(serve().url, operation), operation)
    assert outcome.failure == UNTOLD


@pytest.mark.parametrize(("status", "failure"), [((), ""), ((200,), ""), ((201,), "status 200")])
def test_a_status_is_accepted_or_not(serve: Start, status: tuple[int, ...], failure: str) -> None:
    operation = Operation(name="a", path="/a", status=status)
    ((_, outcome),) = asked(client(serve().url, operation), operation)
    assert (outcome.failure, outcome.size) == (failure, 2)
