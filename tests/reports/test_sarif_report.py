"""SARIF: valid by its schema, within GitHub's limits, read back by our reader and by others."""

import base64
import gzip
import json
import random
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from sarif import loader

from gates.core.model import (
    Finding,
    FindingState,
    GateResult,
    GateStatus,
    Scorecard,
    Severity,
    Status,
    TargetState,
    Weight,
)
from gates.tools.formats import sarif as reader
from gates.tools.formats.places import Tree
from reports.sarif_report import MOST_RESULTS, render
from tests.reports import adopted_samples, many, samples
from tests.reports.hostile import PAYLOADS, every, rich
from tests.reports.part_samples import criterion
from tests.reports.unruly import FEW, cards, harmless, spoilt

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0-rtm.5.json").read_bytes())
for _part in ("run", "toolComponent"):  # its expression has a bracket too many
    del SCHEMA["definitions"][_part]["properties"]["language"]["pattern"]
VALIDATOR = jsonschema_rs.validator_for(SCHEMA)


def logs(card: Scorecard) -> dict[str, Any]:
    return {name: json.loads(data) for name, data in render(card)}


def run_of(card: Scorecard, name: str) -> Any:
    (run,) = logs(card)[name]["runs"]
    return run


def one(**more: object) -> Any:
    """The result of a scorecard with one finding."""
    (result,) = run_of(many.card(many.gate("ruff", 1, **more)), "ruff.sarif")["results"]
    return result


def read_back(data: bytes) -> reader.Found:
    uris = re.findall(r'"uri":"([^"]*)"', data.decode())
    tree = Tree(roots=("/nowhere",), files=frozenset(map(unquote, uris)))
    return reader.read(data, tree, tool="x", what="a report of ours")


@pytest.mark.parametrize(
    "card",
    [*every(), many.card(many.gate("mypy", 200))],
)
def test_every_file_follows_the_schema_p61(card: Scorecard) -> None:
    for name, log in logs(card).items():
        errors = [error.message for error in VALIDATOR.iter_errors(log)]
        assert not errors, name


def test_one_file_a_tool_with_a_category_of_its_own_p61() -> None:
    found = logs(samples.failing())
    assert {"gatescore.sarif", "ruff.sarif", "pytest.sarif", "schemathesis.sarif"} <= set(found)
    categories = []
    for log in found.values():
        (run,) = log["runs"]
        categories.append(run["automationDetails"]["id"])
    assert len(set(categories)) == len(found)
    assert "gatescore/bookstore/ruff/" in categories


def test_tools_whose_names_become_one_get_files_of_their_own() -> None:
    card = many.card(many.gate("a b", 1), many.gate("a/b", 1), many.gate("..", 1))
    assert set(logs(card)) == {"gatescore.sarif", "a-b.sarif", "a-b-2.sarif", "tool.sarif"}


def test_what_a_tool_found_comes_back() -> None:
    card = many.card(many.gate("ruff", 20, state=None))
    back = read_back(dict(render(card))["ruff.sarif"])
    assert not back.suppressed
    assert not back.incomplete
    assert back.version == "1.0"
    told = sorted((each.rule, each.severity, each.message, each.path) for each in back.findings)
    ours = card.gates[0].findings
    assert told == sorted((each.rule, each.severity, each.message, each.path) for each in ours)
    assert sorted(each.line for each in back.findings) == sorted(each.line for each in ours)


def test_sarif_tools_reads_all_of_it(tmp_path: Path) -> None:
    card = msgspec.structs.replace(samples.failing(), gates=(many.gate("mypy", 9, state=None),))
    for name, data in render(card):
        (tmp_path / name).write_bytes(data)
    found = loader.load_sarif_files(str(tmp_path))
    records = found.get_records()
    assert {record["Tool"] for record in records} == {"mypy"}
    assert {record["Severity"] for record in records} == {"error", "warning", "note"}
    assert sorted((each["Location"], each["Line"]) for each in records) == sorted(
        (each.path, each.line) for each in card.gates[0].findings
    )


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        (Severity.CRITICAL, "error"),
        (Severity.HIGH, "error"),
        (Severity.MEDIUM, "warning"),
        (Severity.LOW, "note"),
        (Severity.INFO, "note"),
    ],
)
def test_every_severity_survives(severity: Severity, level: str) -> None:
    card = many.card(many.gate("ruff", 1, severity=severity))
    assert run_of(card, "ruff.sarif")["results"][0]["level"] == level
    assert read_back(dict(render(card))["ruff.sarif"]).counts[severity] == 1


