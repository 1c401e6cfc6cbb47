"""`gatescore compat` as a program: files, revisions and addresses, texts and codes."""

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GET = {"responses": {"200": {"description": "fine"}}}


def document(*methods, version="1.0.0"):
    paths = {"/a": dict.fromkeys(methods, GET)}
    return json.dumps(
        {"openapi": "3.0.3", "info": {"title": "t", "version": version}, "paths": paths}
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two documents, the second without an operation, and a history of the second's file."""
    (tmp_path / "old.json").write_text(document("get", "delete"))
    (tmp_path / "new.json").write_text(document("get", "delete"))
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *words], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "new.json").write_text(document("get"))
    return tmp_path


def compat(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "gates.cli", "compat", *words]
    env = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    return subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=60)


def test_a_break_is_exit_code_one_and_json_names_it(folder):
    done = compat(folder, "old.json", "new.json", "--json")
    assert (done.returncode, done.stderr) == (1, "")
    said = json.loads(done.stdout)
    (change,) = said["changes"]
    assert said["verdict"] == "breaking"
    assert change["rule"] == "api-removed-without-deprecation"
    assert change["level"] == "breaking"
    assert change["operation"] == "DELETE /a"
    assert change["path"] == "#/paths/~1a/delete"
    assert change["document"] == "base"
    assert "a client that calls it gets an error" in change["message"]
    assert len(change["fingerprint"]) == 16


def test_the_same_change_has_the_same_fingerprint_in_every_run(folder):
    one, two = (
        json.loads(compat(folder, base, "new.json", "--json").stdout)["changes"]
        for base in ("old.json", "HEAD:new.json")
    )
    assert one == two


def test_what_breaks_nobody_is_exit_code_zero(folder):
    done = compat(folder, "new.json", "old.json")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("compatible: 0 breaking, 0 warnings, 1 that")


def test_a_revision_of_git_is_read_from_any_folder_below(folder):
    (folder / "docs").mkdir()
    done = compat(folder / "docs", "HEAD:../new.json", "../new.json")
    assert done.returncode == 1
    assert "DELETE /a: the operation was removed" in done.stdout


def test_a_major_step_excuses_and_can_be_ignored(folder):
    (folder / "new.json").write_text(document("get", version="2.0.0"))
    done = compat(folder, "old.json", "new.json", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["changes"][0]["excused"]
    assert compat(folder, "old.json", "new.json", "--no-semver").returncode == 1


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    """The folder over http on this machine."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *given: object) -> None:
            super().__init__(*given, directory=str(folder))

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_an_address_of_this_machine_is_asked(folder, served):
    assert compat(folder, f"{served}/old.json", f"{served}/new.json").returncode == 1


BAD = [
    ("none.json", "none.json: there is no such file; give a file, an address, or REV:PATH"),
    ("HEAD:none.json", "HEAD:none.json: none.json is not in HEAD"),
    ("nowhere:old.json", 'the revision "nowhere" is not known'),
    ("https://api.example.org/o.json", "--allow https://api.example.org"),
    ("http://127.0.0.1:1/o.json", "http://127.0.0.1:1/o.json: network:"),
    ("{served}/none.json", "answered 404; a document needs 200"),
    ("empty.json", "empty.json is empty"),
    ("text.json", "text.json"),
    ("list.json", "list.json is no object"),
    ("version.json", 'neither "openapi" nor "swagger" says which version this is'),
    ("outside.json", "ref-outside-allow-list"),
]


@pytest.mark.parametrize(("word", "text"), BAD, ids=[word for word, _ in BAD])
@pytest.mark.parametrize("side", [0, 1])
def test_what_cannot_be_read_is_exit_code_two_and_said(folder, served, word, text, side):
    (folder / "empty.json").write_text("")
    (folder / "text.json").write_text('{"openapi": ')
    (folder / "list.json").write_text("[]")
    (folder / "version.json").write_text("{}")
    reference = '{"openapi": "3.0.3", "paths": {"/a": {"$ref": "../../x.json"}}}'
    (folder / "outside.json").write_text(reference)
    words = ["old.json", "old.json"]
    words[side] = word.format(served=served)
    done = compat(folder, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert text in done.stderr
    assert words[side] in done.stderr
    assert "Traceback" not in done.stderr
