"""Runs Schemathesis, and makes of its events what may be kept: the bodies of answers are not.

Started as `python -m gates.probes.run_schemathesis INPUT`. Input: arguments (of Schemathesis),
config, config_file, document, scratch (folder), digest, corpus and promises (folders), recorded
(folder or ""), answer_s (time for the body of an answer), identity, seed, today, exclude and
refusals (operation → reason).

What Schemathesis prints holds answers and is dropped, but for its last lines where it did not get
through. Its exit code is passed on.
"""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import IO, Any

import msgspec

from gates.core import corpus, exchanges, operation_names
from gates.core.contract_digest import Digest
from gates.core.contract_events import EventsError, events
from gates.core.contract_reading import PROBE, Facts, Reading
from gates.core.contract_steps import Cleaner
from gates.core.documented import documented
from gates.core.model import Reason
from gates.core.openapi import JSON, Operation, base_path, operations
from gates.core.promises import promise
from gates.core.redact import Redactor
from gates.probes import _bounded_answers, _common, _openapi

HEADER = "GATESCORE_HEADER_"
DID_ITS_JOB = (0, 1)
INTERRUPTED = 130
LAST_LINES = 5
PRINTED, EVENTS = "printed.txt", "events.ndjson"
SHORTEST_SECRET = 6
MOST_OF_AN_ANSWER = 2**24


def main() -> int:
    """Run it all; the exit code is that of Schemathesis."""
    try:
        return everything(_common.read_input())
    except _common.ProbeError as error:
        _common.fail(error.detail, error.reason)
    except Exception as error:  # noqa: BLE001  a bug of ours, said in one line
        _common.fail(f"{type(error).__name__}: {error}", Reason.ADAPTER_BUG)


def everything(given: Mapping[str, Any]) -> int:
    """Run Schemathesis in a folder that nobody keeps, and write what may be kept."""
    document = _openapi.document(given["document"])
    facts = known(given, document)
    Path(given["config_file"]).write_text(config(given, facts), encoding="utf-8")
    with tempfile.TemporaryDirectory(dir=given["scratch"]) as scratch:
        printed, noted = Path(scratch, PRINTED), Path(scratch, EVENTS)
        _bounded_answers.bound(MOST_OF_AN_ANSWER, given["answer_s"])
        code = run([*given["arguments"], "--report-ndjson-path", str(noted)], printed)
        if code != INTERRUPTED:
            keep(given, facts, document, noted)
        if code not in DID_ITS_JOB:
            tell(printed)
    return code


def run(arguments: list[str], printed: Path) -> int:
    """Schemathesis in this process, beside the file that gets its standard output."""
    (point,) = entry_points(group="console_scripts", name="schemathesis")
    sys.argv = ["schemathesis", *arguments]
    with (
        contextlib.chdir(printed.parent),
        printed.open("wb") as file,
        _instead_of_stdout(file),
    ):
        try:
            point.load()()
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


@contextlib.contextmanager
def _instead_of_stdout(file: IO[bytes]) -> Iterator[None]:
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(file.fileno(), 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def tell(printed: Path) -> None:
    """Pass on the last lines of what it printed."""
    lines = [line for line in printed.read_bytes().splitlines() if line.strip()]
    sys.stderr.buffer.write(b"\n".join(lines[-LAST_LINES:]) + b"\n")


def keep(given: Mapping[str, Any], facts: Facts, document: dict[str, JSON], noted: Path) -> None:
    """Write the digest, the cases and the exchanges."""
    digest = read(facts, noted, given["recorded"])
    Path(given["digest"]).write_bytes(msgspec.json.encode(digest))
    folder = Path(given["corpus"])
    for caught in digest.caught:
        case = corpus.case_of(
            caught, identity=digest.identity, seed=digest.seed, date=given["today"]
        )
        if case is not None:
            folder.mkdir(exist_ok=True)
            name = corpus.name_of(case)
            (folder / name).write_text(corpus.encode(case), encoding="utf-8")
            keep_promise(case, document, Path(given["promises"], name))


def keep_promise(case: corpus.Case, document: dict[str, JSON], path: Path) -> None:
    """Write what the document says of the answer, for tests that are made of the case."""
    found = (one for one in documented(document) if one.label == case.operation)
    operation = next(found, None) if case.expected is corpus.Expected.DOCUMENTED else None
    if operation is not None:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(msgspec.json.encode(promise(document, operation, case.status)))


def read(facts: Facts, noted: Path, recorded: str) -> Digest:
    """The digest of a file of events, while the exchanges are put on record."""
    if not noted.is_file():
        return Digest(identity=facts.identity, seed=facts.seed, problem="no events were written")
    with contextlib.ExitStack() as stack:
        record = None
        if recorded:
            path = Path(recorded, f"{PROBE}.ndjson")
            out = stack.enter_context(path.open("ab"))
            record = _writer(out)
        reading = Reading(facts, record)
        try:
            for event in events(stack.enter_context(noted.open("rb"))):
                reading.take(event)
        except EventsError as error:
            return msgspec.structs.replace(reading.digest(), problem=str(error))
    return reading.digest()


def _writer(out: IO[bytes]) -> Any:
    def write(exchange: exchanges.Exchange) -> None:
        out.write(exchanges.line(exchange))

    return write


def known(given: Mapping[str, Any], document: dict[str, JSON]) -> Facts:
    """What is known before the run. Raises ProbeError for names that the document lacks."""
    base, found = base_path(document), operations(document)
    names = operation_names.names(document)
    excluded = _named(given["exclude"], names, "[contract.exclude]")
    secrets = tuple(
        value
        for name, value in os.environ.items()
        if name.startswith(HEADER) and len(value) >= SHORTEST_SECRET
    )
    words = {word for value in secrets for word in value.split() if len(word) >= SHORTEST_SECRET}
    if found and len(excluded) == len(found):
        detail = f"[contract.exclude] names each of the {len(found)} operations: none is left"
        raise _common.ProbeError(detail, Reason.NOTHING_EXAMINED)
    return Facts(
        labels={one.label: operation_names.label(one, base) for one in found},
        protected=frozenset(_protected(document, found, base)),
        cleaner=Cleaner(secrets=secrets, clean=Redactor((*secrets, *sorted(words))).text),
        identity=given["identity"],
        seed=given["seed"],
        excluded=excluded,
        refusals=_named(given["refusals"], names, "[contract.refusals]"),
    )


def config(given: Mapping[str, Any], facts: Facts) -> str:
    """The configuration with the operations that are left out."""
    names = sorted(name for name, label in facts.labels.items() if label in facts.excluded)
    blocks = [
        f"\n[[operations]]\ninclude-name = {msgspec.json.encode(name).decode()}\nenabled = false\n"
        for name in names
    ]
    return "".join((str(given["config"]), *blocks))


def _named(given: Mapping[str, str], names: Mapping[str, str], key: str) -> dict[str, str]:
    problem = operation_names.unknown(given, names)
    if problem:
        raise _common.ProbeError(f"{key} {problem}")
    return {names[name]: reason for name, reason in given.items()}


def _protected(document: dict[str, JSON], found: tuple[Operation, ...], base: str) -> Iterator[str]:
    paths = document.get("paths")
    for one in found:
        item = paths.get(one.path) if isinstance(paths, dict) else None
        said = item.get(one.method.lower()) if isinstance(item, dict) else None
        named = said.get("security") if isinstance(said, dict) else None
        security = document.get("security") if named is None else named
        if isinstance(security, list) and security and all(security):
            yield operation_names.label(one, base)


if __name__ == "__main__":
    sys.exit(main())