def test_a_rule_is_as_bad_as_its_worst_and_each_result_as_bad_as_it_is() -> None:
    worse = many.finding("ruff", 1, rule="R", severity=Severity.CRITICAL, state=None)
    better = many.finding("ruff", 2, rule="R", severity=Severity.LOW, state=None)
    gate = msgspec.structs.replace(many.gate("ruff", 0), findings=(better, worse))
    run = run_of(many.card(gate), "ruff.sarif")
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["properties"]["security-severity"] == "9.5"
    assert [each["level"] for each in run["results"]] == ["error", "note"]
    assert read_back(dict(render(many.card(gate)))["ruff.sarif"]).counts[Severity.LOW] == 1


def test_fingerprints_are_ours() -> None:
    assert one(fingerprint="ab12")["partialFingerprints"] == {
        "gatescore/v1": "ab12",
        "primaryLocationLineHash": "ab12:1",
    }


def test_a_waived_finding_stays_and_says_who_and_why() -> None:
    card = adopted_samples.adopted()
    waived = [each for gate in card.gates for each in gate.findings if each.waiver]
    results = [each for log in logs(card).values() for each in log["runs"][0]["results"]]
    told = [each["suppressions"] for each in results if each["suppressions"]]
    assert len(told) == sum(each.excused for gate in card.gates for each in gate.findings)
    use = next(each for each in card.waivers if each.id == waived[0].waiver)
    texts = " ".join(each["justification"] for (each,) in told)
    assert use.reason in texts
    assert use.owner in texts


@pytest.mark.parametrize(
    ("state", "word", "suppressed"),
    [
        (None, None, 0),
        (FindingState.NEW, "new", 0),
        (FindingState.OLD, "unchanged", 0),
        (FindingState.KNOWN, "unchanged", 1),
    ],
)
def test_the_baseline_is_told(
    state: FindingState | None, word: str | None, suppressed: int
) -> None:
    result = one(state=state)
    assert result.get("baselineState") == word
    assert len(result["suppressions"]) == suppressed


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("src/a b#c%d?.py", "src/a%20b%23c%25d%3F.py"),
        ("src/größe/日本.py", "src/gr%C3%B6%C3%9Fe/%E6%97%A5%E6%9C%AC.py"),
        ("c:d.py", "c%3Ad.py"),
        ("bad\udcff.py", "bad%FF.py"),
        ("src/😀.py", "src/%F0%9F%98%80.py"),
    ],
)
def test_a_path_is_a_relative_uri_b47(path: str, shown: str) -> None:
    (location,) = one(path=path)["locations"]
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == shown
    assert not urlsplit(uri).scheme


@pytest.mark.parametrize("path", ["/etc/passwd", "../other/x.py", "a/../../x", "C:\\x.py"])
def test_a_place_outside_is_left_out_and_counted_b49(path: str) -> None:
    run = run_of(many.card(many.gate("ruff", 1, path=path)), "ruff.sarif")
    assert run["results"] == []
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "1 findings are in no file" in note["message"]["text"]
    assert "passwd" not in json.dumps(run)


