"""Measure ourselves: python -m bench [PART...] [--readme]."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import (
    compatibility,
    contract,
    gates,
    joining,
    judging,
    load,
    paired,
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
    "verifying": verifying.rows,
    "joining": joining.rows,
    "compatibility": compatibility.rows,
    "watching": watching.rows,
    "paired": paired.rows,
    "load": load.rows,
}


def main() -> int:
    """0: every demand is met; 1: one is missed; 2: something could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all")
    readme = "put the figures kept last into the README; measure nothing"
    parser.add_argument("--readme", action="store_true", help=readme)
    arguments = parser.parse_args()
    if arguments.readme:
        table = results.markdown(results.latest())
        text = results.put(results.README.read_text("utf-8"), table)
        results.README.write_text(text, encoding="utf-8")
        return 0
    return measured(arguments.parts or list(PARTS), keep=not arguments.parts)


def measured(parts: list[str], *, keep: bool) -> int:
    """Measure these parts; figures are kept only of a run of all."""
    found: list[results.Row] = []
    try:
        for part in parts:
            with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
                for row in PARTS[part](Path(scratch)):
                    found.append(row)
                    print("  ".join(results.cells(row)), file=sys.stderr, flush=True)
    except Failed as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    kept = results.Results(machine=results.machine(), rows=tuple(found))
    if keep:
        results.keep(kept)
    print(f"\n{results.text(kept)}\n\n{kept.machine}")
    return 1 if results.missed(found) else 0


if __name__ == "__main__":
    sys.exit(main())
