"""Runs the command line as its users do: a process of its own, with targets and policies made here.

`gatescore` runs to the end; `begin` starts it and lets a test send signals. Both refuse a traceback
on stderr: whatever goes wrong, none may reach a user.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).parents[2]
FAULTS = Path(__file__).parent
SERVICES = ROOT / "tests" / "shell" / "fakes" / "web.py"
HANGS_S = 120.0  # no run of these tests takes as long
# What this machine needs to start programs and to reach its package registries.
PASSED_ON = re.compile(
    r"PATH|HOME|TMPDIR|LD_LIBRARY_PATH|(PIP|UV|SSL|XDG)_.*|.*_PROXY|.*_CA_BUNDLE", re.IGNORECASE
)


class Completed(msgspec.Struct, frozen=True):
    """What a run left."""

    code: int
    stdout: bytes
    stderr: str
    output: Path
    scorecard: bytes  # as it was on disk then

    @property
    def card(self) -> dict[str, Any]:
        """The scorecard that was on disk."""
        return json.loads(self.scorecard)

    def gate(self, name: str) -> dict[str, Any]:
        """One gate of it."""
        return next(gate for gate in self.card["gates"] if gate["id"] == name)

    @property
    def statuses(self) -> dict[str, str]:
        """Status by gate, with the reason of an ERROR."""
        gates = self.card["gates"]
        return {
            g["id"]: f"{g['status']}{' ' * bool(g['reason'])}{g['reason'] or ''}" for g in gates
        }


class Place(msgspec.Struct, frozen=True):
    """Where one test works: its cache, targets, policies and outputs."""

    path: Path
    cache: Path

    @property
    def output(self) -> Path:
        """The default output folder."""
        return self.path / "out"

    def environ(self, more: Mapping[str, str]) -> dict[str, str]:
        """What the command line's process gets: the fake tools are on its path alone."""
        kept = {name: word for name, word in os.environ.items() if PASSED_ON.fullmatch(name)}
        made = {"PYTHONPATH": str(FAULTS / "plugin"), "GATESCORE_CACHE": str(self.cache)}
        return kept | made | dict(more)

    def target(
        self, text: str = "", files: Mapping[str, str] | None = None, name: str = "t"
    ) -> Path:
        """Make a target's folder: `text` is what follows the name in its gatescore.toml."""
        folder = self.path / name
        content = {"gatescore.toml": f'name = "victim"\n{text}', "a.py": "A = 1\n"} | (files or {})
        for relative, data in content.items():
            file = folder / relative
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(data, encoding="utf-8")
        return folder

    def policy(self, gates: Mapping[str, Mapping[str, Any]], name: str = "p", **top: Any) -> Path:
        """Write a policy file."""
        path = self.path / f"{name}.toml"
        lines = [f"{key} = {toml(value)}" for key, value in {"name": name, **top}.items()]
        for id, gate in gates.items():
            own = {f"{id}.{key}": value for key, value in gate["criteria"].items()}
            lines += [f"[gates.{json.dumps(id)}]"]
            lines += [f"{key} = {toml(value)}" for key, value in {**gate, "criteria": own}.items()]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def bug(self) -> str:
        """What the command line kept of a bug of ours."""
        log = self.path / ".gatescore" / "bug.log"
        return log.read_text() if log.exists() else ""

    @contextmanager
    def begin(
        self,
        *arguments: str | Path,
        env: Mapping[str, str] | None = None,
        python: str | Path = sys.executable,
        before: Sequence[str] = (),
        around: Sequence[str] = (),
        cores: int | None = None,
        **more: Any,
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Start the command line; what is left of it at the end is killed."""

        def prepare() -> None:
            if cores:
                os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])

        argv = [*around, str(python), "-m", "gates.cli", *map(str, arguments)]
        argv = list(before) or argv
        options = {"stdin": subprocess.DEVNULL, "cwd": self.path, "env": self.environ(env or {})}
        options |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "preexec_fn": prepare}
        with subprocess.Popen(argv, **(options | more)) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                    finish(process, within=30)

    def run(self, *arguments: str | Path, output: Path | None = None, **more: Any) -> Completed:
        """Run the command line to its end; `run` gets an --output of the test."""
        output = output or self.output
        if arguments[0] == "run" and "--output" not in arguments:
            arguments = (*arguments, "--output", output)
        with self.begin(*arguments, **more) as process:
            code, stdout, stderr = finish(process)
        assert code != 5 or "broke:" in stderr, stderr + self.bug()
        file = self.path / output / "scorecard.json"
        card = file.read_bytes() if file.is_file() else b""
        return Completed(code, stdout, stderr, output, card)


def finish(process: subprocess.Popen[bytes], within: float = HANGS_S) -> tuple[int, bytes, str]:
    """Exit code, stdout and stderr at the end; no traceback may be in them."""
    stdout, stderr = process.communicate(timeout=within)
    text = (stderr or b"").decode("utf-8", "backslashreplace")
    for said in (text, (stdout or b"").decode("utf-8", "replace")):
        assert not re.search("^Traceback", said, re.MULTILINE), said
    return process.returncode, stdout or b"", text


def gone(process: subprocess.Popen[bytes], within: float) -> bool:
    """Whether a process ends in time."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(within)
    return process.poll() is not None


def fake(program: str = "works", *arguments: str | Path, **more: Any) -> dict[str, Any]:
    """A gate on the fake tool: it passes without errors."""
    options = {"program": program, "arguments": [str(a) for a in arguments]}
    options |= more.pop("options", {})
    return {
        "level": 1,
        "title": program,
        "tools": ["fake"],
        "options": options,
        "criteria": {"errors": {"title": "Errors", "metric": "fake.errors", "pass": [["== 0"]]}},
        **more,
    }


def service(*argv: str | Path, **keys: Any) -> str:
    """The [service] part of a target that is started by this Python."""
    start = ["{python}", *(str(word) for word in argv)]
    values = {"start": start, "start_deadline_s": 10, "stop_deadline_s": 2} | keys
    return "[service]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in values.items())


def toml(value: Any) -> str:
    """A value as TOML spells it."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            inner = ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items())
            return f"{{ {inner} }}"
        case list() | tuple():
            return f"[{', '.join(map(toml, value))}]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def broken_install(folder: Path, programs: Mapping[str, str | None]) -> Path:
    """A Python beside which some tools are other programs, or (None) are missing."""
    real = Path(sys.executable).parent
    site = folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    site.mkdir(parents=True)
    packages = real.parent / site.relative_to(folder)
    (site / "real.pth").write_text(f"import site; site.addsitedir({str(packages)!r})\n")
    shutil.copyfile(real.parent / "pyvenv.cfg", folder / "pyvenv.cfg")
    (folder / "bin").mkdir()
    for entry in real.iterdir():
        if entry.name not in programs:
            (folder / "bin" / entry.name).symlink_to(entry.resolve())
    for name, text in programs.items():
        if text is not None:
            (folder / "bin" / name).write_text(text)
            (folder / "bin" / name).chmod(0o755)
    return folder / "bin" / "python"


def until(what: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Wait for something of another process to become true; returns it."""
    limit = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.02)
    return found


def alive(pid: int) -> bool:
    """Whether a process runs; a dead one that nobody has buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def running_in(folder: Path) -> list[str]:
    """Command lines that name a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and alive(int(entry.name)):
            try:
                line = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
            if str(folder) in line:
                found.append(line)
    return found


def started(output: Path, gate: str, tool: str = "fake") -> Callable[[], bool]:
    """Whether the tool of a gate has begun: what it writes is in a folder of the cache by then."""
    places = f"cache/gatescore/work/run-*/raw/{gate}/{tool}/started"
    ended = output / "results" / gate / tool / "started"
    return lambda: ended.exists() or any(output.parent.glob(places))


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, with a name for commits."""
    named = [
        "-c",
        "user.name=Ada",
        "-c",
        "user.email=ada@example.org",
        "-c",
        "commit.gpgsign=false",
    ]
    argv = ["git", "-C", str(folder), *named, *arguments]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()


def committed(folder: Path) -> str:
    """Commit all of a folder, making the repository if it is none; returns the commit."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "state")
    return git(folder, "rev-parse", "HEAD")
