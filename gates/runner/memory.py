"""How long gates took the last time, so that the longest start first and progress can be told."""

from collections.abc import Mapping
from pathlib import Path

from gates.core.plan import Plan
from gates.shell import store

FILE = "durations.json"


def expected(cache: Path, target: str, plan: Plan) -> dict[str, float]:
    """Seconds by gate: remembered, or the policy's guess."""
    guessed = {gate.id: gate.policy.expected_s for gate in plan.gates}
    return guessed | remembered(cache, target)


def remembered(cache: Path, target: str) -> dict[str, float]:
    """Seconds by gate of the last run of this target; empty where there is none."""
    try:
        return store.read_json(cache / "durations" / f"{target}.json", dict[str, float])
    except store.StorageError:
        return {}


def remember(cache: Path, target: str, durations: Mapping[str, float]) -> None:
    """Keep the seconds; a cache that cannot be written costs nothing but the memory."""
    try:
        folder = cache / "durations"
        folder.mkdir(parents=True, exist_ok=True)
        known = remembered(cache, target) | dict(durations)
        store.write_json(folder / f"{target}.json", known)
    except (OSError, store.StorageError):
        return
