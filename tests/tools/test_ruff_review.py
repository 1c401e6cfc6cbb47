"""What ruff sees as a reviewer would: planted defects by metric, and their clean twins."""

import tomllib
from pathlib import Path

import pytest

from gates.core.model import Reason, Severity
from gates.core.target import Code
from gates.core.tool import ParseError, ToolOutput
from gates.tools import ruff_review

PRESETS = Path(__file__).parents[2] / "config" / "tools"
SCOPE = {"scope": b'{"tree": "/tree", "files": []}'}
SHOWN = ToolOutput(exit_code=0, stdout=b"/tree/src/a.py\n")


def branches(count: int) -> str:
    """A function whose cyclomatic complexity is `count`."""
    body = "".join(f"    if x == {n}:\n        return {n}\n" for n in range(count - 1))
    return f"def choose(x):\n{body}    return x\n"


def handler(caught: str, body: str) -> str:
    return f"def f(g):\n    try:\n        return g()\n    except{caught}:\n        {body}\n"


def asynchronous(line: str) -> str:
    return (
        "import subprocess\nimport time\nfrom pathlib import Path\n\nimport requests\n\n\n"
        f"async def f(url):\n    {line}\n"
    )


PLANTED = [
    ("review.complexity", branches(11), "C901", 1),
    ("review.silent_failures", handler(" Exception", "pass"), "S110", 4),
    ("review.silent_failures", handler("", "pass"), "S110", 4),
    ("review.silent_failures", handler("", "return 0"), "E722", 4),
    ("review.silent_failures", handler(" Exception", "return 0"), "BLE001", 4),
    ("review.silent_failures", handler(" BaseException", "return 0"), "BLE001", 4),
    ("review.blocking_io", asynchronous("time.sleep(1)"), "ASYNC251", 9),
    ("review.blocking_io", asynchronous("requests.get(url, timeout=3)"), "ASYNC210", 9),
    ("review.blocking_io", asynchronous("open(url)"), "ASYNC230", 9),
    ("review.blocking_io", asynchronous("Path(url).read_text()"), "ASYNC240", 9),
    ("review.blocking_io", asynchronous("subprocess.run([url], check=True)"), "ASYNC221", 9),
    ("review.no_timeout", "import requests\n\nrequests.get('http://a')\n", "S113", 3),
    ("review.no_timeout", "import httpx\n\nhttpx.Client(timeout=None)\n", "S113", 3),
    ("review.weak_crypto", "import hashlib\n\nhashlib.md5(b'')\n", "S324", 3),
    ("review.weak_crypto", "import hashlib\n\nhashlib.new('sha1', b'')\n", "S324", 3),
    (
        "review.weak_crypto",
        "from cryptography.hazmat.primitives.ciphers import modes\n\nmodes.ECB()\n",
        "S305",
        3,
    ),
    (
        "review.weak_crypto",
        "from cryptography.hazmat.primitives.ciphers import algorithms\n\nalgorithms.ARC4(b'')\n",
        "S304",
        3,
    ),
    ("review.names", "def getBooks():\n    return 1\n", "N802", 1),
]
CLEAN = [
    branches(10),
    handler(" KeyError", "pass"),
    handler(" Exception", "raise"),
    "import logging\n\nlogger = logging.getLogger(__name__)\n\n\n"
    + handler(" Exception", "logger.exception('lost')"),
    asynchronous("print(url)"),
    "import time\n\n\ndef f():\n    time.sleep(1)\n",
    "import requests\n\nrequests.get('http://a', timeout=3)\n",
    "import httpx\n\nhttpx.get('http://a')\n",
    "import hashlib\n\nhashlib.md5(b'', usedforsecurity=False)\nhashlib.sha256(b'')\n",
    "def get_books():\n    return 1\n",
]


@pytest.mark.parametrize(("metric", "text", "rule", "line"), PLANTED)
def test_a_planted_defect_is_one_finding_of_its_metric(report_of, metric, text, rule, line):
    report = report_of(ruff_review, {"src/a.py": text})
    (found,) = report.findings
    assert (found.tool, found.rule, found.metric) == ("ruff", rule, metric)
    assert (found.path, found.line) == ("src/a.py", line)
    assert found.fix
    assert {name: one.value for name, one in report.measurements.items() if one.value} == {
        metric: 1
    }


@pytest.mark.parametrize("text", CLEAN)
def test_its_clean_twin_is_not_flagged(report_of, text):
    report = report_of(ruff_review, {"src/a.py": text})
    assert report.findings == ()
    assert {one.value for one in report.measurements.values()} == {0}
    assert (report.examined, report.incomplete) == (1, ())


def test_the_settings_of_the_target_do_not_count_and_tests_are_not_reviewed(report_of):
    files = {
        "src/a.py": handler("", "pass"),
        "tests/test_a.py": handler("", "pass"),
        "pyproject.toml": '[tool.ruff]\nexclude = ["src"]\n[tool.ruff.lint]\nselect = []\n',
    }
    report = report_of(ruff_review, files, Code(paths=("src",), tests=("tests",)))
    assert [found.path for found in report.findings] == ["src/a.py"]


def test_a_file_that_is_no_python_was_not_reviewed_p7(report_of):
    report = report_of(ruff_review, {"src/bad.py": "def (:\n"})
    (lost,) = report.incomplete
    assert lost.startswith("src/bad.py: ")
    assert report.findings == ()


def test_the_preset_selects_what_the_adapter_sorts():
    preset = tomllib.loads((PRESETS / "ruff-review.toml").read_text("utf-8"))
    assert set(preset["lint"]["select"]) == set(ruff_review.METRIC_OF)
    assert set(ruff_review.RULES) == set(ruff_review.METRICS) == set(ruff_review.SEVERITIES)


def test_a_rule_that_was_not_asked_for_is_refused():
    entry = b'[{"code": "F401", "message": "m", "filename": "/tree/src/a.py", "location": null}]'
    with pytest.raises(ParseError) as caught:
        ruff_review.parse((ToolOutput(exit_code=1, stdout=entry, files=SCOPE), SHOWN))
    assert caught.value.reason is Reason.UNREADABLE_RESULT
    assert caught.value.detail.startswith("schema: rule 'F401'")


def test_crypto_is_what_weighs_most():
    assert ruff_review.SEVERITIES["review.weak_crypto"] is Severity.HIGH
    others = set(ruff_review.SEVERITIES) - {"review.weak_crypto"}
    assert Severity.HIGH not in {ruff_review.SEVERITIES[name] for name in others}
