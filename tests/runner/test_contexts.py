"""What a fingerprint sees of the source, and that it never sees a secret."""

import pytest

from gates.core.fingerprint import fingerprinted
from gates.core.model import Finding, Severity, ToolReport
from gates.core.redact import MARK, Redactor
from gates.runner.contexts import located

SECRET = "hunter-two-and-three"  # pragma: allowlist secret


def finding(path="a.py", line=1, **more):
    given = {"tool": "t", "rule": "R", "severity": Severity.LOW, "message": "m"}
    return Finding(**{**given, "path": path, "line": line, **more})


def report(*findings):
    return ToolReport(tool="t", examined=1, examined_unit="files", findings=findings)


def contexts(tree, *findings, known=(), renamed=None):
    found = located(report(*findings), tree, Redactor(known), renamed or {}).findings
    return [one.context for one in found]


def test_a_known_secret_is_a_constant_before_anything_else_happens(tmp_path):
    (tmp_path / "a.py").write_text(f"login('me', '{SECRET}')\n")
    assert contexts(tmp_path, finding(), known=[SECRET]) == [f"|loginme{MARK}"]
    names = []
    for value in (SECRET, SECRET[::-1]):
        (tmp_path / "a.py").write_text(f"login('me', '{value}')\n")
        found = located(report(finding()), tmp_path, Redactor([value]), {}).findings
        names.append(fingerprinted(found)[0].fingerprint)
    assert names[0] == names[1]


def test_a_secret_of_many_lines_moves_no_line(tmp_path):
    kind = "PRIVATE KEY"
    key = "\n".join((f"-----BEGIN {kind}-----", "A" * 64, "B" * 64, f"-----END {kind}-----"))
    (tmp_path / "a.py").write_text(f"KEY = '''{key}'''\nx = 1\n")
    found = contexts(tmp_path, finding(line=1), finding(line=5), finding(line=2))
    assert found == [f"|KEY={MARK}", "|x=1", f"|KEY={MARK}"]


@pytest.mark.parametrize(
    ("tool", "rule"),
    [("detect_secrets", "keyword"), ("gitleaks", "any"), ("bandit", "B105"), ("ruff", "S106")],
)
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", f"password = '{SECRET}'"),
        ("a.py", f"# password = {SECRET}"),
        ("a.ts", f"const password = '{SECRET}'"),
        (".env", f"password={SECRET}"),
        ("a.yaml", f"password: {SECRET}"),
    ],
)
def test_a_secret_that_only_its_scanner_knows_is_in_no_context(tmp_path, tool, rule, path, text):
    (tmp_path / path).write_text(f"{text}\n")
    (context,) = contexts(tmp_path, finding(path, tool=tool, rule=rule))
    assert "password" in context
    assert "hunter" not in context


def test_a_context_that_the_tool_gave_stays(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")
    assert contexts(tmp_path, finding(context="tests/test_a.py::test_b")) == [
        "tests/test_a.py::test_b"
    ]


def test_a_renamed_file_gives_its_findings_their_old_path(tmp_path):
    (tmp_path / "new.py").write_text("x = 1\n")
    given = report(finding("new.py"), finding("other.py"), finding("new.py", 0))
    found = located(given, tmp_path, Redactor(), {"new.py": "old.py"}).findings
    assert [one.origin for one in found] == ["old.py", "", "old.py"]


@pytest.mark.parametrize("path", ["../outside.py", "gone.py", "folder", "large.py", "link.py"])
def test_what_cannot_be_read_has_no_context(tmp_path, path):
    tree = tmp_path / "tree"
    (tree / "folder").mkdir(parents=True)
    (tmp_path / "outside.py").write_text("x = 1\n")
    (tree / "link.py").symlink_to(tmp_path / "outside.py")
    (tree / "large.py").write_bytes(b"x = 1\n" * 2**20)
    assert contexts(tree, finding(path)) == [""]


def test_a_file_that_is_no_python_of_today_has_its_lines(tmp_path):
    (tmp_path / "a.py").write_text("print 'x'  \n")
    assert contexts(tmp_path, finding()) == ["|printx"]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_and_a_mark_of_byte_order_change_nothing(tmp_path, ends):
    text = ends.join(("x = 1", "def f():", "    return 'é'", ""))
    (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert contexts(tmp_path, finding(line=3)) == ["f|returné"]
