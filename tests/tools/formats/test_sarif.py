"""SARIF logs of every kind: severities, places, suppressions, refusals (B23, B24, B47 to B49)."""

import json
from typing import Any

import pytest

from gates.core.model import Finding, Reason, Severity
from gates.core.tool import ParseError
from gates.tools.formats import found, places, sarif
from gates.tools.formats.found import Found

TREE = places.Tree(roots=("/tree", "/real/tree"), files=frozenset({"src/a.py", "src/ä b.py"}))


def log(*results: Any, rules: Any = (), **run: Any) -> bytes:
    driver = {"name": "probe", "version": "1.2", "rules": list(rules)}
    return document({"tool": {"driver": driver}, "results": list(results), **run})


def document(*runs: Any, **keys: Any) -> bytes:
    return json.dumps({"version": "2.1.0", "runs": list(runs), **keys}).encode()


def result(**keys: Any) -> dict[str, Any]:
    return {"ruleId": "R1", "message": {"text": "said"}, **keys}


def at(uri: str, line: int = 3, **keys: Any) -> list[dict[str, Any]]:
    artifact = {"uri": uri, **keys}
    return [{"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": line}}}]


def read(data: bytes | None, tree: places.Tree = TREE) -> Found:
    return sarif.read(data, tree, tool="mine", what="the log")


def only(data: bytes, tree: places.Tree = TREE) -> Finding:
    (finding,) = read(data, tree).findings
    return finding


@pytest.mark.parametrize(
    ("keys", "rule", "severity"),
    [
        ({"level": "error"}, {}, Severity.HIGH),
        ({"level": "warning"}, {"defaultConfiguration": {"level": "error"}}, Severity.MEDIUM),
        ({"level": "note"}, {}, Severity.LOW),
        ({"level": "none"}, {}, Severity.INFO),
        ({}, {"defaultConfiguration": {"level": "error"}}, Severity.HIGH),
        ({}, {"defaultConfiguration": {}}, Severity.MEDIUM),
        ({}, {}, Severity.MEDIUM),
        ({"level": "BANANA"}, {}, Severity.CRITICAL),
        ({}, {"properties": {"security-severity": "9.0"}}, Severity.CRITICAL),
        ({}, {"properties": {"security-severity": "8.9"}}, Severity.HIGH),
        ({}, {"properties": {"security-severity": "4.0"}}, Severity.MEDIUM),
        ({"level": "error"}, {"properties": {"security-severity": 3.9}}, Severity.LOW),
        ({"level": "note"}, {"properties": {"security-severity": "much"}}, Severity.CRITICAL),
        ({"properties": {"security-severity": "9.9"}}, {}, Severity.CRITICAL),
    ],
)
def test_a_severity_is_the_results_own_or_its_rules_b24(keys, rule, severity):
    assert only(log(result(**keys), rules=[{"id": "R1", **rule}])).severity is severity


def test_a_severity_that_nobody_knows_is_the_worst_and_told_b15():
    report = read(log(result(level="BANANA"), result(level="BANANA")))
    assert report.counts[Severity.CRITICAL] == 2
    assert report.notes == ("a severity that nobody knows was read as the worst (2)",)


def test_an_invocation_may_change_the_level_of_a_rule():
    override = {"descriptor": {"id": "R1"}, "configuration": {"level": "note"}}
    run = {
        "invocations": [{"executionSuccessful": True, "ruleConfigurationOverrides": [override]}],
        "rules": [{"id": "R1", "defaultConfiguration": {"level": "error"}}],
    }
    assert only(log(result(provenance={"invocationIndex": 0}), **run)).severity is Severity.LOW
    assert only(log(result(), **run)).severity is Severity.HIGH


@pytest.mark.parametrize(
    ("keys", "id"),
    [
        ({"ruleId": "R1/case"}, "R1"),
        ({"ruleId": None, "ruleIndex": 1}, "R2"),
        ({"ruleId": None, "rule": {"index": 1}}, "R2"),
        ({"ruleId": "R2", "ruleIndex": 0}, "R2"),
        ({"ruleId": "E1", "rule": {"index": 0, "toolComponent": {"index": 0}}}, "E1"),
        ({"ruleId": "E1", "ruleIndex": 0}, "E1"),
    ],
)
def test_the_rule_is_found_by_index_or_by_id(keys, id):
    given = {key: value for key, value in {**result(), **keys}.items() if value is not None}
    given["message"] = {"id": "default", "arguments": ["x", "{0}"]}
    rules = [
        {"id": name, "messageStrings": {"default": {"text": name + ": {0} {1} {{2}} {7}"}}}
        for name in ("R1", "R2", "E1")
    ]
    driver = {"name": "probe", "rules": rules[:2]}
    tool = {"driver": driver, "extensions": [{"name": "more", "rules": rules[2:]}]}
    finding = only(document({"tool": tool, "results": [given]}))
    assert finding.message == f"{id}: x {{0}} {{2}} {{7}}"


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"text": "see [the line](1) and [docs](https://x.example/a)"}, "see the line and docs"),
        ({"markdown": "bold"}, "bold"),
        ({"id": "unknown"}, "short"),
        ({"text": "braces {0} {{x}}"}, "braces {0} {{x}}"),
    ],
)
def test_messages_for_people(message, text):
    rules = [{"id": "R1", "shortDescription": {"text": "short"}}]
    assert only(log(result(message=message), rules=rules)).message == text


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("src/a.py", "src/a.py"),
        ("./src/a.py", "src/a.py"),
        ("src/x/../a.py", "src/a.py"),
        ("src%2Fa.py", "src/a.py"),
        ("src/%C3%A4%20b.py", "src/ä b.py"),
        ("src\\a.py", "src/a.py"),
        ("file:///tree/src/a.py", "src/a.py"),
        ("file:///real/tree/src/a.py", "src/a.py"),
        ("file://localhost/tree/src/a.py", "src/a.py"),
        ("/tree/src/a.py", "src/a.py"),
        ("src/new%0A::error::%1b.py", "src/new\\x0a::error::\\x1b.py"),
        ("src/a%00.py", "src/a\\x00.py"),
    ],
)
def test_a_place_in_the_target_is_relative_to_its_root_b47(uri, path):
    finding = only(log(result(locations=at(uri))))
    assert (finding.path, finding.line, finding.label) == (path, 3, "")


