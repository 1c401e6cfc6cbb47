"""Random refactorings of a real Python tree, and what became of the names of its findings."""

import ast
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
import pytest

from gates.core.fingerprint import countless, fingerprinted
from gates.core.joining import joined
from gates.core.model import Finding, Severity, ToolReport
from gates.core.redact import Redactor
from gates.runner.contexts import located
from gates.shell.renames import renames

BIN = Path(sys.executable).parent
# Everything about what code does; how it is laid out is what a formatter changes.
RULES = "F,B,C4,UP,ARG,SIM,C901,S,BLE,PL,RET,TRY,N,D1,ANN,PTH,EM,FBT"
NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
PACKAGES = Path(msgspec.__file__).parents[1]  # real code, at the versions that our locks name
EXAMPLES = Path(__file__).parents[2] / "examples"
SOURCES = {
    "locust": PACKAGES / "locust",
    "pip": PACKAGES / "pip",
    "leaky": EXAMPLES / "leaky" / "src",
}
ROUNDS = {"locust": range(60), "pip": range(60, 110), "leaky": range(110, 120)}  # seeds
STYLES = (("60", "single", "true"), ("140", "double", "true"), ("100", "single", "false"))


class Outcome(msgspec.Struct, frozen=True):
    """Findings that are still there, those of them that kept their name, and names given twice.

    `confused` counts names that another finding had before.
    """

    there: int
    kept: int
    twice: int
    confused: int


def found(tree: Path, renamed: dict[str, str]) -> tuple[Finding, ...]:
    """What ruff and bandit find, joined and named as the product does it."""
    report = ToolReport(
        tool="both", examined=1, examined_unit="files", findings=(*ruff(tree), *bandit(tree))
    )
    placed = located(report, tree, Redactor(), renamed)
    return fingerprinted(joined(placed.findings).findings)


def ruff(tree: Path) -> Iterator[Finding]:
    """Ruff's findings."""
    argv = (BIN / "ruff", "check", "--isolated", "--no-cache", "--select", RULES)
    printed = output(*argv, "--output-format", "json", ".", cwd=tree)
    for entry in json.loads(printed):
        place = entry["location"]
        yield finding(
            tree, "ruff", entry["code"], entry["message"], entry["filename"], place["row"]
        )


def bandit(tree: Path) -> Iterator[Finding]:
    """Bandit's findings."""
    printed = output(BIN / "bandit", "-q", "-r", "-f", "json", ".", cwd=tree)
    for entry in json.loads(printed)["results"]:
        name, text = entry["test_id"], entry["issue_text"]
        yield finding(tree, "bandit", name, text, entry["filename"], entry["line_number"])


def finding(tree: Path, tool: str, rule: str, message: str, path: str, line: int) -> Finding:
    """One finding with its path relative to the tree."""
    return Finding(
        tool=tool,
        rule=rule,
        severity=Severity.LOW,
        message=message,
        path=(tree / path).relative_to(tree).as_posix(),
        line=line,
    )


def output(*argv: str | Path, cwd: Path) -> bytes:
    """What a program prints, whatever its exit code says."""
    return subprocess.run(argv, cwd=cwd, capture_output=True, check=False, timeout=300).stdout


