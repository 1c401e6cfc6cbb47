"""Does what a page says, in an empty folder: writes its files, runs its commands, reads on."""

import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec

from tests.docs.pages import Block, blocks
from tests.faults.cli import PASSED_ON

AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))
}
ANYTHING = "…"


class Reader(msgspec.Struct):
    """Somebody who follows pages in a folder; `said` is what the last commands printed."""

    folder: Path
    cache: Path
    said: str = ""
    ran: int = 0

    def walk(self, page: Path) -> None:
        """Follow a page from its first block to its last."""
        for block in blocks(page):
            match block.kind:
                case "file":
                    self.write(block)
                case "commands":
                    self.follow(block)
                case "output":
                    shown(block, self.said)
                case _:
                    pass

    def write(self, block: Block) -> None:
        """Write a file that the page shows."""
        file = self.folder / block.title
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")

    def follow(self, block: Block) -> None:
        """Run the commands of a block; each has to end as the page says."""
        self.said = ""
        for command in block.commands:
            done = subprocess.run(
                ("bash", "-c", command.line),
                cwd=self.folder,
                env=self.environ(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=300,
            )
            self.said += done.stdout
            self.ran += 1
            told = f"{block.place}: {command.line}: ended with {done.returncode}\n{done.stdout}"
            assert done.returncode == command.code, told

    def environ(self) -> dict[str, str]:
        """What a person's shell has."""
        kept = {name: word for name, word in os.environ.items() if PASSED_ON.fullmatch(name)}
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
        own = {"PATH": path, "GATESCORE_CACHE": str(self.cache), "GIT_CONFIG_GLOBAL": os.devnull}
        return kept | AUTHOR | own


def shown(block: Block, said: str) -> None:
    """Every line of an excerpt stands in the output, in its order; `…` is any text."""
    lines = iter(said.splitlines())
    for wanted in block.text.splitlines():
        if wanted.strip() in ("", ANYTHING):
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in wanted.split(ANYTHING)))
        assert any(pattern.match(line) for line in lines), f"{block.place}: {wanted}\n{said}"
