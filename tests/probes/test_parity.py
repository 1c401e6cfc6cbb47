"""The parity probe against a service in many styles, correct and with one defect each (B46)."""

import json
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gates.core.fingerprint import fingerprinted
from gates.core.model import Reason, ToolReport
from gates.core.target import Auth, Code, OpenApi, Service, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools import parity
from tests.probes.parity_service import DOCUMENT
from tests.servers import starting

PROGRAM = Path(__file__).parent / "parity_service.py"
SOURCE = """
from fastapi import APIRouter, FastAPI
app = FastAPI()
router = APIRouter(prefix="/v1")
@router.get("/things")
def a(): ...
@router.post("/things")
def b(): ...
@router.get("/things/{thing}")
def c(): ...
@router.put("/things/{thing}")
def d(): ...
@router.delete("/things/{thing}")
def e(): ...
@router.get("/cart")
def f(): ...
@router.get("/pages/{page}")
def p(): ...
@router.post("/logout")
def g(): ...
@app.get("/health")
def h(): ...
@app.get("/openapi.json")
def o(): ...
app.include_router(router)
"""


@pytest.fixture
def started() -> Iterator[Callable[..., str]]:
    """Start the service; its origin."""
    with starting() as start:

        def service(style: str = "plain", defect: str = "none") -> str:
            return start((sys.executable, str(PROGRAM), "{port}", style, defect))

        yield service


@pytest.fixture
def look(tmp_path: Path, run_probe: Callable[..., ToolOutput]) -> Callable[..., ToolReport]:
    """Run the adapter over a service; `source` is its program, where it can be read."""

    def run(url: str, source: str = "", served: bool = True, **settings: object) -> ToolReport:
        tree = tmp_path / "tree"
        (tree / "src").mkdir(parents=True, exist_ok=True)
        (tree / "src" / "main.py").write_text(source)
        (tree / "openapi.json").write_text(json.dumps(DOCUMENT))
        target = Target(
            name="t",
            code=Code(paths=("src",)) if source else None,
            service=Service(base_url=url),
            openapi=OpenApi(file="openapi.json", path="/openapi.json" if served else ""),
            auth=Auth(headers={"Authorization": "${A}"}),
        )
        options = Options(
            tree=str(tree),
            output=str(tmp_path),
            files=("openapi.json", "src/main.py"),
            python="x",
            base_url=url,
            document=str(tree / "openapi.json"),
            settings=settings,
        )
        (invocation,) = parity.commands(target, options)
        auth = '{"Authorization": "Bearer canary"}'
        return parity.parse((run_probe(invocation, GATESCORE_AUTH=auth),))

    return run


def values(report: ToolReport) -> tuple[float | None, ...]:
    """Differences, undocumented routes, dead operations."""
    return tuple(report.measurements[name].value for name in parity.METRICS)


@pytest.mark.parametrize("style", ["plain", "same", "closed", "numbered", "guarded"])
@pytest.mark.parametrize("source", ["", SOURCE], ids=["asked", "read"])
def test_a_correct_service_is_not_accused(started, look, style, source):
    report = look(started(style), source)
    assert report.findings == ()
    assert values(report) == (0.0, 0.0, 0.0)
    assert report.examined == 8


@pytest.mark.parametrize("style", ["everything", "page"])
def test_a_service_that_answers_everything_is_not_judged_by_its_answers(started, look, style):
    """B46: no finding, and no number that could pass for one."""
    report = look(started(style))
    assert report.findings == ()
    assert report.measurements["parity.undocumented_routes"].value is None
    assert "200" in report.measurements["parity.undocumented_routes"].why
    told = look(started(style), SOURCE)
    assert told.findings == ()
    assert told.measurements["parity.undocumented_routes"].value == 0.0


def test_a_service_that_refuses_everything_is_not_judged(started, look):
    report = look(started("refusing"), served=False)
    assert report.findings == ()
    assert values(report) == (None, None, None)
    assert "401" in report.measurements["parity.dead_operations"].why


DEAD = [
    ("plain", "dead-list", ["GET /v1/cart"]),
    ("plain", "dead-item", ["GET /v1/things/{id}"]),
    ("plain", "dead-create", ["POST /v1/things"]),
    ("plain", "dead-pages", ["GET /v1/pages/{page}"]),
    ("plain", "unbuilt", ["GET /v1/cart"]),
    ("closed", "dead-create", ["POST /v1/things"]),
    ("numbered", "dead-item", ["GET /v1/things/{id}"]),
    ("same", "dead-item", ["GET /v1/things/{id}"]),
    (
        "plain",
        "dead-items",
        ["DELETE /v1/things/{id}", "GET /v1/things/{id}", "PUT /v1/things/{id}"],
    ),
]


