"""Secrets of services are found by their rules, and together the two scanners miss no kind."""

import json

import msgspec
import pytest

from gates.core.model import Reason, Severity
from gates.core.target import Code
from gates.core.tool import ParseError, ToolOutput
from gates.probes import rule_scan, secret_scan
from gates.probes._common import ProbeError
from gates.tools import kingfisher as tool
from tests.tools.planted_secrets import kinds

CODE = Code(paths=("src",), tests=("tests",))
SECRETS = kinds(7)
STRIPE = SECRETS["stripe"]
# What detect-secrets has no detector for.
ONLY_RULES = {
    *("databricks", "digitalocean", "doppler", "heroku", "mailgun", "new-relic", "redis-url"),
    *("shopify", "vault"),
}


def found(report):
    return [(finding.path, finding.line, finding.rule) for finding in report.findings]


def test_the_planted_secret_is_found_and_its_twin_is_clean(report_of):
    report = report_of(tool, {"src/good.py": "A = 1\n", **tool.control().files})
    assert found(report) == [("deploy/settings.py", 1, tool.control().rule)]
    assert report.findings[0].severity is Severity.CRITICAL
    assert report.findings[0].metric == "secrets.found"
    assert (report.measurements["secrets.found"].value, report.examined) == (1, 2)


def test_the_two_scanners_together_find_every_kind(outputs_of, tmp_path):
    """More than 25 kinds; what one of them lacks the other has."""
    files = {f"src/{kind}.py": f'"""Settings."""\n{text}\n' for kind, text in SECRETS.items()}
    (output,) = outputs_of(tool, files)
    by_rules = {finding.path for finding in tool.parse((output,)).findings}
    tree = {"tree": str(tmp_path / "tree"), "files": sorted(files), "processes": 1}
    by_detectors = {finding.path for finding in secret_scan.measure(tree).findings}
    assert len(files) >= 50
    assert set(files) - by_rules - by_detectors == set()
    assert {f"src/{kind}.py" for kind in ONLY_RULES} <= by_rules - by_detectors
    printed = (output.stdout + output.stderr).decode()
    assert not [value for value in quoted(SECRETS.values()) if value in printed]


def quoted(texts):
    """The values: the last quoted text of each assignment, and the lines of keys."""
    for text in texts:
        yield from text.split("\n")[1:-1] if "\n" in text else [text.split('"')[-2]]


@pytest.mark.parametrize(
    "line",
    [
        'URL = "postgres://user:password@localhost/shop"',
        'URL = "https://user:changeme@host.corp/x"',
        f"{STRIPE}  # pragma: allowlist secret",
        f"# pragma: allowlist nextline secret\n{STRIPE}",
        'SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"  # pragma: allowlist secret',
    ],
)
def test_placeholders_and_allowed_lines_are_no_secrets(report_of, line):
    assert found(report_of(tool, {"src/a.py": f"{line}\n"}, CODE)) == []


def test_a_made_up_password_in_a_test_is_none_but_a_key_there_is(report_of):
    url = 'URL = "https://ada:' + 'hunter2hunter2@127.0.0.1/"\n'
    files = {"tests/a.py": url, "src/a.py": url, "tests/b.py": f"{STRIPE}\n"}
    assert [path for path, _, _ in found(report_of(tool, files, CODE))] == [
        "src/a.py",
        "tests/b.py",
    ]


@pytest.mark.parametrize("comment", ["kingfisher:ignore", "gitleaks:allow", "betterleaks:allow"])
def test_comments_of_scanners_allow_nothing_p17(report_of, comment):
    assert len(found(report_of(tool, {"src/a.py": f"{STRIPE}  # {comment}\n"}))) == 1


def test_settings_of_scanners_in_the_target_count_for_nothing_and_are_shown_p17(report_of):
    silent = {
        ".gitleaks.toml": '[allowlist]\npaths = [".*"]\n',
        ".gitleaksignore": "src/a.py:stripe-access-token:1\n",
        ".betterleaksignore": "src/a.py:stripe-access-token:1\n",
        ".secrets.baseline": '{"results": {}}\n',
        "kingfisher.yaml": "exclude: ['*']\n",
        ".ignore": "*\n",
        ".gitignore": "*\n",
    }
    report = report_of(tool, {"src/a.py": f"{STRIPE}\n", **silent})
    assert [path for path, _, _ in found(report)] == ["src/a.py"]
    named = ".betterleaksignore, .gitleaks.toml, .gitleaksignore, .secrets.baseline"
    assert report.notes == (
        f"not honoured: {named}, kingfisher.yaml; a waiver says it for all to see",
    )


