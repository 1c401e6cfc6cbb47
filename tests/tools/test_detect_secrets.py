"""Secrets of many shapes are found, placeholders and hashes are not, and no value gets out."""

import json

import msgspec
import pytest

from gates.core.model import Reason, Severity
from gates.core.target import Code, Node, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.probes import secret_scan
from gates.tools import detect_secrets as tool

# Put together here, so that no scanner mistakes this file for a leak.
AWS = "AKIA" + "Q7ZP2M4K8T1V9W3X"
GITHUB = "ghp_" + "a8Kd03LmZq" * 3 + "xy91Tb"
RANDOM = "Zk9vQmFy" + "X2p7VtEw" + "MnS4RcLd" + "U0hG"
HEX = "9f86d081" + "884c7d65" + "9a2feaa0" + "c55ad015"
WORD = "hunter2" + "hunter2"
CODE = Code(paths=("src",), tests=("tests",))


def found(report):
    return [(finding.path, finding.line, finding.rule) for finding in report.findings]


def test_the_planted_secret_is_found_and_its_twin_is_clean(report_of):
    report = report_of(tool, {"src/good.py": "A = 1\n", **tool.control().files})
    assert found(report) == [("deploy/settings.txt", 1, "aws-access-key")]
    assert report.findings[0].severity is Severity.CRITICAL
    assert (report.measurements["secrets.found"].value, report.examined) == (1, 2)


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("src/a.py", f'\nKEY = "{AWS}"\n', "aws-access-key"),
        ("src/a.ts", f'\nconst a = "{GITHUB}"\n', "github-token"),
        ("src/a.py", f'\nVALUE = "{RANDOM}"\n', "base64-high-entropy-string"),
        ("src/a.js", f"\nconst v = '{HEX}'\n", "hex-high-entropy-string"),
        ("src/a.py", f'\nPASSWORD = "{WORD}"\n', "secret-keyword"),
        ("src/a.py", f'\nnonces_key = "{HEX}"\n', "hex-high-entropy-string"),
        ("src/a.py", f'\ndigest_password = "{WORD}"\n', "secret-keyword"),
        ("src/a.py", f'\nURL = "postgres://admin:{WORD}@db/shop"\n', "basic-auth-credentials"),
        ("docs/a.md", f"\nthen visit https://admin:{WORD}@host/\n", "basic-auth-credentials"),
        ("conf/a.yaml", f"\npassword: {WORD}\n", "secret-keyword"),
        ("conf/a.ini", f"[db]\npassword = {WORD}\n", "secret-keyword"),
        ("conf/a.toml", f'[db]\npassword = "{WORD}"\n', "secret-keyword"),
        (".env", f"A=1\nJWT_SECRET={WORD}\n", "secret-keyword"),
        (".env.example", f"A=1\nJWT_SECRET={WORD}\n", "secret-keyword"),
        ("certs/key", "\n-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE\n", "private-key"),
        ("certs/key.svg", "\n-----BEGIN " + "PRIVATE KEY-----\nMIIE\n", "private-key"),
        ("swagger/a.py", f'\nKEY = "{AWS}"\n', "aws-access-key"),
        ("tests/a.py", f'\nKEY = "{AWS}"\n', "aws-access-key"),
        # pragma: allowlist nextline secret
        ("a.toml", '\npassword = "correct horse battery staple"\n', "secret-keyword"),
    ],
)
def test_secrets_of_many_shapes(report_of, name, text, rule):
    report = report_of(tool, {name: text}, CODE)
    assert (name, 2, rule) in found(report)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env.example", "JWT_SECRET=changeme\nDB_PASSWORD=\nAPI_KEY=<your-secret>\n"),
        (".env.example", "API_KEY=your-key\nSECRET=replace-me\n"),  # pragma: allowlist secret
        (".env.example", "DATABASE_URL=postgres://user:password@localhost/shop\n"),
        ("src/a.py", 'PASSWORD = os.environ["PASSWORD"]\nsecret = ""\ntoken = f"{user}:{now}"\n'),
        ("src/a.py", 'password: str = Field(min_length=12)\nSECRET_NAME = "BOOKS_JWT_SECRET"\n'),
        (
            "src/a.py",
            'PASSWORD_WEAK = "The password is too short"\nRESET_PASSWORD = "/auth/reset"\n',
        ),
        ("gatescore.toml", 'passwords = "it has no accounts"\n'),
        ("gatescore.toml", 'passwords = "nobody may read its database"\n'),
        ("README.md", '`[absent] passwords = "logins are those of …"`\n'),
        ("src/a.py", f'nonce = "{HEX}"\nbody_checksum = "{RANDOM}"\n'),
        ("src/a.py", 'assert url.password == "a secret"\n'),
        ("tests/test_a.py", 'URL = "https://tom%40a.b:' + 'abc%40%20%@host/"\n'),
        ("src/a.ts", 'const SECRET = randomBytes(36).toString("base64url");\n'),
        ("src/a.py", f'SHA = "{HEX}"  # pragma: allowlist secret\n'),
        ("src/a.py", f'# pragma: allowlist nextline secret\nSHA = "{HEX}"\n'),
        ("requirements.lock", f"jinja2==3.1.6 \\\n    --hash=sha256:{HEX}{HEX}\n"),
        ("requirements.txt", f"jinja2==3.1.6 \\\n    --hash=sha256:{HEX}{HEX}\n"),
        ("uv.lock", f'sdist = {{ url = "https://h/x", hash = "sha256:{HEX}{HEX}" }}\n'),
        ("package-lock.json", f'{{"integrity": "sha512-{RANDOM}{RANDOM}=="}}\n'),
        ("web/import-map.json", f'{{"integrity": "sha512-{RANDOM}{RANDOM}=="}}\n'),
        ("Dockerfile", f"FROM python:3.12-slim@sha256:{HEX}{HEX}\n"),
        ("tests/test_a.py", 'PASSWORD = "correct horse battery"\n'),  # pragma: allowlist secret
        ("tests/test_a.py", f'URL = "https://ada:{WORD}@127.0.0.1/"\n'),
        ("compose.yaml", "environment:\n  PASSWORD: ${PASSWORD}\n"),
        ("docs/a.md", "Resolvers such as 8.8.8.8 answer.\n"),
        ("src/logo.png", "\0\0" + f'"{AWS}"'),
    ],
)
def test_what_is_no_secret(report_of, name, text):
    report = report_of(tool, {name: text, "src/good.py": "A = 1\n"}, CODE)
    assert found(report) == []
    assert report.examined >= 1


