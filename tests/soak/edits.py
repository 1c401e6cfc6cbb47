"""Random edits of a real tree, and what a run says of it with the cache and without.

The tree is our own core: modules that import each other, so that an edit of one changes what the
type checker says of others. Every edit is made from a seed.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from tests.faults.cli import committed, git

SOURCE = Path(__file__).parents[2] / "gates"
GATES = ("lint", "format", "types", "security", "secrets")
MODULES = 20
TARGET = 'name = "edited"\n[code]\npaths = ["src"]\n'
PROJECT = '[project]\nname = "edited"\nversion = "1"\nrequires-python = ">=3.11"\n'
KEY = "AKIA" + "Q3Z7PLANTEDKEY42"
PAY = "sk" + "_live_" + "PLANTED4kingfisher0000Q1"
DEFECTS = (
    "print(no_such_name)\n",
    "import os\n",
    "x  =  1\n",
    'number: int = "text"\n',
    "\n\ndef untyped(given):\n    return given\n",
    "\n\ndef wide(given: Any) -> Any:\n    return given\n",
    'import subprocess\nsubprocess.call("ls", shell=True)\n',
    "import pickle\npickle.loads(b'')\n",
    "query = \"SELECT * FROM t WHERE a = '%s'\" % __name__\n",
    f'KEY = "{KEY}"\n',
    f'PAY = "{PAY}"  # pragma: allowlist secret\n',
    f'PAY = "{PAY}"\n',
    "import os  # noqa: F401\n",
    'value: int = "text"  # type: ignore[assignment]\n',
    "assert __name__\n",
)


class Said(msgspec.Struct, frozen=True):
    """What a run says: all that decides, and how much of it was taken over."""

    judged: dict[str, Any]
    reused: int  # gates
    shares: int  # tools that took files over


class Tree:
    """A work tree under edit."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root, self.chance = root, random.Random(seed)
        package = root / "src" / "gates"
        shutil.copytree(SOURCE / "core", package / "core", ignore=shutil.ignore_patterns("__py*"))
        for extra in sorted(package.glob("core/*.py"))[MODULES:]:
            extra.unlink()
        (package / "__init__.py").write_text('"""Ours."""\n')
        for name, text in {"gatescore.toml": TARGET, "pyproject.toml": PROJECT}.items():
            (root / name).write_text(text)
        (root / "README.md").write_text("# edited\n")
        committed(root)

    def edit(self) -> str:
        """Change something; says what."""
        chosen = self.chance.choices(list(EDITS), [weight for weight, _ in EDITS.values()])[0]
        EDITS[chosen][1](self)
        return chosen

    def modules(self) -> list[Path]:
        """The files of the code, in a fixed order."""
        return sorted((self.root / "src").rglob("*.py"))

    def one(self) -> Path:
        """Some module."""
        return self.chance.choice(self.modules())


def insert(tree: Tree) -> None:
    """Put a defect at the end of a module, or into a file of another kind."""
    defect = tree.chance.choice(DEFECTS)
    places = [tree.one(), tree.one(), tree.root / "README.md", tree.root / "settings.ini"]
    with tree.chance.choice(places).open("a", encoding="utf-8") as file:
        file.write(defect)


def mend(tree: Tree) -> None:
    """Bring files back to what the last commit has, or everything."""
    there = ("--no-renames", "--diff-filter=MDT")  # and not what the last commit does not have
    changed = git(tree.root, "diff", "--name-only", *there, "HEAD").split()
    if tree.chance.random() < 0.2:
        git(tree.root, "checkout", "-q", "HEAD", "--", ".")
        git(tree.root, "clean", "-q", "-f", "-d")
    elif changed:
        git(tree.root, "checkout", "-q", "HEAD", "--", tree.chance.choice(changed))


def rename(tree: Tree) -> None:
    """Give a module another name; half of the time git is told."""
    file = tree.one()
    other = file.with_name(f"m{tree.chance.randrange(10**6)}.py")
    file.rename(other)
    if tree.chance.random() < 0.5:
        git(tree.root, "add", "-A")


def swap(tree: Tree) -> None:
    """Exchange the contents of two modules."""
    one, two = tree.one(), tree.one()
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


def delete(tree: Tree) -> None:
    """Remove a module, unless few are left."""
    if len(tree.modules()) > MODULES // 2:
        tree.one().unlink()


