"""Five gates on 25,000 lines against prek with the same tools, settings and environment."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bench import tree
from bench.measure import Timing, interleaved, spread, timed
from bench.results import Row
from gates import catalog
from gates.core.target import Code, Target
from gates.core.tool import Invocation, Options

BIN = Path(sys.executable).parent
PRESETS = Path(__file__).parents[1] / "config" / "tools"
GATES = ("lint", "format", "types", "security", "secrets")
TOOLS = ("ruff", "ruff_format", "mypy", "bandit", "detect_secrets")
ROUNDS = 7
CORES = 2
FRESH = "--fresh"  # nothing is taken over from the round before, as with the hooks
# As the tools' own hook definitions have it: one process, except for detect-secrets.
ONE = "require_serial: true"
HOOKS = (
    ("ruff-check", "python", ONE, f"{BIN}/ruff check --no-cache --config {PRESETS}/ruff.toml"),
    (
        "ruff-format",
        "python",
        ONE,
        f"{BIN}/ruff format --check --no-cache --config {PRESETS}/ruff.toml",
    ),
    (
        "mypy",
        "python",
        f"{ONE}, pass_filenames: false",
        f"env MYPYPATH=src {BIN}/mypy --config-file {PRESETS}/mypy.ini "
        "--disable-error-code explicit-any --cache-dir=/dev/null src",
    ),
    (
        "bandit",
        "python",
        ONE,
        f"{BIN}/bandit -q -c {PRESETS}/bandit.yaml --ini {PRESETS}/bandit.ini",
    ),
    ("detect-secrets", "text", "", f"{BIN}/detect-secrets-hook --no-verify"),
)


def hooks(*, together: bool) -> str:
    """A configuration of prek: its default order, or every hook at once."""
    lines = ["repos:", "  - repo: local", "    hooks:"]
    for name, types, more, entry in HOOKS:
        also = "".join(f", {word}" for word in (more, "priority: 1" if together else "") if word)
        head = f"id: {name}, name: {name}, language: system, types: [{types}]{also}"
        lines.append(f'      - {{{head}, entry: "{entry}"}}')
    return "\n".join(lines) + "\n"


def rows(scratch: Path) -> Iterator[Row]:
    """Measure. `scratch` is an empty folder."""
    root = scratch / "tree"
    root.mkdir()
    lines = tree.write(root)
    found = interleaved(actions(root, scratch), ROUNDS)
    ours, serial, together = found["gates"], found["prek"], found["prek at once"]
    title = f"gates {', '.join(GATES)} on {lines:,} lines"
    yield ratio(f"{title}, over prek (its default: hooks in turn)", ours, serial, 0.95)
    yield ratio("the same, over prek with all hooks at one priority", ours, together)
    yield over_ideal(found)
    for name in ("gates", "prek", "prek at once"):
        yield Row(what=f"{name}: wall time", unit="s", found=spread(t.wall_s for t in found[name]))
        yield Row(what=f"{name}: CPU time", unit="s", found=spread(t.cpu_s for t in found[name]))


def ratio(
    what: str, ours: tuple[Timing, ...], theirs: tuple[Timing, ...], at_most: float | None = None
) -> Row:
    """Wall time over wall time, pair by pair."""
    pairs = zip(ours, theirs, strict=True)
    found = spread(one.wall_s / other.wall_s for one, other in pairs)
    return Row(what=what, unit="", found=found, at_most=at_most)


def over_ideal(found: dict[str, tuple[Timing, ...]]) -> Row:
    """Our wall time over what no schedule could beat by much, round by round."""
    values = []
    for number, ours in enumerate(found["gates"]):
        longest = max(found[f"tool {name}"][number].wall_s for name in TOOLS)
        values.append(ours.wall_s / (1.1 * max(longest, ours.cpu_s / CORES) + 0.5))
    what = "wall time over 1.1 × max(longest tool alone, half of all CPU seconds) + 0.5 s"
    return Row(what=what, unit="", found=spread(values), at_most=1.0)


def actions(root: Path, scratch: Path) -> dict[str, Callable[[], Timing]]:
    """What is run in turn."""
    serial, together = scratch / "prek.yaml", scratch / "prek-at-once.yaml"
    serial.write_text(hooks(together=False), encoding="utf-8")
    together.write_text(hooks(together=True), encoding="utf-8")
    prek = (f"{BIN}/prek", "run", "-a", "--no-progress", "-c")
    return {
        "gates": partial(Gates(root, scratch).run, FRESH),
        "prek": partial(timed, (*prek, str(serial)), cwd=root, log=scratch / "log"),
        "prek at once": partial(timed, (*prek, str(together)), cwd=root, log=scratch / "log"),
        **{f"tool {name}": partial(alone, name, root, scratch) for name in TOOLS},
    }


class Gates:
    """Runs the gates, each time into a new folder."""

    def __init__(self, root: Path, scratch: Path) -> None:
        self._root = root
        self._scratch = scratch
        self._count = 0

    def run(self, *options: str) -> Timing:
        """One whole run, from the start of the program to its exit code."""
        self._count += 1
        chosen = [word for gate in GATES for word in ("--gate", gate)]
        output = self._scratch / f"run-{self._count}"
        argv = (
            f"{BIN}/gatescore",
            "run",
            *chosen,
            str(self._root),
            "--output",
            str(output),
            *options,
        )
        cache = str(self._scratch / "cache")
        return timed(argv, cwd=self._scratch, log=self._scratch / "log", GATESCORE_CACHE=cache)


def alone(name: str, root: Path, scratch: Path) -> Timing:
    """The programs of one tool as its gate runs them, but with the machine for themselves."""
    output = scratch / "alone"
    output.mkdir(exist_ok=True)
    files = tuple(sorted(str(p.relative_to(root)) for p in root.rglob("*") if wanted(p)))
    options = Options(
        tree=str(root),
        output=str(output),
        files=files,
        presets=str(PRESETS),
        python=sys.executable,
        bin=str(BIN),
    )
    target = Target(name="bench-tree", code=Code(paths=("src",)))
    parts = [one(part, output) for part in catalog.load(name).commands(target, options)]
    return Timing(
        wall_s=sum(part.wall_s for part in parts),
        cpu_s=sum(part.cpu_s for part in parts),
        peak_mib=max(part.peak_mib for part in parts),
        exit_code=0,
    )


def wanted(path: Path) -> bool:
    """Whether git would see this file."""
    return path.is_file() and ".git" not in path.parts and "__pycache__" not in path.parts


def one(invocation: Invocation, output: Path) -> Timing:
    """One program of an adapter."""
    for name, text in invocation.inputs.items():
        (output / name).write_text(text, encoding="utf-8")
    return timed(
        invocation.argv,
        cwd=Path(invocation.cwd),
        log=output / "log",
        exits=invocation.exits,
        **invocation.env,
    )