def test_a_made_up_password_in_a_test_of_node_is_none(tmp_path):
    text = f'const password = "{WORD}";\n'
    node = Target(name="made", node=Node(paths=("web",), tests=("web/test",)))
    options = Options(tree="/t", output="/o", files=("web/test/a.ts",), python="/p")
    (invocation,) = tool.commands(node, options)
    assert json.loads(invocation.inputs["input.json"])["tests"] == ["web/test"]
    given = {"files": ["web/test/a.ts", "web/a.ts"], "tests": ["web/test"]}
    for name in given["files"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found_there = secret_scan.measure({"tree": str(tmp_path), **given})
    assert [path for path, _, _ in found(found_there)] == ["web/a.ts"]


def test_a_pragma_does_not_reach_a_line_further_down(report_of):
    text = f'# pragma: allowlist nextline secret\nA = 1\nB = 2\nPASSWORD = "{WORD}"\n'
    assert found(report_of(tool, {"src/a.py": text}, CODE)) == [("src/a.py", 4, "secret-keyword")]


def test_no_value_and_no_hash_of_it_gets_out(outputs_of):
    text = f'A = "{AWS}"\nPASSWORD = "{WORD}"\nB = "{RANDOM}"\n'
    (output,) = outputs_of(tool, {"src/a.py": text}, CODE)
    printed = (output.stdout + output.stderr).decode()
    assert len(tool.parse((output,)).findings) >= 3
    assert not [value for value in (AWS, WORD, RANDOM, "hash") if value in printed]


def test_files_that_hold_no_text_are_named(report_of):
    report = report_of(tool, {"uv.lock": "x", "a.bin": "\0", "a.py": "A = 1\n"}, CODE)
    assert report.notes == ("not scanned: a.bin (binary), uv.lock (a lock file)",)
    assert report.examined == 1


def test_lines_that_allow_a_secret_are_counted(report_of):
    allowed = f'A = "{HEX}"  # pragma: allowlist secret\n'
    files = {"src/a.py": allowed * 2, "a.env": f"B={HEX} # pragma: whitelist secret\n", "b.py": "1"}
    report = report_of(tool, files)
    assert report.notes == ("lines with a pragma that allows a secret: 3, in 2 files",)


def test_a_large_tree_is_split_with_the_same_findings(report_of):
    filler = "VALUE = 1\n" * 30_000
    files = {f"src/m{n}.py": f'{filler}A = "{AWS}"\n' for n in range(3)}
    assert found(report_of(tool, files, CODE)) == [
        (f"src/m{n}.py", 30_001, "aws-access-key") for n in range(3)
    ]


def test_a_file_that_is_gone_is_incomplete(tmp_path):
    (tmp_path / "a.py").write_text("A = 1\n")
    report = secret_scan.measure({"tree": str(tmp_path), "files": ["a.py", "lost.py"]})
    assert report.incomplete == ("lost.py: No such file or directory",)


def test_an_answer_that_cannot_be_trusted_is_refused():
    report = msgspec.json.encode({"tool": "other", "examined": 1, "examined_unit": "files"})
    with pytest.raises(ParseError) as caught:
        tool.parse((ToolOutput(exit_code=0, stdout=report),))
    assert caught.value.reason is Reason.UNREADABLE_RESULT
