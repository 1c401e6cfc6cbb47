"""Assemble the documentation site for its generator, or look at what that has built.

python -m manual assemble FOLDER · python -m manual check FOLDER
"""

import sys
from pathlib import Path

from manual.assembling import assemble
from manual.checking import problems


def main(what: str, folder: Path) -> int:
    """Do the one or the other; the exit code."""
    if what == "assemble":
        folder.mkdir(parents=True, exist_ok=True)
        assemble(folder)
        return 0
    found = problems((folder / "site").resolve())
    print(*found, sep="\n", end="\n" * bool(found))  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
