"""The contract gate on a service and its twins: defects are found, unusual services are not blamed.

Every test runs the real Schemathesis against a real service; both are small on purpose.
"""

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gates.core.behaviour import Contract, Identity
from gates.core.exchanges import lines
from gates.core.model import Aspect, Reason, Status, ToolReport
from gates.core.target import Auth, Service, Target
from gates.core.tool import Invocation, Options, ParseError, ToolOutput
from gates.tools import schemathesis
from tests.invocations import left_by, surrounded
from tests.servers import printing

DATA = Path(__file__).parent / "data" / "contract"
TOKEN, ADMIN = "token-abcdef123456", "token-of-the-admin-77"
CANARY = "canary-7f3a91c2"
AUTH = Auth(headers={"Authorization": "Bearer ${T}"})


def service(plant: str = "", **env: str) -> AbstractContextManager[str]:
    return printing(DATA / "things_service.py", PLANT=plant, **{"TOKEN": TOKEN, **env})


def judged(folder: Path, origin: str, target: Target | None = None, **settings: Any) -> ToolReport:
    """What the adapter reports after its programs ran as the runner starts them."""
    chosen = target or Target(name="t", auth=AUTH)
    (folder / "output").mkdir(exist_ok=True)
    (folder / "scratch").mkdir(exist_ok=True)
    kept = sorted(str(p.relative_to(folder)) for p in folder.glob("gatescore/corpus/*.json"))
    options = Options(
        tree=str(folder),
        output=str(folder / "output"),
        files=tuple(kept),
        python=sys.executable,
        base_url=origin,
        document=str(DATA / "things.json"),
        recorded=str(folder / "scratch"),
        revision="r1",
        today="2026-01-01",
        settings={"max_examples": 2, "seed": 1, "request_timeout_s": 5, **settings},
    )
    done = [started(one, folder / "output") for one in schemathesis.commands(chosen, options)]
    return schemathesis.parse(tuple(done))


def started(invocation: Invocation, folder: Path) -> ToolOutput:
    identities = {
        "default": {"headers": {"Authorization": f"Bearer {TOKEN}"}},
        "admin": {"headers": {"Authorization": f"Bearer {ADMIN}"}},
    }
    secret = ADMIN if invocation.secrets == ("GATESCORE_HEADERS:admin",) else TOKEN
    env = {
        "GATESCORE_HEADER_0": f"Bearer {secret}",
        "GATESCORE_IDENTITIES": msgspec.json.encode(identities).decode(),
    }
    return left_by(invocation, folder, surrounded(**env))


def found(report: ToolReport) -> set[tuple[str, str]]:
    return {(finding.rule, finding.context) for finding in report.findings}


@pytest.mark.parametrize("plant", ["", "masked", "bare", "soft"])
def test_a_correct_service_is_not_blamed_however_unusual(tmp_path: Path, plant: str) -> None:
    with service(plant) as origin:
        report = judged(tmp_path, origin)
    assert found(report) == set()
    assert report.incomplete == ()
    assert report.measurements["contract.exercised_percent"].value == 100
    told = {"": [], "masked": ["ST401"], "bare": ["ST101", "ST204"], "soft": ["ST301"]}
    assert [note.split()[2] for note in report.notes] == told[plant]


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        ("crash", {("ST101", "POST /v1/things 500 ZeroDivisionError")}),
        ("undead", {("ST301", "DELETE /v1/things/{id} 200")}),
        (
            "html",  # B45
            {
                ("ST105", "GET /v1/things text/html"),
                ("ST105", "GET /v1/things/{id} text/html"),
            },
        ),
    ],
)
def test_its_twin_is_told_by_the_defect_alone(
    tmp_path: Path, plant: str, expected: set[tuple[str, str]]
) -> None:
    with service(plant) as origin:
        report = judged(tmp_path, origin, max_examples=5)
    assert found(report) == expected
    assert all(one.metric and one.reproduce.startswith("curl") for one in report.findings)
    assert TOKEN not in msgspec.json.encode(report).decode()


def test_a_service_that_answers_everything_with_200_fails_at_every_operation(
    tmp_path: Path,
) -> None:
    with service("everything") as origin:
        report = judged(tmp_path, origin)
    named = {one.operation for one in report.operations if one.aspect is Aspect.EXERCISED}
    assert {" ".join(context.split()[:2]) for _, context in found(report)} == named
    assert (report.measurements["contract.invalid_accepted"].value or 0) >= 5


def test_a_service_that_goes_down_is_an_error_that_names_the_request(tmp_path: Path) -> None:
    with service("die") as origin, pytest.raises(ParseError, match="limit=50") as caught:
        judged(tmp_path, origin)
    assert caught.value.reason is Reason.TARGET_DOWN


def test_b43_answers_that_unpack_without_end_are_no_pass_and_named(tmp_path: Path) -> None:
    with service("bomb") as origin:
        (said,) = judged(tmp_path, origin).incomplete
    assert said.startswith("Network Error: ")
    assert "GET /v1/things" in said
    assert "body-too-large: more than 16,777,216 bytes" in said


@pytest.mark.parametrize(
    ("plant", "words"), [("refuse", "got 401: mend"), ("expire", "nobody let us in any more")]
)
def test_credentials_that_are_no_longer_taken_are_no_pass(
    tmp_path: Path, plant: str, words: str
) -> None:
    with service(plant) as origin:
        report = judged(tmp_path, origin)
    (said,) = report.incomplete
    assert words in said