def same_size_and_times(tree: Tree) -> None:
    """Change a module behind its size and its times (P15)."""
    file = tree.one()
    before, text = file.stat(), file.read_text("utf-8")
    words = sorted(set(re.findall(r"\b[a-z_]{4,}\b", text)))
    if words:
        word = tree.chance.choice(words)
        text = text.replace(word, word[::-1], 1)
    file.write_text(text, encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def signature(tree: Tree) -> None:
    """Rename a function where it is made, and nowhere else: its callers break."""
    file = tree.one()
    text = file.read_text("utf-8")
    names = re.findall(r"^def (\w+)\(", text, re.MULTILINE)
    if names:
        name = tree.chance.choice(names)
        file.write_text(text.replace(f"def {name}(", f"def {name}_(", 1), encoding="utf-8")


def damage(tree: Tree) -> None:
    """Make a module something else than code."""
    data = tree.chance.choice((b"", b"# nothing\n", b"def (\n", b"\0\1\2", b'"""\xff"""\n'))
    tree.one().write_bytes(data)


def configure(tree: Tree) -> None:
    """Change a file that tools or git may read."""
    name, text = tree.chance.choice(
        (
            ("gatescore.toml", TARGET + f"# {tree.chance.random()}\n"),
            ("gatescore.toml", TARGET + 'tests = ["src/gates/core"]\n'),
            ("gatescore.toml", TARGET),
            ("pyproject.toml", PROJECT + '[tool.ruff]\nexclude = ["src"]\n'),
            ("pyproject.toml", PROJECT.replace("3.11", "3.13")),
            ("pyproject.toml", PROJECT),
            ("ruff.toml", "line-length = 20\n"),
            (".bandit", "[bandit]\nskips = B101,B602\n"),
            ("mypy.ini", "[mypy]\nignore_errors = True\n"),
            (".gitignore", "settings.ini\nm*.py\n"),
            (".gitignore", ""),
        )
    )
    (tree.root / name).write_text(text)


def commit(tree: Tree) -> None:
    """Commit all there is: the base moves."""
    git(tree.root, "add", "-A")
    git(tree.root, "commit", "-q", "--allow-empty", "-m", "next")


def touch(tree: Tree) -> None:
    """Give a file another time, which is no edit."""
    moment = tree.chance.randrange(10**9)
    os.utime(tree.one(), (moment, moment))


EDITS: dict[str, tuple[int, Callable[[Tree], None]]] = {
    "insert": (8, insert),
    "mend": (5, mend),
    "rename": (3, rename),
    "swap": (2, swap),
    "delete": (2, delete),
    "same size and times": (4, same_size_and_times),
    "signature": (4, signature),
    "damage": (2, damage),
    "configure": (4, configure),
    "commit": (2, commit),
    "touch": (2, touch),
}


def said(root: Path, output: Path, cache: Path, *options: str) -> Said:
    """One run of the static gates."""
    gates = [word for gate in GATES for word in ("--gate", gate)]
    program = Path(sys.executable).with_name("gatescore")
    done = subprocess.run(
        [program, "run", *gates, root, "--output", output, *options],
        cwd=root.parent,
        env={**os.environ, "GATESCORE_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1, 3), done.stderr
    card = json.loads((output / "scorecard.json").read_bytes())
    reports = [json.loads(file.read_bytes()) for file in output.glob("results/*/report.json")]
    shutil.rmtree(output)
    notes = [note for gate in reports for one in gate["reports"] for note in one["notes"]]
    return Said(
        judged={gate["id"]: judged(gate) for gate in card["gates"]},
        reused=len(card["run"]["reused_s"]),
        shares=sum("have not changed since" in note for note in notes),
    )


def judged(gate: dict[str, Any]) -> dict[str, Any]:
    """What decides of a gate's result: verdict, values, names of findings."""
    criteria = {one["id"]: (one["status"], one.get("value")) for one in gate["criteria"]}
    names = sorted(
        (one["fingerprint"], one.get("path", ""), one.get("line", 0)) for one in gate["findings"]
    )
    return {
        "status": (gate["status"], gate["reason"]),
        "criteria": criteria,
        "findings": names,
        "total": gate["findings_total"],
    }


def compared(folder: Path, seed: int, count: int) -> Iterator[tuple[str, Said, Said]]:
    """After each of `count` edits: what it was, and what runs say with and without the cache."""
    tree = Tree(folder / "t", seed)
    cache = folder / "cache"
    said(tree.root, folder / "out", cache)
    for _ in range(count):
        edit = tree.edit()
        warm = said(tree.root, folder / "out", cache)
        yield edit, warm, said(tree.root, folder / "out", cache, "--fresh")


def different(warm: Said, fresh: Said) -> dict[str, Any]:
    """What a run with the cache says otherwise, by gate; empty: they agree."""
    return {
        gate: (warm.judged.get(gate), one)
        for gate, one in fresh.judged.items()
        if warm.judged.get(gate) != one
    }


def told(edits: Counter[str]) -> str:
    """How often each kind of edit was made."""
    return ", ".join(f"{count} {edit}" for edit, count in sorted(edits.items()))
