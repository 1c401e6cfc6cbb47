"""The files of a target that excuse findings: `gatescore/waivers.toml` and `baseline.json`."""

import datetime
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from gates.core.excuses import Baseline, Quarantine, Waiver, WaiverFile
from gates.core.policy import Policy
from gates.shell import store
from gates.shell.problems import ConfigError, KeyPath, Trouble, did_you_mean, missing
from gates.shell.schema_errors import convert
from gates.shell.toml_read import not_finite, read_document

FOLDER = "gatescore"
WAIVERS = f"{FOLDER}/waivers.toml"
BASELINE = f"{FOLDER}/baseline.json"
_NEWEST = 1  # schema version of the baseline that we read


def read_waivers(file: Path, policy: Policy) -> WaiverFile:
    """The waivers of a target; none where there is no such file. Raises ConfigError."""
    if not file.exists() or says_nothing(file):
        return WaiverFile()
    document = read_document(file, "")
    found, troubles = convert(
        document.data, WaiverFile, "waivers", lambda value: list(waiver_troubles(value, policy))
    )
    troubles = not_finite(document.data) + troubles
    if found is None or troubles:
        raise document.error(troubles)
    return found


def says_nothing(file: Path) -> bool:
    """Whether a file has comments alone, as it has before its first entry."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):  # whoever reads it next says what is wrong
        return False
    return all(not line.strip() or line.lstrip().startswith("#") for line in lines)


def read_baseline(file: Path) -> Baseline | None:
    """The baseline of a target; None where there is no such file. Raises ConfigError."""
    if not file.exists():
        return None
    again = "make it again: gatescore baseline"
    try:
        baseline = store.read_json(file, Baseline)
    except store.StorageError as error:
        raise missing(file, f"is no baseline: {error}", again) from error
    if baseline.schema_version > _NEWEST:
        text = f"has schema_version {baseline.schema_version}; this version reads {_NEWEST}"
        raise missing(file, text, again)
    return baseline


def waiver_troubles(file: WaiverFile, policy: Policy) -> Iterator[Trouble]:
    """Everything wrong with the waivers of a target under a policy."""
    ids = [*(one.id for one in file.waiver), *(one.id for one in file.quarantine)]
    counts = Counter(ids)
    for index, waiver in enumerate(file.waiver):
        path: KeyPath = ("waiver", index)
        yield from _common(path, waiver, policy.waiver_days, counts)
        yield from _scope(path, waiver, policy.gates)
    for index, quarantine in enumerate(file.quarantine):
        path = ("quarantine", index)
        yield from _common(path, quarantine, policy.quarantine_days, counts)
        if "::" not in quarantine.test:
            allowed = "the id of one test, as tests/test_orders.py::test_total"
            found = f"found {quarantine.test!a}"
            yield Trouble(path=(*path, "test"), message=found, allowed=allowed)


def _common(
    path: KeyPath, one: Waiver | Quarantine, days: int, counts: Counter[str]
) -> Iterator[Trouble]:
    for key in ("id", "reason", "owner"):
        if not getattr(one, key).strip():
            yield Trouble(path=(*path, key), message="is empty", allowed="a text")
    if counts[one.id] > 1:
        message = f"{counts[one.id]} entries are called {one.id!a}"
        yield Trouble(path=(*path, "id"), message=message, allowed="a name of its own for each")
    longest = one.created + datetime.timedelta(days=days)
    if not one.created <= one.expires <= longest:
        yield Trouble(
            path=(*path, "expires"),
            message=f"found {one.expires}, created {one.created}",
            allowed=f"at most {days} days: {one.created} to {longest}",
        )


def _scope(path: KeyPath, waiver: Waiver, gates: Collection[str]) -> Iterator[Trouble]:
    if waiver.gate not in gates:
        yield Trouble(
            path=(*path, "gate"),
            message=f"the policy has no gate {waiver.gate!a}",
            allowed=", ".join(gates),
            hint=did_you_mean(waiver.gate, gates),
        )
    if not (waiver.rule or waiver.path or waiver.fingerprint):
        message = "has no scope: a whole gate cannot be waived"
        yield Trouble(path=path, message=message, allowed="rule, path or fingerprint, or several")


def moved(error: ConfigError, place: str, names: dict[str, str]) -> ConfigError:
    """The error with the names that people know for files that were copied from a revision."""
    return ConfigError(
        msgspec.structs.replace(problem, file=f"{names.get(problem.file, problem.file)} ({place})")
        for problem in error.problems
    )
