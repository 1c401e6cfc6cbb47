"""The second witness: ruff's security rules agree with bandit, test by test."""

import pytest

from gates.core.equivalence import canonical
from gates.core.joining import joined
from gates.core.model import Severity
from gates.core.target import Code
from gates.tools import bandit, ruff_security

CRITICAL, HIGH, MEDIUM, LOW = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW
# What is planted, the number of the test, and the severity that the gate has to give it.
PLANTED = [
    ("from flask import Flask\n\napp = Flask('x')\napp.run(debug=True)\n", 201, HIGH),
    ("def f(x):\n    exec(x)\n", 102, MEDIUM),
    ("import os\n\nos.chmod('/a', 0o777)\n", 103, HIGH),
    ("def f(s):\n    s.bind(('0.0.0.0', 80))\n", 104, MEDIUM),
    ("SPOOL = open('/tmp/x')\n", 108, MEDIUM),
    ("import requests\n\nrequests.get('http://a')\n", 113, MEDIUM),
    ("import tarfile\n\ntarfile.open('a').extractall()\n", 202, HIGH),
    ("import pickle\n\n\ndef f(x):\n    return pickle.loads(x)\n", 301, MEDIUM),
    ("import marshal\n\n\ndef f(x):\n    return marshal.loads(x)\n", 302, MEDIUM),
    ("import tempfile\n\ntempfile.mktemp()\n", 306, MEDIUM),
    ("def f(x):\n    return eval(x)\n", 307, MEDIUM),
    ("import random\n\nrandom.random()\n", 311, LOW),
    ("import ssl\n\nssl._create_unverified_context()\n", 323, MEDIUM),
    ("import hashlib\n\nhashlib.md5(b'')\n", 324, HIGH),
    ("import requests\n\nrequests.get('http://a', verify=False, timeout=3)\n", 501, HIGH),
    ("import yaml\n\n\ndef f(x):\n    return yaml.load(x)\n", 506, MEDIUM),
    ("import subprocess\n\n\ndef f(x):\n    subprocess.call(x, shell=True)\n", 602, HIGH),
    ("import subprocess\n\nsubprocess.call('/bin/ls -l', shell=True)\n", 602, LOW),
    ("import subprocess\n\n\ndef f(x):\n    subprocess.call([x])\n", 603, LOW),
    ("import os\n\n\ndef f(x):\n    os.system(x)\n", 605, HIGH),
    ("import os\n\nos.system('/bin/ls')\n", 605, LOW),
    ("def f(c, x):\n    c.execute(f'DELETE FROM a WHERE b = {x}')\n", 608, CRITICAL),
    ("from jinja2 import Environment\n\nEnvironment()\n", 701, HIGH),
]


def test_the_planted_defect_is_found_and_its_twin_is_clean(report_of):
    clean = 'def f(c, x):\n    return c.execute("SELECT * FROM a WHERE b = ?", (x,))\n'
    report = report_of(ruff_security, {"src/good.py": clean, **ruff_security.control().files})
    assert [(f.rule, f.path, f.line, f.severity) for f in report.findings] == [
        ("S608", "src/planted.py", 2, CRITICAL)
    ]
    assert report.measurements["security.high"].value == 1
    assert report.measurements["security.medium"].value == 0
    assert report.examined == 2


@pytest.mark.parametrize(("text", "number", "severity"), PLANTED)
def test_both_witnesses_of_one_defect_are_joined_with_the_right_severity(
    report_of, tmp_path, text, number, severity
):
    mine = report_of(ruff_security, {"src/a.py": text})
    (tmp_path / "tree").rename(tmp_path / "tree-1")
    (tmp_path / "output").rename(tmp_path / "output-1")
    theirs = report_of(bandit, {"src/a.py": text})
    name = f"bandit B{number}"
    both = [
        found
        for found in joined((*mine.findings, *theirs.findings)).findings
        if canonical(found.tool, found.rule) == name
    ]
    (one,) = both
    assert one.severity is severity
    assert len(one.witnesses) == 1


@pytest.mark.parametrize(
    ("severity", "metric"),
    [
        (CRITICAL, "security.high"),
        (HIGH, "security.high"),
        (MEDIUM, "security.medium"),
        (LOW, ""),
        (Severity.INFO, ""),
    ],
)
def test_low_findings_are_shown_without_being_counted(severity, metric):
    assert ruff_security.metric(severity) == metric


def test_tests_are_not_judged_nor_are_settings_of_the_target(report_of):
    text = "def f(x):\n    return eval(x)\n"
    files = {
        "src/a.py": text,
        "tests/test_a.py": text,
        "ruff.toml": 'exclude = ["src"]\n',
    }
    report = report_of(ruff_security, files, Code(paths=("src",), tests=("tests",)))
    assert [found.path for found in report.findings] == ["src/a.py"]
