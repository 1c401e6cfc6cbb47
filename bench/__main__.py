"""Measure ourselves: python -m bench [PART...] [--readme]."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bench import (
    compatibility,
    contract,
    gates,
    history,
    joining,
    judging,
    level3,
    load,
    page,
    paired,
    reports,
    results,
    reuse,
    startup,
    verifying,
    watching,
)
from bench.measure import Failed

PARTS: dict[str, Callable[[Path], Iterator[results.Row]]] = {
    "gates": gates.rows,
    "reuse": reuse.rows,
    "contract": contract.rows,
    "startup": startup.rows,
    "judging": judging.rows,
    "reports": reports.rows,
    "level3": level3.rows,
    "page": page.rows,
    "verifying": verifying.rows,
    "joining": joining.rows,
    "compatibility": compatibility.rows,
    "history": history.rows,
    "watching": watching.rows,
    "paired": paired.rows,
    "load": load.rows,
}


def main() -> int:
    """0: every demand is met; 1: one is missed; 2: something could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all")
    parser.add_argument("--keep", action="store_true", help="keep the figures of these parts")
    readme = "put the figures kept last into the README; measure nothing"
    parser.add_argument("--readme", action="store_true", help=readme)
    arguments = parser.parse_args()
    if arguments.readme:
        table = results.markdown(results.latest())
        text = results.put(results.README.read_text("utf-8"), table)
        results.README.write_text(text, encoding="utf-8")
        return 0
    return measured(arguments.parts or list(PARTS), keep=arguments.keep or not arguments.parts)


def measured(parts: list[str], *, keep: bool) -> int:
    """Measure these parts; a part is kept whole or not at all."""
    found: dict[str, results.Part] = {}
    try:
        for part in parts:
            with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
                rows = tuple(shown(PARTS[part](Path(scratch))))
            found[part] = results.Part(machine=results.machine(), rows=rows)
            new = results.Results(parts=found)
            if keep:
                results.keep(results.merged(results.latest(), new, PARTS))
    except Failed as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print(f"\n{results.text(new)}\n\n{results.machines(new)}")
    return 1 if results.missed(new.rows) else 0


def shown(rows: Iterable[results.Row]) -> Iterator[results.Row]:
    """The rows, each printed as soon as it is there."""
    for row in rows:
        print("  ".join(results.cells(row)), file=sys.stderr, flush=True)
        yield row


if __name__ == "__main__":
    sys.exit(main())
