"""What programs are given: names, places and environments of every kind, and no terminal."""

import json
import sys
from pathlib import Path

import pytest

from gates.shell.process import Cancellation, Ending, Finished, Limits, execute

ODD_NAMES = ["with space", 'it\'s "quoted"', "$(touch owned)", "-leading", "émoji 🎉", "a;b&c|d"]


def run(output: Path, *argv: str, env: dict[str, str] | None = None, cwd: Path) -> Finished:
    return execute(
        argv,
        cwd=cwd,
        env=env or {},
        output=output,
        limits=Limits(deadline_s=20),
        cancel=Cancellation(),
    )


@pytest.mark.parametrize("name", ODD_NAMES)
def test_b66_odd_paths_and_arguments_arrive_unchanged(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    program = folder / name
    program.symlink_to(sys.executable)
    shown = "import os, sys, json; print(json.dumps([os.getcwd(), sys.argv[1]]))"
    finished = run(folder, str(program), "-c", shown, name, cwd=folder)
    assert finished.exit_code == 0, finished.stderr.read_text()
    assert json.loads(finished.stdout.read_text()) == [str(folder), name]
    assert not list(tmp_path.rglob("owned"))


def test_the_environment_is_exactly_the_one_given(tmp_path: Path) -> None:
    env = {"ODD": "a\nb=c", "EMOJI": "🎉", "BYTES": "\udcff"}
    finished = run(tmp_path, "/usr/bin/env", "-0", env=env, cwd=tmp_path)
    expected = {b"ODD=a\nb=c", "EMOJI=🎉".encode(), b"BYTES=\xff"}
    assert set(finished.stdout.read_bytes().rstrip(b"\0").split(b"\0")) == expected


def test_b64_there_is_no_input_to_wait_for(tmp_path: Path) -> None:
    code = "import os, sys; print(repr(sys.stdin.read()), os.path.realpath('/proc/self/fd/0'))"
    finished = run(tmp_path, sys.executable, "-c", code, cwd=tmp_path)
    assert finished.stdout.read_text() == "'' /dev/null\n"


def test_no_descriptor_of_ours_is_inherited(tmp_path: Path) -> None:
    finished = run(tmp_path, "/bin/ls", "/proc/self/fd", cwd=tmp_path)
    assert finished.stdout.read_text().split() == ["0", "1", "2", "3"]  # 3: the folder it lists


def test_p65_secrets_are_in_no_command_line_and_in_no_environment_but_its_own(
    tmp_path: Path,
) -> None:
    """Looked at from inside: the program reads /proc of its supervisor."""
    code = (
        "import os, pathlib\n"
        "secret = os.environ['TOKEN'].encode()\n"
        "above = pathlib.Path(f'/proc/{os.getppid()}')\n"
        "print(secret in (above / 'cmdline').read_bytes(),"
        " (above / 'environ').read_bytes().split(b'=')[0])\n"
    )
    program = tmp_path / "look.py"
    program.write_text(code)
    finished = run(
        tmp_path, sys.executable, str(program), env={"TOKEN": "canary-9f2c71"}, cwd=tmp_path
    )
    assert finished.stdout.read_text() in ("False b''\n", "False b'LD_LIBRARY_PATH'\n")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("/no/such/program",), "/no/such/program not found"),
        (("no-such-program",), "no-such-program not found"),
        (("{folder}/plain",), "permission denied"),
        (("{folder}/lost",), "the interpreter named in its first line was not found"),
        (("/bin/echo", "a\0b"), "NUL character"),
        (("/bin/echo", "x" * 3_000_000), "could not be started: Argument list too long"),
    ],
)
def test_p3_a_program_that_cannot_be_started_says_why(
    tmp_path: Path, argv: tuple[str, ...], words: str
) -> None:
    (tmp_path / "plain").write_text("not executable")
    (tmp_path / "lost").write_text("#!/no/such/interpreter\n")
    (tmp_path / "lost").chmod(0o755)
    finished = run(tmp_path, *(part.format(folder=tmp_path) for part in argv), cwd=tmp_path)
    assert (finished.ending, finished.exit_code) == (Ending.NOT_STARTED, None)
    assert words in finished.detail


def test_a_missing_working_folder_says_so(tmp_path: Path) -> None:
    finished = run(tmp_path, "/bin/true", cwd=tmp_path / "gone")
    assert finished.ending is Ending.NOT_STARTED
    assert finished.detail == f"file or folder {tmp_path / 'gone'} not found"


def test_a_folder_that_cannot_be_written_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        run(tmp_path / "file", "/bin/true", cwd=tmp_path)
