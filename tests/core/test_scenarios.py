"""What a made-up load asks of a document: each reason to leave an operation out, at its bounds."""

from typing import Any

import pytest

from gates.core.documented import Documented, documented
from gates.core.scenarios import Wishes, accepted, chosen, flaws, weight


def document(*names: str, responses: dict[str, Any] | None = None) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for name in names:
        method, path = name.split(" ")
        said = {"responses": responses or {"200": {"description": "done"}}}
        paths.setdefault(path, {})[method.lower()] = said
    return {"openapi": "3.1.0", "paths": paths}


def operation(name: str, **more: Any) -> Documented:
    return documented(document(name, **more))[0]


def reason(op: Documented, wishes: Wishes | None = None) -> str:
    kept, left = chosen((op,), wishes or Wishes())
    assert len(kept) + len(left) == 1
    return left[0].why if left else ""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("GET /books", ""),
        ("POST /books", ""),
        ("DELETE /books/{id}", ""),
        ("DELETE /books", "no id stands in its path"),
        ("OPTIONS /books", "OPTIONS is not asked under load"),
        ("TRACE /books", "TRACE is not asked under load"),
        ("POST /login", "it logs in or out"),
        ("POST /auth/log-in", "it logs in or out"),
        ("POST /users/{id}/password", "it logs in or out"),
        ("POST /sessions", "it logs in or out"),
        ("GET /sessions", ""),
        ("GET /logout", "it logs in or out"),
        ("POST /logbooks", ""),
        ("POST /blogs/{id}/inputs", ""),
        ("GET /me", ""),
        ("PATCH /me", "the account of the load"),
        ("DELETE /users/me", "the account of the load"),
        ("DELETE /me/avatars/{id}", ""),
        ("POST /admin/reset", "it would destroy"),
        ("POST /addresses", ""),
        ("GET /reset", ""),
    ],
)
def test_what_a_load_may_not_ask_is_left_out(name: str, why: str) -> None:
    found = reason(operation(name))
    assert why in found if why else found == ""


@pytest.mark.parametrize(
    ("name", "wishes", "why"),
    [
        ("POST /books", Wishes(writes=False), "load.writes is false"),
        ("GET /books", Wishes(writes=False), ""),
        ("POST /books", Wishes(writes=False, weights={"POST /books": 3}), "load.writes is false"),
        ("GET /books", Wishes(weights={"GET /books": 0}), "the weight 0"),
        ("GET /books", Wishes(weights={"GET /books": 0.1}), ""),
        ("POST /login", Wishes(weights={"POST /login": 1}), ""),
        ("GET /health", Wishes(machines=("/health",)), "only machines ask"),
        ("GET /health", Wishes(machines=("/ready",)), ""),
        ("GET /health", Wishes(machines=("/health",), weights={"GET /health": 1}), ""),
        ("POST /enter", Wishes(sessions=("/enter",)), "it logs in or out"),
    ],
)
def test_what_the_target_file_wishes(name: str, wishes: Wishes, why: str) -> None:
    found = reason(operation(name), wishes)
    assert why in found if why else found == ""


@pytest.mark.parametrize(
    ("kinds", "endless"),
    [
        (("text/event-stream",), True),
        (("text/event-stream; charset=utf-8",), True),
        (("application/json", "text/event-stream"), False),
        ((), False),
    ],
)
def test_a_stream_without_end_is_left_out(kinds: tuple[str, ...], endless: bool) -> None:
    responses = {"200": {"description": "", "content": {kind: {} for kind in kinds}}}
    assert bool(reason(operation("GET /feed", responses=responses))) is endless


@pytest.mark.parametrize(
    ("said", "statuses"),
    [
        (("200", "404"), (200,)),
        (("204", "201", "default"), (201, 204)),
        (("302", "404"), (302,)),
        (("200", "302"), (200,)),
        (("default",), ()),
        (("404",), ()),
        ((), ()),
    ],
)
def test_success_is_what_the_document_says(said: tuple[str, ...], statuses: tuple[int]) -> None:
    op = operation("GET /books", responses={one: {"description": ""} for one in said})
    assert accepted(op) == (statuses if said else (200,))


def test_a_class_of_statuses() -> None:
    op = operation("GET /books", responses={"2XX": {"description": ""}})
    assert accepted(op) == tuple(range(200, 300))


def test_weights_by_any_name_of_an_operation() -> None:
    said = document("GET /books")
    said["paths"]["/books"]["get"]["operationId"] = "listBooks"
    said["servers"] = [{"url": "/v1"}]
    op = documented(said)[0]
    for name in ("listBooks", "GET /books", "GET /v1/books"):
        assert weight(op, {name: 2.5}) == 2.5
    assert weight(op, {"GET /v2/books": 2.5}) == 1.0


def test_names_that_the_document_does_not_have() -> None:
    """An unknown operation in weights or objectives is refused, with the nearest names."""
    said = document("GET /books", "POST /books")
    said["paths"]["/books"]["get"]["operationId"] = "listBooks"
    ops = documented(said)
    assert flaws(ops, {"listBooks": 1, "GET /books": 0}, ["POST /books"]) == ""
    found = flaws(ops, {"listBook": 1}, ["FETCH everything"])
    assert "load.weights names 'listBook'" in found
    assert "did you mean listBooks" in found
    assert "load.objectives names 'FETCH everything'" in found


@pytest.mark.parametrize(
    ("given", "wrong"), [(0.0, True), (0.001, False), (-1.0, True), (float("inf"), True)]
)
def test_weights_that_make_no_load(given: float, wrong: bool) -> None:
    ops = documented(document("GET /books"))
    assert bool(flaws(ops, {"GET /books": given}, ())) is wrong