def refactor(tree: Path, chance: random.Random) -> None:
    """Change files of the tree in one to four ways."""
    kinds: tuple[Callable[[Path, random.Random], None], ...] = (insert, move, restyle, rename)
    files = sorted(tree.rglob("*.py"))
    for kind in chance.sample(kinds, chance.randint(1, len(kinds))):
        for file in chance.sample(files, max(1, len(files) // 2)):
            if file.exists():
                kind(file, chance)


def insert(file: Path, chance: random.Random) -> None:
    """Insert comments, blank lines and statements before statements."""
    lines = file.read_text("utf-8").split("\n")
    module = ast.parse("\n".join(lines))
    places = [
        (node.lineno, node.col_offset)
        for parent in ast.walk(module)
        for body in [getattr(parent, "body", None)]
        if isinstance(body, list)
        for node in body[1:]
        if not getattr(node, "decorator_list", None)
        and not lines[node.lineno - 1][: node.col_offset].strip()
        and "from __future__" not in lines[node.lineno - 1]
    ]
    for line, column in sorted(chance.sample(places, min(8, len(places))), reverse=True):
        text = chance.choice(("# moved", "", f"added_{line} = len(__name__)", "assert __name__"))
        more = [" " * column + text] * chance.randint(1, 3)
        lines[line - 1 : line - 1] = more
    write(file, "\n".join(lines))


def move(file: Path, chance: random.Random) -> None:
    """Swap two functions or methods of one body."""
    text = file.read_text("utf-8")
    lines = text.split("\n")
    bodies = [
        movable
        for parent in ast.walk(ast.parse(text))
        if isinstance(parent, ast.Module | ast.ClassDef)
        for movable in [[node for node in parent.body if is_movable(node)]]
        if len(movable) > 1
    ]
    if not bodies:
        return
    one, two = sorted(chance.sample(chance.choice(bodies), 2), key=lambda node: node.lineno)
    (a, b), (c, d) = extent(one), extent(two)
    lines[a:d] = [*lines[c:d], *lines[b:c], *lines[a:b]]
    write(file, "\n".join(lines))


def is_movable(node: ast.stmt) -> bool:
    """A function that no decorator ties to another of its name."""
    return isinstance(node, ast.FunctionDef) and not node.decorator_list


def extent(node: ast.stmt) -> tuple[int, int]:
    """The slice of its lines."""
    return node.lineno - 1, node.end_lineno or node.lineno


def restyle(file: Path, chance: random.Random) -> None:
    """Format with another line length and other quotes."""
    length, quotes, comma = chance.choice(STYLES)
    settings = (
        f"line-length = {length}",
        f'format.quote-style = "{quotes}"',
        f"format.skip-magic-trailing-comma = {comma}",
    )
    given = [word for setting in settings for word in ("--config", setting)]
    output(BIN / "ruff", "format", "--isolated", "--no-cache", *given, file, cwd=file.parent)


def rename(file: Path, chance: random.Random) -> None:
    """Rename the file with git; whether it is staged does not matter."""
    new = file.with_name(f"{file.stem}_{chance.randint(10, 99)}.py")
    if chance.random() < 0.5:
        subprocess.run(("git", "mv", file, new), cwd=file.parent, check=True, timeout=60)
    else:
        file.rename(new)


def write(file: Path, text: str) -> None:
    """Write a change that is still Python."""
    ast.parse(text)
    file.write_text(text, "utf-8")


def outcome(
    before: tuple[Finding, ...],
    after: tuple[Finding, ...],
    tellers: tuple[Callable[[Finding], str], Callable[[Finding], str]],
) -> Outcome:
    """Compare two states; a teller says of a finding what it is, in another way than its name."""
    told_before = {one.fingerprint: tellers[0](one) for one in before}
    told_after = {one.fingerprint: tellers[1](one) for one in after}
    there = Counter(told_before.values()) & Counter(told_after.values())
    both = told_before.keys() & told_after.keys()
    same = Counter(told_before[name] for name in both if told_before[name] == told_after[name])
    return Outcome(
        there=there.total(),
        kept=(there & same).total(),
        twice=len(before) - len(told_before) + len(after) - len(told_after),
        confused=sum(told_before[name] != told_after[name] for name in both),
    )


def teller(tree: Path) -> Callable[[Finding], str]:
    """Says of a finding its rule, file, message, and the statement around, unparsed by Python."""
    known: dict[str, list[ast.stmt]] = {}

    def told(one: Finding) -> str:
        if one.path not in known:
            module = ast.parse((tree / one.path).read_text("utf-8"))
            every = (node for node in ast.walk(module) if isinstance(node, ast.stmt))
            known[one.path] = [node for node in every if not is_stub(node)]
        around = [
            node
            for node in known[one.path]
            if min(first(node), node.lineno) <= one.line <= (node.end_lineno or 0)
        ]
        chain = [node.name for node in around if isinstance(node, NAMED)]
        inner = min(around, key=lambda node: (node.end_lineno or 0) - first(node), default=None)
        what = type(inner).__name__ if inner is None or isinstance(inner, NAMED) else header(inner)
        path = one.origin or one.path
        return "|".join((one.rule, path, countless(one.message), *chain, what))

    return told


def is_stub(node: ast.stmt) -> bool:
    """The three dots that stand for a body, often on the line of a header."""
    return isinstance(node, ast.Expr) and getattr(node.value, "value", None) is ...


def header(node: ast.stmt) -> str:
    """The first line of a statement, as Python writes it."""
    return ast.unparse(node).split("\n")[0]


def first(node: ast.stmt) -> int:
    """The line where a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min((one.lineno for one in decorators), default=node.lineno)


def committed(source: Path, tree: Path, most: int, chance: random.Random) -> None:
    """Make `tree` a repository with some of the Python files of `source`."""
    files = [file for file in sorted(source.rglob("*.py")) if 500 < file.stat().st_size < 40_000]
    for file in chance.sample(files, min(most, len(files))):
        place = tree / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.read_bytes())
    name = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    for words in (("init", "-q"), ("add", "."), (*name, "commit", "-qm", "base")):
        subprocess.run(("git", *words), cwd=tree, check=True, timeout=60)


def one_round(source: Path, place: Path, seed: int, most: int = 10) -> Outcome:
    """Refactor some files of `source` at random in an empty folder, and compare."""
    chance = random.Random(seed)
    tree, base = place / "tree", place / "base"
    committed(source, tree, most, chance)
    subprocess.run(("git", "clone", "-q", tree, base), check=True, timeout=60)
    before = found(base, {})
    refactor(tree, chance)
    for hidden in (tree / ".git", base / ".git"):
        hidden.rename(place / f"{hidden.parent.name}.git")
    after = found(tree, renames(base, tree, place / "renamed"))
    return outcome(before, after, (teller(base), teller(tree)))


def told(
    source: Path, seeds: Iterable[int], folders: pytest.TempPathFactory, most: int = 10
) -> Outcome:
    """The sum of several rounds."""
    every = [one_round(source, folders.mktemp("round"), seed, most) for seed in seeds]
    return Outcome(
        there=sum(one.there for one in every),
        kept=sum(one.kept for one in every),
        twice=sum(one.twice for one in every),
        confused=sum(one.confused for one in every),
    )