def test_what_has_no_file_is_shown_at_the_target_file() -> None:
    (location,) = one(path="")["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "gatescore.toml"
    assert location["physicalLocation"]["region"] == {"startLine": 1}


def test_paths_are_those_of_the_repository() -> None:
    target = TargetState(name="shop", revision="r", dirty=False, folder="services/a shop")
    card = many.card(many.gate("ruff", 1), target=target)
    (result,) = run_of(card, "ruff.sarif")["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "services/a%20shop/src/shop/module_0.py"


@pytest.mark.parametrize("folder", ["//a.example", "/root", "..", "C:\\x"])
def test_a_folder_that_leaves_the_repository_is_none(folder: str) -> None:
    target = TargetState(name="shop", revision="r", dirty=False, folder=folder)
    (result,) = run_of(many.card(many.gate("ruff", 1), target=target), "ruff.sarif")["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "src/shop/module_0.py"


def test_what_could_not_be_judged_is_told_and_never_an_empty_success() -> None:
    found = logs(samples.inconclusive())
    assert "pip-audit.sarif" not in found
    (invocation,) = found["gatescore.sarif"]["runs"][0]["invocations"]
    assert not invocation["executionSuccessful"]
    texts = " ".join(each["message"]["text"] for each in invocation["toolExecutionNotifications"])
    for gate in ("dependencies is ERROR", "headers is NOT_RUN", "sign-off is PENDING"):
        assert gate in texts
    assert read_back(dict(render(samples.inconclusive()))["gatescore.sarif"]).incomplete


def test_a_tool_that_found_something_before_it_broke_says_both() -> None:
    gate = msgspec.structs.replace(many.gate("ruff", 3), status=GateStatus.ERROR, detail="half")
    run = run_of(many.card(gate), "ruff.sarif")
    assert len(run["results"]) == 3
    assert not run["invocations"][0]["executionSuccessful"]


def test_a_clean_tool_has_an_empty_list_of_results() -> None:
    run = run_of(many.card(many.gate("ruff", 0)), "ruff.sarif")
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"]


def test_the_worst_of_thirty_thousand_are_kept_and_the_rest_is_counted_p61(tmp_path: Path) -> None:
    counts = {"mypy": 30_000, "ruff": 10, "bandit": 7}
    gates = [many.gate(tool, count, state=None) for tool, count in counts.items()]
    files = dict(render(many.card(*gates)))
    assert set(files) == {"gatescore.sarif", *(f"{tool}.sarif" for tool in counts)}
    runs = {}
    for name, data in files.items():
        assert len(gzip.compress(data, 1)) <= 10_000_000
        assert VALIDATOR.is_valid(json.loads(data)), name
        (tmp_path / name).write_bytes(data)
        (runs[name],) = json.loads(data)["runs"]
    assert len({run["automationDetails"]["id"] for run in runs.values()}) == len(files)
    run = runs["mypy.sarif"]
    assert len(run["results"]) == MOST_RESULTS == 25_000
    shown = [each["level"] for each in run["results"]]
    assert shown == sorted(shown, key=["error", "warning", "note"].index)
    assert set(shown[:5_000]) == {"error"}  # GitHub shows no more of them
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "5,000 of 30,000 results are left out" in note["message"]["text"]
    assert run["invocations"][0]["executionSuccessful"]
    kept = loader.load_sarif_files(str(tmp_path)).get_records()
    assert len([each for each in kept if each["Tool"] == "mypy"]) == MOST_RESULTS


def test_a_file_that_does_not_compress_is_cut_to_ten_megabytes_p61() -> None:
    dice = random.Random(7)
    findings = tuple(
        many.finding("mypy", number, message=base64.b64encode(dice.randbytes(3_000)).decode())
        for number in range(6_000)
    )
    gate = msgspec.structs.replace(many.gate("mypy", 0), findings=findings)
    data = dict(render(many.card(gate)))["mypy.sarif"]
    assert len(gzip.compress(data)) <= 10_000_000
    run = json.loads(data)["runs"][0]
    assert 1_000 < len(run["results"]) < 6_000
    assert "left out" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_a_message_of_ten_megabytes_is_cut_b48() -> None:
    text = one(message="x" * 10_000_000)["message"]["text"]
    assert len(text) < 5_000
    assert "more characters" in text


def test_a_message_holds_no_link_and_no_template_b51_b52_b53() -> None:
    result = one(message="[click](javascript:alert(1)) {{7*7}} {0}", url="javascript:alert(1)")
    assert result["message"]["text"] == "[click] (javascript:alert(1)) {{7*7}} {0}"
    card = many.card(many.gate("ruff", 1, url="javascript:alert(1)"))
    assert "helpUri" not in run_of(card, "ruff.sarif")["tool"]["driver"]["rules"][0]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_any_text_gives_a_valid_file_b10_b11_b46_b54(payload: str) -> None:
    for name, data in render(spoilt(rich(), payload)):
        assert re.fullmatch(r"[a-z0-9_.-]+\.sarif", name)
        text = data.decode("utf-8", "strict")
        assert all(letter == "\n" or letter.isprintable() for letter in text)
        assert not list(VALIDATOR.iter_errors(json.loads(text)))


@given(cards())
@FEW
def test_any_text_at_all_gives_valid_files_with_places_in_the_repository(card: Scorecard) -> None:
    for name, data in render(card):
        assert re.fullmatch(r"[a-z0-9_.-]+\.sarif", name)
        text = data.decode("utf-8", "strict")
        assert harmless(text.replace("\n", ""))
        assert not list(VALIDATOR.iter_errors(json.loads(text)))
        for result in json.loads(text)["runs"][0]["results"]:
            place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[A-Za-z0-9_.~/%-]+", place)


def test_the_same_scorecard_gives_the_same_bytes_p32() -> None:
    assert list(render(rich())) == list(render(rich()))


def test_findings_that_are_only_counted_are_told() -> None:
    gate = GateResult(
        id="lint",
        title="",
        level=1,
        status=GateStatus.FAIL,
        findings=(Finding(tool="ruff", rule="R", severity=Severity.LOW, message="m"),),
        findings_total=12,
    )
    run = run_of(many.card(gate), "gatescore.sarif")
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "11 findings are counted and not listed"


def test_a_bound_that_does_not_hold_is_a_result_at_the_target_file() -> None:
    target = TargetState(name="shop", revision="r", dirty=False, folder="services/shop")
    run = run_of(msgspec.structs.replace(samples.failing(), target=target), "gatescore.sarif")
    found = {each["ruleId"]: each for each in run["results"]}
    assert found["load.p99"]["level"] == "error"
    assert "215.712 is not < 200" in found["load.p99"]["message"]["text"]
    place = found["load.p99"]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "services/shop/gatescore.toml"
    assert "lint.errors" not in found  # its findings are results of ruff
    assert run["invocations"][0]["executionSuccessful"]


def test_an_unmet_bound_stays_the_same_alert_while_its_number_moves() -> None:
    names = [
        [each["partialFingerprints"] for each in run_of(card, "gatescore.sarif")["results"]]
        for card in (samples.failing(6), samples.failing(140))
    ]
    assert names[0] == names[1]
    assert len({json.dumps(each) for each in names[0]}) == len(names[0])


def test_what_could_not_be_judged_is_a_result_too() -> None:
    run = run_of(samples.inconclusive(), "gatescore.sarif")
    told = {each["ruleId"]: each["message"]["text"] for each in run["results"]}
    assert {"dependencies", "headers", "sign-off"} <= set(told)
    assert told["headers"].startswith("headers is NOT_RUN: ")


def test_what_blocks_nothing_is_a_warning_and_what_is_left_out_is_no_result() -> None:
    weights = {"a": (Weight.SHOULD, ""), "b": (Weight.BLOCK, ""), "c": (Weight.BLOCK, "no gRPC")}
    criteria = tuple(
        criterion(f"g.{id}", "T", Status.FAIL, "1 is not == 0", weight=weight, skipped=why)
        for id, (weight, why) in weights.items()
    )
    gate = msgspec.structs.replace(many.gate("ruff", 0), criteria=criteria, status=GateStatus.FAIL)
    results = run_of(many.card(gate), "gatescore.sarif")["results"]
    assert [(each["ruleId"], each["level"]) for each in results] == [
        ("g.b", "error"),
        ("g.a", "warning"),
    ]


def test_a_gate_that_failed_without_a_criterion_is_a_result() -> None:
    gate = msgspec.structs.replace(many.gate("ruff", 0), status=GateStatus.FAIL, detail="why not")
    (result,) = run_of(many.card(gate), "gatescore.sarif")["results"]
    assert (result["ruleId"], result["message"]["text"]) == ("ruff", "ruff is FAIL: why not")
