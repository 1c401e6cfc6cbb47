"""Prints the TODO comments of the files that are named in a JSON file, as one JSON object."""

import json
import sys
from pathlib import Path


def main() -> None:
    """Scan the files; the current folder is the judged tree."""
    names = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    todos = [
        {"path": name, "line": number, "text": line.partition("# TODO")[2].strip(": ")}
        for name in names
        for number, line in enumerate(Path(name).read_text("utf-8", "replace").splitlines(), 1)
        if "# TODO" in line
    ]
    sys.stdout.write(json.dumps({"files": len(names), "todos": todos}))


if __name__ == "__main__":
    main()
