"""The help of every command, the man page, and the command that each error ends with."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gates import cli, help_pages

VERBS = (*cli.COMMANDS, *cli.OFFERED)


def words(verb: str, text: str) -> list[str]:
    """The options of an example, without those of the command behind it."""
    return re.findall(rf"gatescore {verb} ([^&|]*)", text)


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_each_command_is_whole(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["help", verb]) == 0
    said = capsys.readouterr().out
    for part in (f"usage: gatescore {verb}", "examples:", "exit codes:", "options:"):
        assert part in said
    with pytest.raises(SystemExit) as ended:
        cli.main([verb, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.split() == said.split()


@pytest.mark.parametrize("verb", VERBS)
def test_the_examples_name_options_that_there_are(verb: str) -> None:
    told = cli.parser(verb, cli.command(verb)).format_help()
    for example, _ in help_pages.page(verb).examples:
        for rest in words(verb, example):
            own = rest.partition(" run ")[0] if verb == "github" else rest
            assert [one for one in re.findall(r"--[a-z-]+", own) if one not in told] == []


def test_every_command_has_a_page_in_gates_help_pages() -> None:
    assert sorted(set(VERBS) - set(help_pages.PAGES)) == []


def test_the_man_page_has_every_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["help", "--man"]) == 0
    page = capsys.readouterr().out
    assert re.findall(r"^\.SS (\w+)", page, re.MULTILINE) == list(VERBS)
    assert [
        line for line in page.splitlines() if re.match(r"\.(?!TH|SH|SS|PP|TP|B|I|nf|fi)", line)
    ] == []
    program = shutil.which("groff")
    if program:
        argv = [program, "-man", "-Tutf8", "-ww"]
        done = subprocess.run(argv, input=page.encode(), capture_output=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, b"")


def test_no_text_becomes_a_command_of_roff() -> None:
    from gates.commands.help import roff

    assert roff(".so /etc/passwd\n'x\n-a\\b") == "\\&.so /etc/passwd\n\\&'x\n\\-a\\eb"


WRONG = {
    "init": (["nowhere"], ["a", "b"], ["--force"]),
    "run": (["nowhere"], ["--gate", "lnit"], ["--resume"], ["--policy", "none"], ["--levle", "1"]),
    "plan": (["nowhere", "--shards", "2"], ["--shards", "x"], []),
    "merge": (["--plan", "nowhere"], ["s1"], []),
    "list": (["--policy", "none"], ["--format", "xml"], ["x"]),
    "explain": (["lnit"], [], ["--policy", "none", "lint"]),
    "open": (["nowhere"], ["a", "b"], ["--prnit"]),
    "doctor": (["nowhere"], ["--format", "xml"], ["--fix"]),
    "compat": (["nowhere.json", "x.json"], ["a"], ["--allow"]),
    "judge": (["nowhere"], [], ["--jsno", "x"]),
    "report": (["nowhere"], [], ["--format", "xml", "nowhere"]),
    "annotate": (["nowhere"], [], ["--json", "x"]),
    "github": (["--output", "o", "rnu"], [], ["--output"]),
    "status": (["nowhere"], ["--target", "none"], ["--format", "xml"]),
    "attest": (["nowhere", "--key", "k"], [], ["nowhere"]),
    "verify": ([], ["--subject", "x"], ["--require", "L1"]),
    "keygen": (["nowhere/deep/key.pem"], [], ["a", "b"]),
    "heartbeat": (["--max-age", "soon"], ["--level", "9"], ["a", "b"]),
    "approve": (["nowhere", "--role", "r", "--key", "k"], [], ["--rating", "x"]),
    "baseline": (["nowhere"], ["--run", "none"], ["--revison", "x"]),
    "waive": (["abc", "--reason", "r", "--owner", "o"], [], ["x", "--reason", "r"]),
    "corpus": (["add", "nowhere"], ["mend", "x"], []),
    "regression": (["nowhere"], [], ["--finding", "x"]),
    "prove": (["lnit"], ["--policy", "none"], ["--all"]),
    "completion": (["tcsh"], [], ["bash", "zsh"]),
    "help": (["rnu"], ["a", "b"], ["--html"]),
    "diff": (["a", "b"], ["--format", "xml"], ["a", "b", "c"]),
    "history": (["--last", "x"], ["--format", "xml"], ["drop"]),
    "site": (["a"], ["--history", "off"], ["--scorecards", "x"]),
    "issue": (["nowhere", "--output", "o"], [], ["x"]),
}
OF_ANY = (["--no-such-option"], ["a", "b", "c", "d"])


@pytest.mark.parametrize("verb", VERBS)
def test_every_error_ends_with_the_command_to_try(
    verb: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for wrong in WRONG.get(verb, OF_ANY):
        try:
            code = cli.main([verb, *wrong])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        assert code in (1, 2, 3), (wrong, code)
        lines = (said.err or said.out).strip().splitlines()
        assert re.search(r"gatescore [a-z]+", "\n".join(lines[-4:])), (wrong, lines)
        assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("--polcy", "--policy"), ("--profil=ci", "--profile"), ("--gates", "--gate")],
)
def test_an_option_that_is_none_is_answered_with_the_likely_one(
    wrong: str, right: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli.main(["run", wrong])
    said = capsys.readouterr().err
    assert said.endswith(f"did you mean {right}?\nnext: gatescore help run\n")