@pytest.mark.parametrize(
    "uri",
    [
        *("file:///etc/passwd", "/treehouse/a.py", "../a.py", "src/../../a.py", "C:\\x\\a.py"),
        *("file:///C:/x/a.py", "https://x.example/a.py", "/", "a" * 300),
    ],
)
def test_a_place_elsewhere_is_told_and_is_no_path_b49(uri):
    report = read(log(result(locations=at(uri))))
    (finding,) = report.findings
    assert (finding.path, finding.label) == ("", "outside-repo")
    assert "outside-repo: " in finding.message
    assert report.notes == ("outside-repo: a finding that is in no file of the target (1)",)


@pytest.mark.parametrize(
    ("bases", "path"),
    [
        ({"ROOT": {"uri": "file:///tree/"}}, "src/a.py"),
        ({"ROOT": {"uri": "sub/"}}, "sub/src/a.py"),
        (
            {"ROOT": {"uri": "sub/", "uriBaseId": "TOP"}, "TOP": {"uri": "file:///tree/"}},
            "sub/src/a.py",
        ),
        ({"ROOT": {"uri": "file:///home/ci/work/"}}, "src/a.py"),
        ({"ROOT": {"uri": "sub/", "uriBaseId": "ROOT"}}, "sub/src/a.py"),
        ({}, "src/a.py"),
    ],
)
def test_base_names_are_resolved(bases, path):
    locations = at("src/a.py", uriBaseId="ROOT")
    assert only(log(result(locations=locations), originalUriBaseIds=bases)).path == path


def test_a_place_may_be_an_index_and_has_the_policys_prefix():
    tree = places.Tree(roots=("/tree",), files=frozenset({"app/src/a.py"}), prefix="app")
    locations = [{"physicalLocation": {"artifactLocation": {"index": 0}}}]
    artifacts = [{"location": {"uri": "src/a.py"}, "roles": ["analysisTarget"]}]
    report = read(log(result(locations=locations), artifacts=artifacts), tree)
    assert report.findings[0].path == "app/src/a.py"
    assert report.examined == 1


@pytest.mark.parametrize("line", [-1, 10**12])
def test_a_line_that_cannot_be_is_unknown_and_told_b14(line):
    report = read(log(result(locations=at("src/a.py", line))))
    assert report.findings[0].line == 0
    assert report.notes == ("a line number that cannot be was read as unknown (1)",)


@pytest.mark.parametrize(
    ("keys", "counted"),
    [
        ({"kind": "fail"}, True),
        ({"kind": "pass"}, False),
        ({"kind": "open"}, False),
        ({"kind": "informational"}, False),
        ({"baselineState": "absent"}, False),
        ({"baselineState": "unchanged"}, True),
    ],
)
def test_only_what_failed_is_a_finding(keys, counted):
    assert read(log(result(**keys))).total == counted


@pytest.mark.parametrize(
    ("suppressions", "suppressed"),
    [
        ([], False),
        ([{"kind": "inSource"}], True),
        ([{"kind": "external", "status": "accepted"}], True),
        ([{"kind": "external", "status": "rejected"}], False),
        ([{"kind": "external", "status": "underReview"}], False),
        ([{"kind": "inSource"}, {"kind": "external", "status": "rejected"}], False),
    ],
)
def test_suppressed_results_are_counted_apart_and_named_b24(suppressions, suppressed):
    report = read(log(result(suppressions=suppressions, locations=at("src/a.py"))))
    assert (report.suppressed, report.total) == (suppressed, not suppressed)
    assert report.notes == (("suppressed in the tool: R1 src/a.py:3",) if suppressed else ())


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (
            {"invocations": [{"executionSuccessful": False}]},
            "probe: it says that it did not succeed",
        ),
        (
            {"invocations": [{"executionSuccessful": False, "exitCodeDescription": "boom"}]},
            "probe: it says that it did not succeed: boom",
        ),
        (
            {
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            {"level": "error", "message": {"text": "cannot parse\na.py"}}
                        ],
                    }
                ]
            },
            "probe: cannot parse a.py",
        ),
        ({"results": None}, "probe: a run without results: it did not come to scan"),
        (
            {"externalPropertyFileReferences": {"results": [{"location": {"uri": "r.json"}}]}},
            "probe: results in external files, which are not read",
        ),
    ],
)
def test_a_run_that_did_not_look_is_incomplete(run, text):
    assert read(log(**run)).incomplete == (text,)


