"""Objects of a load: filled in only where they are known, and never used after they are gone."""

import json

import pytest

from gates.core.load import Operation, Scenario
from gates.load.captures import MOST, Captures, Filled, found

MAKE = Operation(
    name="make", path="/books", method="POST", body="{}", capture={"book": "/id", "book.end": "/id"}
)
READ = Operation(name="read", path="/books/{book}", needs=("book",))
END = Operation(
    name="end", path="/books/{book.end}", method="DELETE", needs=("book.end",), takes="book.end"
)
CHAPTER = Operation(
    name="chapter",
    path="/books/{book}/chapters",
    method="POST",
    needs=("book",),
    capture={"chapter": "/number"},
)
PAGE = Operation(name="page", path="/books/{book}/chapters/{chapter}", needs=("book", "chapter"))
PLAIN = Operation(name="plain", path="/plain")
EVERY = (MAKE, READ, END, CHAPTER, PAGE, PLAIN)


def captures(*operations: Operation, worker: int = 0, workers: int = 1, **more: object) -> Captures:
    scenario = Scenario(rate=1, duration_s=1, operations=operations or EVERY, **more)  # type: ignore[arg-type]
    return Captures(scenario, worker, workers)


def asked(known: Captures, operation: Operation, identity: str = "") -> Filled:
    filled = known.ready(operation, identity)
    assert filled is not None
    return filled


def make(known: Captures, number: int, identity: str = "") -> None:
    sent = asked(known, MAKE, identity)
    assert known.learn(sent, json.dumps({"id": number}).encode(), identity=identity)


def test_what_is_needed_is_made_first() -> None:
    known = captures()
    assert asked(known, READ).operation is MAKE
    assert asked(known, PAGE).operation is MAKE
    make(known, 7)
    assert asked(known, READ).path == "/books/7"
    chapter = asked(known, PAGE)
    assert (chapter.operation, chapter.path) == (CHAPTER, "/books/7/chapters")
    known.learn(chapter, b'{"number": 3}')
    assert asked(known, PAGE).path == "/books/7/chapters/3"


def test_what_one_operation_ends_no_other_reads() -> None:
    known = captures()
    for number in range(1, 7):
        make(known, number)
    ended = [asked(known, END).path for _ in range(3)]
    read = {asked(known, READ).path for _ in range(20)}
    assert len(set(ended)) == 3
    assert len(read) == 3
    assert not read & set(ended)
    assert asked(known, END).operation is MAKE  # all that it may end is ended


def test_a_part_stays_with_its_whole() -> None:
    known = captures()
    make(known, 1)
    make(known, 2)
    make(known, 3)
    pairs = {}
    for number in (11, 12, 13):
        sent = asked(known, CHAPTER)
        pairs[f"{sent.path}/{number}"] = sent
        known.learn(sent, json.dumps({"number": number}).encode())
    assert {asked(known, PAGE).path for _ in range(9)} == set(pairs)


def test_identities_have_objects_of_their_own() -> None:
    known = captures()
    make(known, 1, "ann")
    assert asked(known, READ, "ann").path == "/books/1"
    assert asked(known, READ, "bob").operation is MAKE


def test_values_that_were_there_before_are_for_everybody() -> None:
    known = captures(READ, values={"book": ({"book": "5"}, {"book": "a/b"})})
    assert {asked(known, READ, who).path for who in ("", "x") for _ in "ab"} == {
        "/books/5",
        "/books/a%2Fb",
    }


def test_bodies_are_sent_once_and_shared_out_to_workers() -> None:
    bodies = tuple(f'{{"n": {n}}}' for n in range(5))
    one = Operation(name="one", path="/one", method="POST", bodies=bodies)
    first, second = (captures(one, PLAIN, worker=w, workers=2) for w in (0, 1))
    assert [asked(first, one).body for _ in range(3)] == [bodies[n].encode() for n in (0, 2, 4)]
    assert [asked(second, one).body for _ in range(2)] == [bodies[n].encode() for n in (1, 3)]
    assert asked(first, one).operation is PLAIN  # rather than a body that is refused
    alone = captures(one, workers=5)
    asked(alone, one)
    assert alone.ready(one) is None


def test_bodies_are_filled_in_as_json() -> None:
    one = Operation(
        name="one",
        path="/one",
        method="POST",
        body='{"text": "about {book}", "raw": {other}}',
        needs=("book", "other"),
    )
    known = captures(one, values={"book": ({"book": 'a"b'},), "other": ({"other": "7"},)})
    assert json.loads(asked(known, one).body) == {"text": 'about a"b', "raw": 7}


def test_memory_is_bounded() -> None:
    known = captures()
    for number in range(2 * MOST + 10):
        make(known, number)
    assert len({asked(known, READ).path for _ in range(3 * MOST)}) == MOST


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("/id", "5"),
        ("/data/0/~1a~0", "deep"),
        ("/data/1/x", ""),
        ("/missing", ""),
        ("/flag", ""),
        ("/data", ""),
        ("$location", "b ook"),
        ("$request/name", "sent"),
        ("$request/other", ""),
    ],
)
def test_places(place: str, value: str) -> None:
    body = b'{"id": 5, "flag": true, "data": [{"/a~": "deep"}]}'
    assert found(place, body, "http://host/books/b%20ook/?x=1", b'{"name": "sent"}') == value


def test_an_answer_without_the_id_is_told() -> None:
    known = captures()
    sent = asked(known, MAKE)
    assert not known.learn(sent, b"no JSON")
    assert not known.learn(sent, b"[]")
    assert asked(known, READ).operation is MAKE
