"""Keep the cases that a run found, so that every later run replays them."""

import argparse
import sys
from pathlib import Path

from gates.cli import UsageError
from gates.commands.baseline import own_target
from gates.core.behaviour import Contract
from gates.core.corpus import Case, CaseError, decode
from gates.shell import config, store

FOUND = Path("results") / "contract" / "schemathesis" / "corpus"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore corpus`."""
    parser.add_argument("action", choices=("add", "list"), help="add: copy; list: only show")
    parser.add_argument("run", metavar="DIR", help="folder of a run")
    parser.add_argument("target", nargs="?", metavar="TARGET", help="default: the one here")


def run(args: argparse.Namespace) -> int:
    """Copy the cases of a run into the target's folder; one that is there already stays."""
    found = cases(Path(args.run))
    if args.action == "list":
        print("\n".join(f"{path.name}: {case.title}: {case.cause}" for path, case in found))
        return 0
    try:
        loaded = config.read_target(own_target(args.target))
        contract = loaded.target.contract or Contract()
        folder = loaded.root / contract.corpus
        added = [copied(path, folder) for path, _ in found]
    except config.ConfigError as error:
        raise UsageError(str(error)) from error
    except (OSError, store.StorageError) as error:
        raise UsageError(f"the cases cannot be written: {error}") from error
    for path in filter(None, added):
        print(path)
    print(
        f"{sum(map(bool, added))} cases added to {folder}: review and commit them", file=sys.stderr
    )
    return 0


def cases(run: Path) -> list[tuple[Path, Case]]:
    """The cases of a run, each read once. Raises UsageError."""
    folder = run / FOUND
    if not (run / "plan.json").exists():
        raise UsageError(f"{run}: not the folder of a run; gatescore run prints where it is")
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append((path, decode(path.read_bytes())))
        except (CaseError, OSError) as error:
            raise UsageError(f"{path}: {error}") from error
    if not found:
        raise UsageError(f"{run}: its contract gate has found no case")
    return found


def copied(path: Path, folder: Path) -> Path | None:
    """The new file, None if the target has this case."""
    place = folder / path.name
    if place.exists():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    store.write_atomic(place, path.read_bytes())
    return place