def test_warnings_of_the_tool_itself_are_no_gap():
    notes = [{"level": "warning", "message": {"text": "slow"}}, {"message": {"text": "slow"}}]
    invocation = {"executionSuccessful": True, "toolExecutionNotifications": notes}
    assert read(log(invocations=[invocation])).incomplete == ()


def test_a_log_without_runs_is_incomplete():
    assert read(document()).incomplete == ("the log holds no run: nothing was scanned",)


def test_a_long_message_is_cut_with_its_digest_b48():
    finding = only(log(result(message={"text": "ä" * 5_000_000})))
    head, _, mark = finding.message.partition("…")
    assert len(head.encode()) == 4096
    assert mark.startswith(" [cut: 10000000 bytes, sha256:")


@pytest.mark.parametrize(
    ("data", "reason", "word"),
    [
        pytest.param(None, Reason.NO_RESULT, "the log: no result", id="B1"),
        pytest.param(b"", Reason.EMPTY_RESULT, "the log: the result is empty", id="B2"),
        pytest.param(log(result())[:60], Reason.UNREADABLE_RESULT, "unparsable", id="B3"),
        pytest.param("ä".encode("utf-16"), Reason.UNREADABLE_RESULT, "", id="B5"),
        pytest.param(
            b'{"version":"2.1.0","runs":[],"runs":[]}',
            Reason.UNREADABLE_RESULT,
            "duplicate-key: 'runs'",
            id="B6",
        ),
        pytest.param(
            log(result()).replace(b'"ruleId"', b'"ruleId": "R0", "ruleId"'),
            Reason.UNREADABLE_RESULT,
            "duplicate-key: 'ruleId'",
            id="B6-inside",
        ),
        pytest.param(
            log(result(level="x")).replace(b'"x"', b"NaN"),
            Reason.UNREADABLE_RESULT,
            "non-finite number",
            id="B7",
        ),
        pytest.param(b"[" * 100_000, Reason.UNREADABLE_RESULT, "too-deep", id="B8"),
        pytest.param(
            log(result(level="x")).replace(b'"x"', b"[" * 300 + b"]" * 300),
            Reason.UNREADABLE_RESULT,
            "too-deep",
            id="B8-inside",
        ),
        pytest.param(b"{}", Reason.UNREADABLE_RESULT, "schema: ", id="B13"),
        pytest.param(b"[]", Reason.UNREADABLE_RESULT, "schema: ", id="B12"),
        pytest.param(
            log(result(message="text")), Reason.UNREADABLE_RESULT, "schema: ", id="B12-inside"
        ),
        pytest.param(
            log(result()).replace(b"2.1.0", b"2.0.0"),
            Reason.UNREADABLE_RESULT,
            "schema: SARIF version '2.0.0' is not read, only 2.1.0",
            id="version",
        ),
        pytest.param(document({"results": []}), Reason.UNREADABLE_RESULT, "schema: ", id="no-tool"),
        pytest.param(log(results={}), Reason.UNREADABLE_RESULT, "schema: ", id="results-no-array"),
    ],
)
def test_bad_logs_are_refused_with_their_word(data, reason, word):
    with pytest.raises(ParseError) as caught:
        read(data)
    assert caught.value.reason is reason
    assert caught.value.detail.startswith(word)


def test_a_byte_order_mark_is_accepted_b4():
    assert read(b"\xef\xbb\xbf" + log(result())).total == 1


def test_totals_are_exact_where_the_list_is_trimmed_to_the_worst_b23():
    run = json.loads(log(*[result(level="note")] * 1238))["runs"][0]
    bad = json.loads(log(*[result(level="error")] * 2))["runs"][0]
    report = read(document(*[run] * 21, bad))
    assert report.total == 21 * 1238 + 2
    assert report.counts[Severity.LOW] == 21 * 1238
    assert len(report.findings) == found.MOST
    assert [f.severity for f in report.findings[:3]] == [*[Severity.HIGH] * 2, Severity.LOW]
    assert found.left_out(report).startswith("16000 of 26000 findings are counted and not listed")


def test_a_lone_surrogate_is_spelled_out_b10():
    data = log(result()).replace(b'"said"', b'"half \\ud800, \\ud83d\\ude00, \\\\ud800"')
    assert only(data).message == "half \\ud800, 😀, \\ud800"
