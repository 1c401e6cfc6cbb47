"""Write or check the committed document: `python -m bookstore.export_openapi [--check] FILE`."""

import argparse
import json
import secrets
import sys
from pathlib import Path

from bookstore.main import create_app
from bookstore.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """0 when written or equal; 1 when `--check` finds another text."""
    parser = argparse.ArgumentParser(prog="python -m bookstore.export_openapi", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=Path("openapi.json"))
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    if not options.check:
        options.file.write_text(render(), encoding="utf-8")
        return 0
    if options.file.read_text(encoding="utf-8") == render():
        return 0
    print(f"{options.file} is out of date: run python -m bookstore.export_openapi", file=sys.stderr)
    return 1


def render() -> str:
    """The document of an application that is never started."""
    settings = Settings(database=Path("unused.db"), jwt_secret=secrets.token_urlsafe())
    return json.dumps(create_app(settings).openapi(), indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(main())
