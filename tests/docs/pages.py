"""Reads our pages: the commands they show, the files they write, the output they promise."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "config" / "lock" / "README.md",
    *sorted(DOCS.rglob("*.md")),
)
SHELL = ("sh", "console", "shell", "bash")
STARTS = ("gatescore ", "nox ", "git ", "pip ", "python3 ", "uv ", "export ", "npm ")
_TITLE = re.compile(r'title="([^"]+)"')
_CODE = re.compile(r"#.*\bexit code (\d+)")


class Command(msgspec.Struct, frozen=True):
    """One command line, continuation lines joined, with the exit code that the page names."""

    line: str
    code: int


class Block(msgspec.Struct, frozen=True):
    """One block of a page. `kind` is commands, file, output or other."""

    kind: str
    place: str  # page:line, for people
    text: str
    title: str = ""

    @property
    def commands(self) -> list[Command]:
        """The command lines of a block of commands."""
        joined = self.text.replace("\\\n", " ").replace("&&\n", "&& ")
        return [command(line) for line in joined.splitlines() if is_command(line)]


def is_command(line: str) -> bool:
    """Whether a line of a block of commands is one, not a comment or empty."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def command(line: str) -> Command:
    """A line with the exit code that its comment names."""
    named = _CODE.search(line)
    return Command(line.removeprefix("$ ").strip(), int(named[1]) if named else 0)


def name(page: Path) -> str:
    """A page as our lists name it."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """Every block of code of a page: fenced, or indented as the README has them."""
    for token in MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8")):
        if token.type in ("fence", "code_block"):
            assert token.map is not None
            word, _, more = token.info.partition(" ")
            title = _TITLE.search(more)
            kind = kind_of(word, title is not None, token.content)
            place = f"{name(page)}:{token.map[0] + 1}"
            yield Block(kind, place, token.content, title[1] if title else "")


def kind_of(word: str, titled: bool, text: str) -> str:
    """What a block is: a file, commands, output, or something else."""
    if titled:
        return "file"
    if word in SHELL or (not word and text.startswith(STARTS)):
        return "commands"
    return "output" if word == "text" else "other"


def spoken(page: Path) -> Iterator[str]:
    """Every command of ours that stands in a sentence or a table as code."""
    for token in MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8")):
        for child in token.children or ():
            if child.type == "code_inline" and child.content.startswith("gatescore "):
                yield child.content
