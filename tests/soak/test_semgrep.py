"""semgrep for real, with the rule of the example policy: too large to install for every run."""

from gates.core.model import GateStatus
from tests.examples.own_tools import installed, judged, ran

PLANTED = 'import subprocess\n\nsubprocess.run("ls " + name, shell=True)\n'


def test_the_example_policy_with_the_real_semgrep(tmp_path):
    programs = installed("semgrep==1.182.0")
    report = ran("semgrep", {"src/a.py": PLANTED}, programs, tmp_path / "planted")
    assert [(f.rule, f.path, f.line) for f in report.findings] == [("shell-true", "src/a.py", 3)]
    assert judged("semgrep", report).status is GateStatus.FAIL
    clean = PLANTED.replace('"ls " + name, shell=True', '["ls", name]')
    fine = ran("semgrep", {"src/a.py": clean}, programs, tmp_path / "clean")
    assert (fine.findings, fine.examined) == ((), 1)
    assert judged("semgrep", fine).status is GateStatus.PASS