@pytest.mark.parametrize(("style", "defect", "labels"), DEAD)
def test_a_documented_operation_that_is_not_there_is_dead(started, look, style, defect, labels):
    report = look(started(style, defect))
    found = [one for one in report.findings if one.rule == "parity.dead-operation"]
    assert [one.context for one in found] == labels
    assert report.measurements["parity.dead_operations"].value == len(labels)
    assert all('"$BASE_URL"' in one.reproduce for one in found)
    others = [one for one in report.findings if one.rule != "parity.dead-operation"]
    assert others == []


def test_a_missing_object_behind_one_answer_for_all_is_said_to_be_unknown(started, look):
    """The cart of this user is empty: 404, as for a path that nobody has."""
    report = look(started("same"))
    assert report.measurements["parity.dead_operations"].value == 0.0
    assert any("GET /v1/cart (404: whether" in note for note in report.notes)


def test_what_the_source_does_not_have_is_dead_though_the_answer_says_little(started, look):
    without = SOURCE.replace('@router.get("/cart")\n', "")
    report = look(started("same", "dead-list"), without)
    assert [one.context for one in report.findings] == ["GET /v1/cart"]
    assert look(started("same"), SOURCE).findings == ()


HIDDEN = [
    ("hidden", "GET /admin"),
    ("hidden-guarded", "GET /actuator/env"),
    ("hidden-method", "PATCH /v1/things/{id}"),
]


@pytest.mark.parametrize(("defect", "label"), HIDDEN)
def test_a_route_that_no_document_has_is_found_by_asking(started, look, defect, label):
    report = look(started("plain", defect))
    assert [(one.rule, one.context) for one in report.findings] == [
        ("parity.undocumented-route", label)
    ]
    assert report.measurements["parity.undocumented_routes"].value == 1.0


def test_a_route_of_the_source_that_no_document_has_is_found(started, look):
    more = SOURCE + '@app.get("/admin", include_in_schema=False)\ndef i(): ...\n'
    (found,) = look(started("plain", "hidden"), more).findings
    assert (found.rule, found.context) == ("parity.undocumented-route", "GET /admin")
    assert (found.path, found.line) == ("src/main.py", more.count("\n") - 1)


def test_a_route_of_the_source_that_is_not_answered_is_left_out(started, look):
    more = SOURCE + 'if debug:\n    @app.get("/admin")\n    def i(): ...\n'
    report = look(started("plain"), more)
    assert report.findings == ()
    assert any("/admin" in note and "not answered" in note for note in report.notes)
    (found,) = look(started("plain", "hidden"), more).findings
    assert found.context == "GET /admin"


def test_a_hidden_route_may_be_allowed_by_name(started, look):
    report = look(started("plain", "hidden"), hidden_allowed=["/admin"])
    assert report.findings == ()


def test_a_served_document_that_differs_is_told_with_both_values(started, look):
    (found,) = look(started("plain", "document-differs")).findings
    assert found.rule == "parity.document-differs"
    assert found.path == "openapi.json"
    assert found.message == (
        "#/paths/~1v1~1things/get/deprecated: openapi.json says nothing, the service true"
    )


def test_a_target_with_one_document_has_nothing_to_compare(started, look):
    report = look(started("plain"), served=False)
    measured = report.measurements["parity.differences"]
    assert measured.value is None
    assert "only committed: name the other as openapi.path" in measured.why
    assert values(report)[1:] == (0.0, 0.0)


def test_nothing_is_changed_or_deleted_and_every_run_says_the_same(started, look):
    url = started("plain", "hidden")
    names = []
    for _ in range(3):
        names.append([one.fingerprint for one in fingerprinted(look(url).findings)])
        with urllib.request.urlopen(f"{url}/v1/things") as answer:
            assert json.load(answer) == [{"id": "t1", "name": "one"}]
    assert names[0] == names[1] == names[2] != []


def test_the_budget_is_kept_and_what_was_not_asked_is_said(started, look):
    report = look(started("plain"), max_requests=6)
    assert any("budget" in note for note in report.notes)
    assert any(note == "6 requests sent" for note in report.notes)


def test_a_dead_service_is_an_error(look):
    with pytest.raises(ParseError) as caught:
        look("http://127.0.0.1:1")
    assert caught.value.reason is Reason.TARGET_DOWN