def test_a_rule_that_no_schema_says_has_to_be_named(tmp_path: Path) -> None:
    with service("rule") as origin:
        plain = judged(tmp_path, origin, max_examples=10)
        contract = Contract(refusals={"createSpan": "the end is not before the start"})
        named = judged(tmp_path, origin, Target(name="t", auth=AUTH, contract=contract))
    assert found(plain) == {("ST202", "POST /v1/spans 422")}
    assert found(named) == set()


def test_what_is_left_out_is_shown_and_not_asked(tmp_path: Path) -> None:
    contract = Contract(exclude={"listThings": "it ends the service"})
    with service("die") as origin:
        report = judged(tmp_path, origin, Target(name="t", auth=AUTH, contract=contract))
    cells = {one.operation: one for one in report.operations if one.aspect is Aspect.EXERCISED}
    assert cells["GET /v1/things"].state is Status.NO_DATA
    assert cells["GET /v1/things"].detail == "left out: it ends the service"
    assert report.notes == ("left out by [contract.exclude]: GET /v1/things: it ends the service",)
    assert "4 of 4 operations" in report.measurements["contract.exercised_percent"].detail


@pytest.mark.parametrize(
    ("named", "reason", "words"),
    [
        (("nothing",), Reason.INCOMPLETE, "which the document does not have"),
        (
            ("listThings", "createThing", "getThing", "DELETE /things/{id}", "POST /v1/spans"),
            Reason.NOTHING_EXAMINED,
            "none is left",
        ),
    ],
)
def test_exclusions_that_cannot_be(
    tmp_path: Path, named: tuple[str, ...], reason: Reason, words: str
) -> None:
    target = Target(name="t", contract=Contract(exclude=dict.fromkeys(named, "why")))
    with pytest.raises(ParseError, match=words) as caught:
        judged(tmp_path, "http://127.0.0.1:9", target)
    assert caught.value.reason is reason


def test_p64_nothing_of_an_answer_or_a_credential_is_kept_and_the_exchanges_are_scratch(
    tmp_path: Path,
) -> None:
    """Two identities, one run each; the canary is in bodies, cookies and, encoded, in events."""
    contract = Contract(identities=("admin",))
    identities = {"admin": Identity(headers={"Authorization": "Bearer ${A}"})}
    target = Target(name="t", auth=AUTH, contract=contract, identities=identities)
    with service("undead", CANARY=CANARY, ADMIN=ADMIN) as origin:
        report = judged(tmp_path, origin, target)
    assert ("ST301", "DELETE /v1/things/{id} 200") in found(report)
    assert sum(rule == "ST301" for rule, _ in found(report)) == 1
    held = [path for path in (tmp_path / "output").rglob("*") if path.is_file()]
    secret = (CANARY.encode(), TOKEN.encode(), ADMIN.encode())
    assert [p.name for p in held if any(one in p.read_bytes() for one in secret)] == []
    assert {"digest-0.json", "digest-1.json"} <= {path.name for path in held}
    assert [path.name for path in (tmp_path / "scratch").iterdir()] == ["schemathesis.ndjson"]
    with (tmp_path / "scratch" / "schemathesis.ndjson").open("rb") as file:
        exchanges = list(lines(file))
    assert {one.identity for one in exchanges} == {"default", "admin"}
    assert any(CANARY in one.body for one in exchanges)


def test_what_a_run_found_is_replayed_until_it_is_mended(tmp_path: Path) -> None:
    with service("crash,undead") as origin:
        first = judged(tmp_path, origin, max_examples=5)
    cases = tmp_path / "output" / "corpus"
    (tmp_path / "gatescore").mkdir()
    cases.rename(tmp_path / "gatescore" / "corpus")
    stale = tmp_path / "gatescore" / "corpus" / "stale.json"
    text = (tmp_path / "gatescore" / "corpus").glob("post*.json").__next__().read_text()
    stale.write_text(text.replace("POST /v1/things", "POST /v1/gone"))
    contract = Contract(exclude={"listThings": "quiet"})  # the replay alone has to find them
    target = Target(name="t", auth=AUTH, contract=contract)
    with service("crash,undead") as origin:
        again = judged(tmp_path, origin, target, max_examples=1)
    with service() as origin:
        mended = judged(tmp_path, origin, target, max_examples=1)
    assert found(first) <= found(again) | {("ST301", "DELETE /v1/things/{id} 200")}
    assert ("ST101", "POST /v1/things 500 ZeroDivisionError") in found(again)
    assert found(mended) == set()
    fits = [note for note in mended.notes if "no longer fits the document" in note]
    assert fits == [
        "gatescore/corpus/stale.json no longer fits the document: it has no POST /v1/gone"
    ]


def test_exploring_seeds_are_stated_and_come_again() -> None:
    """One revision and day: one set of seeds; another day, others. The budget is shared."""
    options = Options(tree="/t", output="/o", revision="r", today="2026-01-01")
    night = msgspec.structs.replace(options, settings={"seeds": 3, "max_time_s": 300.0})
    later = msgspec.structs.replace(night, today="2026-01-02")
    assert schemathesis.seeds(options) == (1,)
    assert schemathesis.seeds(night) == schemathesis.seeds(night)
    assert len({*schemathesis.seeds(night), *schemathesis.seeds(later)}) == 6
    contract = Contract(identities=("admin",))
    identities = {"admin": Identity(headers={"X": "1"})}
    target = Target(
        name="t", contract=contract, identities=identities, service=Service(base_url="http://h")
    )
    runs = schemathesis.commands(target, night)
    given = [msgspec.json.decode(run.inputs[run.argv[-1]]) for run in runs]
    assert [one["identity"] for one in given] == ["default"] * 3 + ["admin"] * 3
    budgets = {one["arguments"][one["arguments"].index("--max-time") + 1] for one in given}
    assert budgets == {"50"}
    assert all(run.fresh for run in runs)
