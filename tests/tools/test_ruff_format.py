"""ruff's formatter run for real over made trees."""

import pytest

from gates.core.model import Reason
from gates.core.tool import ParseError, ToolOutput
from gates.tools import ruff_format

SCOPE = b'{"tree": "/tree", "files": []}'


def test_the_planted_file_is_found_and_its_twin_is_clean(report_of):
    report = report_of(
        ruff_format, {"src/good.py": 'x = {"a": 1}\n', **ruff_format.control().files}
    )
    assert [finding.path for finding in report.findings] == ["src/planted.py"]
    assert (report.measurements["format.files"].value, report.examined) == (1, 2)


def test_a_file_with_many_hunks_counts_once(report_of):
    text = "x = { 'a':1 }\n" + "VALUE = 1\n" * 20 + "y = { 'a':1 }\n"
    assert report_of(ruff_format, {"src/a.py": text}).measurements["format.files"].value == 1


def test_a_clean_tree_has_no_findings(report_of):
    report = report_of(ruff_format, {"src/good.py": "x = 1\n"})
    assert (report.findings, report.examined, report.incomplete) == ((), 1, ())


def test_an_unreadable_file_is_incomplete(report_of):
    report = report_of(ruff_format, {"src/bad.py": "def (:\n", **ruff_format.control().files})
    assert report.measurements["format.files"].value == 1
    assert report.incomplete[0].startswith("src/bad.py: ")


def test_the_targets_own_settings_cannot_switch_it_off_p17(report_of):
    own = '[tool.ruff]\nexclude = ["*"]\n[tool.ruff.format]\nexclude = ["*"]\n'
    report = report_of(ruff_format, {"pyproject.toml": own, **ruff_format.control().files})
    assert report.measurements["format.files"].value == 1


@pytest.mark.parametrize(
    ("stdout", "code", "reason", "word"),
    [
        (b"", 2, Reason.TOOL_CRASHED, "ruff format ended with 2: bad flag"),
        (b"", 0, Reason.TOOL_CRASHED, "ruff format ended with 0"),
        (b"[]", 101, Reason.TOOL_CRASHED, "ruff format ended with 101"),
        (b"[]", 1, Reason.UNREADABLE_RESULT, "contradiction"),
        (b'[{"code": "unfo', 1, Reason.UNREADABLE_RESULT, "unparsable"),
        (b"{}", 0, Reason.UNREADABLE_RESULT, "schema"),
    ],
)
def test_output_that_cannot_be_trusted_is_refused(stdout, code, reason, word):
    checked = ToolOutput(
        exit_code=code, stdout=stdout, stderr=b"bad flag\n", files={"scope": SCOPE}
    )
    with pytest.raises(ParseError) as caught:
        ruff_format.parse((checked, ToolOutput(exit_code=0)))
    assert caught.value.reason is reason
    assert caught.value.detail.startswith(word)
