"""`gatescore completion`: what a real shell offers on Tab, from the options of the commands."""

import shutil
import subprocess
from pathlib import Path

import pytest

from gates import cli
from gates.commands import completion
from gates.shell import bundled

OFFER = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
_shtab_gatescore
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script for bash, made once."""
    import contextlib
    import io

    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert completion.run(completion_arguments("bash")) == 0
    path = tmp_path_factory.mktemp("completion") / "gatescore.bash"
    path.write_text(said.getvalue())
    return path


def completion_arguments(shell: str):
    return cli.parser("completion", completion).parse_args([shell])


def offered(script: Path, *words: str) -> set[str]:
    """What bash offers for the last of some words."""
    done = subprocess.run(
        ["bash", "--norc", "-c", OFFER, "bash", str(script), "gatescore", *words],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stdout.split())


def test_every_command_is_offered(script: Path) -> None:
    assert offered(script, "") >= {*cli.COMMANDS, *cli.OFFERED}
    assert offered(script, "exp") == {"explain"}


@pytest.mark.parametrize(
    ("words", "some"),
    [
        (["run", "--"], {"--level", "--policy", "--gate", "--fail-fast", "--load-workers"}),
        (["run", "--gate", ""], {"lint", "smoke", "definition-of-done"}),
        (["run", "--gate", "sm"], {"smoke"}),
        (["run", "--profile", ""], {"local", "ci", "nightly"}),
        (["run", "--policy", "st"], {name for name in bundled.names("policy") if name[:2] == "st"}),
        (["run", "--format", ""], {"html", "sarif", "junit"}),
        (["explain", "tests.cov"], {"tests.coverage"}),
        (["prove", "li"], {"lint"}),
        (["list", "--format", ""], {"text", "json"}),
        (["history", "--fo"], {"--format"}),
        (["help", "hea"], {"heartbeat"}),
        (["completion", ""], set(completion.SHELLS)),
    ],
)
def test_options_and_their_values_are_offered(
    script: Path, words: list[str], some: set[str]
) -> None:
    found = offered(script, *words)
    assert found >= some
    assert all(one.startswith(words[-1]) for one in found)


def test_a_policy_of_ones_own_is_offered_too(script: Path, tmp_path: Path) -> None:
    (tmp_path / "stern.toml").write_text("")
    assert f"{tmp_path}/stern.toml" in offered(script, "run", "--policy", f"{tmp_path}/st")


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_take_their_script(
    shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["completion", shell]) == 0
    file = tmp_path / "gatescore"
    file.write_text(capsys.readouterr().out)
    assert "definition-of-done" in file.read_text()
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed on this machine: its script was made, not read")
    done = subprocess.run([program, "-n", str(file)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_another_shell_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["completion", "tcsh"])
    said = capsys.readouterr().err
    assert (ended.value.code, "'bash', 'zsh', 'fish'" in said) == (2, True)
    assert said.endswith("next: gatescore help completion\n")