def test_neither_the_value_nor_a_digest_of_it_gets_out_p64(outputs_of, tmp_path):
    (output,) = outputs_of(tool, {"src/a.py": f"{STRIPE}\n"})
    report = tool.parse((output,))
    (finding,) = report.findings
    assert finding.context == "betterleaks.stripe-access-token stripe"
    (value,) = quoted([STRIPE])
    kept = [
        output.stdout,
        output.stderr,
        *(p.read_bytes() for p in (tmp_path / "output").iterdir()),
    ]
    assert not [text for text in kept if value.encode() in text or b"REDACTED" in text]
    assert not [text for text in kept if b"fingerprint" in text or b"snippet" in text]


def test_the_same_secret_has_one_line_in_both_scanners(report_of, tmp_path):
    """So that the core joins them: the key itself, and a key of many lines."""
    text = f"A = 1\n{SECRETS['github']}\nKEY = '''\n{SECRETS['rsa-key']}\n'''\n"
    report = report_of(tool, {"src/a.py": text})
    tree = {"tree": str(tmp_path / "tree"), "files": ["src/a.py"]}
    other = secret_scan.measure(tree)
    assert {finding.line for finding in report.findings} == {2, 4}
    assert {finding.line for finding in other.findings} == {2, 4}
    assert not {f.context for f in report.findings} & {f.context for f in other.findings}


def answer(**changes):
    whole = {
        "findings": [
            {
                "rule": {"id": "a.b", "name": "b"},
                "finding": {"path": "x", "line": 1, "column_start": 0, "column_end": 3},
            }
        ],
        "metadata": {"summary": {"blobs_scanned": 1}},
        "audit": {"summary": {"scan_succeeded": 1, "scan_partial": 0, "scan_failed": 0}},
    }
    return json.dumps({**whole, **changes}).encode()


def scans(good, partial, failed):
    return {"summary": {"scan_succeeded": good, "scan_partial": partial, "scan_failed": failed}}


def test_a_whole_answer_is_read():
    assert rule_scan.checked(answer(), 200).findings[0].rule.id == "a.b"
    assert rule_scan.checked(answer(findings=[]), 0).findings == ()


@pytest.mark.parametrize(
    ("data", "code", "reason"),
    [
        (answer(), 1, Reason.TOOL_CRASHED),
        (answer(), 205, Reason.TOOL_CRASHED),
        (answer(), -9, Reason.TOOL_CRASHED),
        (answer(), 0, Reason.UNREADABLE_RESULT),
        (answer(findings=[]), 200, Reason.UNREADABLE_RESULT),
        (answer()[:60], 200, Reason.UNREADABLE_RESULT),
        (b"", 0, Reason.UNREADABLE_RESULT),
        (b"[]", 0, Reason.UNREADABLE_RESULT),
        (answer(audit=scans(0, 1, 0)), 200, Reason.INCOMPLETE),
        (answer(audit=scans(1, 0, 1)), 200, Reason.INCOMPLETE),
        (answer(audit=scans(0, 0, 0)), 200, Reason.INCOMPLETE),
    ],
)
def test_an_answer_that_is_not_whole_is_refused_p6(data, code, reason):
    with pytest.raises(ProbeError) as caught:
        rule_scan.checked(data, code)
    assert caught.value.reason is reason


def test_a_missing_scanner_is_said_p3(tmp_path):
    with pytest.raises(ProbeError, match="cannot be started") as caught:
        rule_scan.measure({"program": str(tmp_path / "no"), "tree": str(tmp_path), "files": []})
    assert caught.value.reason is Reason.TOOL_MISSING


def test_what_is_no_file_of_the_target_is_left_out(tmp_path):
    (tmp_path / "lib.py").write_text(f"{STRIPE}\n")
    answered = msgspec.json.decode(
        answer().replace(b'"x"', json.dumps(str(tmp_path / "lib.py")).encode()),
        type=rule_scan.Answer,
    )
    assert list(rule_scan.finds(answered, str(tmp_path), {}, ())) == []


def test_an_answer_of_another_tool_is_refused():
    report = msgspec.json.encode({"tool": "other", "examined": 1, "examined_unit": "files"})
    with pytest.raises(ParseError):
        tool.parse((ToolOutput(exit_code=0, stdout=report),))
