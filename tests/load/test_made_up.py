"""A load made up of a document: nothing in it fails on a correct service, and nothing does harm."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gates.core.capacity import Load, Objective
from gates.core.model import Reason
from gates.core.target import Auth, Login, Service, Target
from gates.core.tool import Invocation, Options, ParseError, ToolOutput
from gates.tools import locust

ROOT = Path(__file__).parents[2]
SHOP = Path(__file__).parent / "servers" / "shop.py"
WISHED = {"duration_s": 3.0, "warmup_s": 0.5, "quiet_s": 0.0, "longest_s": 0.0}
HARM = (
    *("POST /login", "POST /auth/log-out", "DELETE /me", "GET /feed", "DELETE /shops"),
    *("POST /customers/{id}/password-reset", "PUT /products/{id}"),
)


class Shop:
    """The running service, and the load adapter at work on it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self._folder = folder

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path) as answer:
            return json.load(answer)

    def loaded(self, load: Load, *, document: Any = None) -> dict[str, Any]:
        """The recording of the load: whether this machine was quiet meanwhile is not asked."""
        (_, run) = self.outputs(load, document=document)
        recording: dict[str, Any] = json.loads(run.files["result"])
        return recording

    def outputs(
        self, load: Load, *, document: Any = None, probe_alone: bool = False
    ) -> tuple[ToolOutput, ...]:
        """What both programs left."""
        made, run = locust.commands(*self._given(load, document))
        first = self._one(made)
        return (first, ToolOutput(exit_code=1) if probe_alone else self._one(run))

    def operations(self) -> dict[str, dict[str, Any]]:
        """The operations of the scenario that was written, by name."""
        return {one["name"]: one for one in self.scenario()["operations"]}

    def scenario(self) -> dict[str, Any]:
        """The scenario that was written."""
        written: dict[str, Any] = json.loads((self._folder / "scenario.json").read_bytes())
        return written

    def _given(self, load: Load, document: Any) -> tuple[Target, Options]:
        file = self._folder / "document.json"
        file.write_text(json.dumps(self.get("/openapi.json") if document is None else document))
        target = Target(
            name="shop",
            service=Service(base_url=self.url),
            auth=Auth(login=Login(path="/login", body={}, token="/token")),
            load=load,
        )
        options = Options(
            tree=str(self._folder),
            output=str(self._folder),
            python=sys.executable,
            bin=str(Path(sys.executable).parent),
            base_url=self.url,
            document=str(file),
            settings=WISHED,
        )
        return target, options

    def _one(self, given: Invocation) -> ToolOutput:
        for name, text in given.inputs.items():
            (self._folder / name).write_text(text)
        env = {**os.environ, **given.env, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(given.argv, cwd=given.cwd, env=env, capture_output=True, timeout=60)
        paths = {name: self._folder / path for name, path in given.files.items()}
        return ToolOutput(
            exit_code=done.returncode,
            stdout=done.stdout,
            stderr=done.stderr,
            files={name: path.read_bytes() for name, path in paths.items() if path.exists()},
        )


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop of its own for each test."""
    with subprocess.Popen([sys.executable, str(SHOP)], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield Shop(f"http://127.0.0.1:{server.stdout.readline().strip()}", tmp_path)
        server.kill()


def test_a_made_up_load_has_no_failing_request(shop: Shop) -> None:
    """Every operation that can be asked is, none fails, and none that does harm was called."""
    recording = shop.loaded(Load(rate=80))
    assert recording["finished"]
    assert recording["total"]["failures"] == {}
    assert recording["warmup_failures"] == 0
    calls = shop.get("/audit")
    assert not set(HARM) & set(calls)
    assert set(shop.operations()) <= set(calls)
    assert calls["DELETE /shops/{id}"] < calls["POST /shops"]
    assert calls["DELETE /shops/{shop}/items/{item}"] < calls["POST /shops/{shop}/items"]


@pytest.fixture
def made(shop: Shop) -> Callable[..., tuple[dict[str, dict[str, Any]], str]]:
    """The operations that the probe writes, and its notes as one text."""

    def make(load: Load, document: Any = None) -> tuple[dict[str, dict[str, Any]], str]:
        (first, _) = shop.outputs(load, document=document, probe_alone=True)
        assert first.exit_code == 0, first.stderr
        return shop.operations(), "\n".join(json.loads(first.stdout)["notes"])

    return make


Made = Callable[..., tuple[dict[str, dict[str, Any]], str]]


def test_what_each_operation_needs(made: Made) -> None:
    """Written by hand from the service: where ids stand, and what may be asked once alone."""
    ops, notes = made(Load(rate=100))
    captured = {name: set(one["capture"].values()) for name, one in ops.items() if one["capture"]}
    assert captured == {
        "POST /customers": {"/data/customer_id"},
        "POST /shops": {"$location"},
        "POST /shops/{shop}/items": {"/itemId"},
        "POST /orders": {"/id"},
        "POST /drafts": {"/id"},
    }
    assert {name for name, one in ops.items() if one["takes"]} == {
        "DELETE /shops/{id}",
        "DELETE /shops/{shop}/items/{item}",
        "POST /orders/{id}/pay",
        "POST /drafts/{id}/close",
    }
    assert {name for name, one in ops.items() if one["bodies"]} == {
        "POST /customers",
        "PUT /customers/{id}",
    }
    assert ops["GET /search"]["path"] == "/search?q=a%20b%26c"
    assert json.loads(ops["POST /orders"]["body"]) == {"customer_id": "{customer}"}
    assert ops["POST /shops"]["status"] == [201]
    assert ops["POST /tickets"]["status"] == [200, 202]
    assert "POST /wallets: it works once and no more: no valid request was found: it" in notes
    assert "GET /wallets/{id}: there is no object of /wallets/{} to ask for" in notes
    assert "GET /tickets/{id}: there is no object of /tickets/{} to ask for" in notes
    assert "POST /imports: no valid request was found: it answered 422" in notes
    assert "GET /reports: the identity of the load may not: it answered 403" in notes
    assert "GET /feed: its answer is a stream that does not end" in notes


def test_weights_hold_but_what_uses_up_objects_waits_for_them(made: Made) -> None:
    weights = {"POST /shops": 2.0, "DELETE /shops/{id}": 50.0, "GET /shops/{id}": 7.0}
    ops, _ = made(Load(rate=100, weights={**weights, "GET /products": 0}))
    assert ops["GET /shops/{id}"]["weight"] == 7.0
    assert ops["POST /shops"]["weight"] == 2.0
    assert 0 < ops["DELETE /shops/{id}"]["weight"] < 1.0
    assert "GET /products" not in ops


def test_objectives_have_the_names_of_the_load(made: Made, shop: Shop) -> None:
    document = shop.get("/openapi.json")
    document["paths"]["/products"]["get"]["operationId"] = "listProducts"
    bounds = {"GET /products": Objective(p95_ms=5), "GET /search": Objective(p99_ms=9)}
    made(Load(rate=100, objectives=bounds), document)
    assert shop.scenario()["objectives"].keys() == {"listProducts", "GET /search"}


def test_nothing_is_written_where_the_target_file_forbids_it(made: Made, shop: Shop) -> None:
    ops, notes = made(Load(rate=100, writes=False))
    assert set(ops) == {"GET /products", "GET /products/{id}", "GET /search"}
    assert not any(not name.startswith("GET ") for name in shop.get("/audit"))
    assert "POST /shops: it writes, and load.writes is false" in notes
    assert "GET /shops/{id}: there is no object of /shops/{} to ask for" in notes


def test_a_failing_service_is_no_reason_to_leave_an_operation_out(shop: Shop) -> None:
    """What answers 500 is in the load, which then fails; a 422 would have been our own fault."""
    document = shop.get("/openapi.json")
    kept = {"/products": document["paths"]["/products"], "/broken": {"get": {"responses": {}}}}
    recording = shop.loaded(Load(rate=60), document={**document, "paths": kept})
    broken = recording["operations"]["GET /broken"]
    assert broken["failures"] == {"status 500": broken["requests"]}
    assert broken["requests"] > 0


@pytest.mark.parametrize(
    ("load", "paths", "reason", "words"),
    [
        (
            Load(rate=9, weights={"GET /product": 1}),
            None,
            Reason.INCOMPLETE,
            ("load.weights names 'GET /product'", "did you mean GET /products"),
        ),
        (
            Load(rate=9, objectives={"POST /shop": Objective(p95_ms=5)}),
            None,
            Reason.INCOMPLETE,
            ("load.objectives names 'POST /shop'", "POST /shops"),
        ),
        (Load(rate=9), {}, Reason.INCOMPLETE, ("has no operation",)),
        (
            Load(rate=9),
            {"/login": {"post": {"responses": {}}}},
            Reason.NOTHING_EXAMINED,
            ("no operation of the document can be asked", "POST /login: it logs in"),
        ),
        (
            Load(rate=9),
            {"/imports": {"post": {"responses": {}}}},
            Reason.NOTHING_EXAMINED,
            ("POST /imports: no valid request was found: it answered 422",),
        ),
    ],
)
def test_what_makes_no_load_is_said(
    shop: Shop, load: Load, paths: Any, reason: Reason, words: tuple[str, ...]
) -> None:
    document = shop.get("/openapi.json")
    given = document if paths is None else {**document, "paths": paths}
    with pytest.raises(ParseError) as caught:
        locust.parse(shop.outputs(load, document=given, probe_alone=True))
    assert caught.value.reason is reason
    for word in words:
        assert word in caught.value.detail


def test_locust_ends_at_once_without_a_scenario(shop: Shop) -> None:
    """Else a load that could not be made up would take as long as the load itself."""
    (made_up, run) = shop.outputs(Load(rate=9, weights={"GET /nothing": 1}))
    assert (made_up.exit_code, run.files) == (3, {})
    assert b"scenario.json: what makes it up has failed" in run.stderr


def test_a_service_that_is_gone_is_said_before_the_load(shop: Shop) -> None:
    document = shop.get("/openapi.json")
    shop.url = "http://127.0.0.1:1"  # nobody listens there
    with pytest.raises(ParseError) as caught:
        locust.parse(shop.outputs(Load(rate=9), document=document, probe_alone=True))
    assert caught.value.reason is Reason.TARGET_DOWN
