"""Asks the running service what its consumers expect of it, by the Pact verifier.

Input: base_url, tree, pacts (files and folders), states (a path, or ""). GATESCORE_AUTH holds the
headers of the default identity: they stand in for those that consumers have made up.

The verifier speaks to a proxy of ours on loopback and nowhere else; of plugins, which are programs
that it would fetch and start, it is told nothing.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.oracle_text import steady
from gates.core.pact import Interaction, NoPact, Pact, read
from gates.core.redact import Redactor
from gates.probes import _common
from gates.probes._caller import curl
from gates.probes._recording_proxy import Head, Proxy
from gates.shell.json_strict import JsonError, decode
from gates.shell.network import NetworkError, Refused

TOOL = "pacts"
UNMET = "contracts.unmet"
LARGEST = 16 * 2**20
REQUEST_MS = 10_000
MOST_WRONG = 5
SHOWN = 1_500
REFUSED = 401  # expected of a request whose authentication is wrong on purpose


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One file and what it says."""

    file: str
    path: Path
    pact: Pact


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What the verifier says of one interaction."""

    source: Source
    description: str
    states: tuple[str, ...]
    passed: bool
    pending: bool
    wrong: tuple[str, ...] = ()
    broken: str = ""  # why it could not be asked


def measure(given: dict[str, Any]) -> ToolReport:
    """Verify every file. Raises ProbeError."""
    headers = _common.auth_headers()
    tree = Path(given["tree"])
    sources, problems = sources_of(tree, given["pacts"])
    states = given.get("states", "")
    results: list[Result] = []
    refused_states = 0
    for source in sources:
        try:
            with Proxy(given["base_url"], rewriting(source.pact, headers)) as proxy:
                results += verified(source, proxy.base_url, states)
                hits = proxy.hits
        except (NetworkError, Refused) as error:
            raise _common.ProbeError(str(error), Reason.TARGET_DOWN) from error
        if hits and all(hit.status == 0 for hit in hits):
            detail = f"{source.file}: the service gave no answer"
            raise _common.ProbeError(detail, Reason.TARGET_DOWN)
        refused_states += sum(
            count for hit, count in hits.items() if states and hit.path == states and _bad(hit)
        )
    if refused_states:
        text = f"consumers.states: {states} refused {refused_states} provider states"
        problems.append(f"{text}: their interactions cannot be judged")
    redactor = Redactor([*headers.values(), *(v.split(" ", 1)[-1] for v in headers.values())])
    return report(results, problems, notes(sources, states, headers), redactor)


def _bad(hit: Any) -> bool:
    return bool(hit.status >= 400)


def sources_of(tree: Path, places: Iterable[str]) -> tuple[list[Source], list[str]]:
    """Every Pact file of these files and folders, and what is wrong with the others."""
    found: list[Source] = []
    problems: list[str] = []
    for place in places:
        path = _common.inside(tree, place)
        files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not files:
            problems.append(f'consumers.pacts: "{place}" holds no *.json file')
        for file in files:
            name = file.relative_to(tree).as_posix()
            try:
                found.append(Source(file=name, path=file, pact=_read(file)))
            except NoPact as error:
                problems.append(f"{name}: {error}")
    return found, problems


def _read(file: Path) -> Pact:
    """One file. Raises NoPact."""
    try:
        if file.stat().st_size > LARGEST:
            raise NoPact(f"is larger than {LARGEST} bytes")
        pact = read(decode(file.read_text("utf-8-sig")))
    except OSError as error:
        raise NoPact(f"cannot be read: {error.strerror}") from None
    except (JsonError, UnicodeDecodeError) as error:
        raise NoPact(f"is no JSON: {error}") from None
    if pact.plugins:
        named = ", ".join(pact.plugins)
        raise NoPact(f"needs the plugins {named}: programs that are not fetched or started here")
    return pact


def rewriting(pact: Pact, headers: Mapping[str, str]) -> Any:
    """Puts the identity's headers where a consumer has made some up, but where 401 is expected."""
    own = {name.lower(): value for name, value in headers.items()}
    wrong = {
        (one.method, one.path, name.lower(), value)
        for one in pact.interactions
        if one.status == REFUSED
        for name, value in one.headers
    }

    def rewrite(head: Head) -> Head:
        method, target = head.first.split(" ")[:2]
        path = target.partition("?")[0]
        kept = tuple(
            (name, value)
            if (method, path, name.lower(), value) in wrong
            else (name, own.get(name.lower(), value))
            for name, value in head.headers
        )
        return msgspec.structs.replace(head, headers=kept)

    return rewrite


def verified(source: Source, base_url: str, states: str) -> list[Result]:
    """What the verifier says of every HTTP interaction of one file. Raises ProbeError."""
    os.environ["PACT_DO_NOT_TRACK"] = "true"  # else it tells its makers of each run
    from pact import Verifier

    host, _, port = base_url.partition("://")[2].partition(":")
    verifier = Verifier(source.pact.provider, host=host)
    verifier.add_transport(protocol="http", port=int(port), path="/", scheme="http")
    if states:
        verifier.state_handler(f"{base_url}{states}", teardown=False, body=True)
    verifier.add_source(source.path)
    verifier.set_request_timeout(REQUEST_MS).set_coloured_output(enabled=False)
    verifier.follow_redirects(False)
    with _quiet():
        try:
            verifier.verify()
        except RuntimeError as error:
            said = str(error)
        else:
            said = ""
        try:
            results = verifier.results
        except (RuntimeError, ValueError) as error:
            detail = f"{source.file}: the verifier gave no result: {said or error}"
            raise _common.ProbeError(detail, Reason.TOOL_CRASHED) from None
    listed = results.get("interactionResults") or []
    return [_result(source, one) for one in listed]


@contextmanager
def _quiet() -> Iterator[None]:
    """What the verifier prints goes to stderr: stdout is for the one report."""
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _result(source: Source, one: dict[str, Any]) -> Result:
    mismatch = one.get("mismatch") or {}
    wrong = tuple(dict.fromkeys(_wrong(part) for part in mismatch.get("mismatches") or ()))
    passed = one.get("result") == "OK"
    broken = "" if passed or wrong else str(mismatch.get("message") or json.dumps(mismatch))
    return Result(
        source=source,
        description=str(one.get("description", "")),
        states=tuple(str(state) for state in one.get("providerStates") or ()),
        passed=passed,
        pending=one.get("pending") is True,
        wrong=tuple(sorted(wrong)),
        broken=broken,
    )


def _wrong(part: Mapping[str, Any]) -> str:
    place = part.get("path") or part.get("key") or part.get("parameter") or ""
    text = str(part.get("mismatch", ""))
    return f"{place}: {text}" if place and place != "$" and place not in text else text


def notes(sources: list[Source], states: str, headers: Mapping[str, str]) -> tuple[str, ...]:
    """What was not judged, and what stood in for what consumers have made up."""
    found = []
    listed = [(one.file, part) for one in sources for part in one.pact.interactions]
    stated = sum(bool(part.states) for _, part in listed)
    if stated and not states:
        text = f"{stated} interactions name a provider state, and consumers.states no path"
        found.append(f"{text}: they were asked of the service as it was")
    own = {name.lower() for name in headers}
    replaced = sum(any(n.lower() in own for n, _ in part.headers) for _, part in listed)
    if replaced:
        named = ", ".join(sorted(headers))
        text = f"{named} of {replaced} interactions replaced by those of the identity of [auth]"
        found.append(f"{text}, but where {REFUSED} is expected")
    found += (
        f"{one.file}: not judged, no HTTP interaction: {name}"
        for one in sources
        for name in one.pact.unjudged
    )
    return tuple(found)


def report(
    results: list[Result], problems: list[str], said: tuple[str, ...], redactor: Redactor
) -> ToolReport:
    """One finding for each interaction that is not met."""
    judged = [one for one in results if not one.broken]
    unmet = [one for one in judged if not one.passed and not one.pending]
    pending = [one for one in judged if not one.passed and one.pending]
    broken = [
        f"{one.source.file}: {one.description}: could not be asked: {one.broken[:300]}"
        for one in results
        if one.broken
    ]
    return ToolReport(
        tool=TOOL,
        examined=len(results),
        examined_unit="interactions",
        measurements={
            "contracts.unmet": Measurement(value=len(unmet)),
            "contracts.interactions": Measurement(value=len(judged)),
        },
        findings=tuple(_finding(one, redactor) for one in unmet),
        incomplete=tuple(redactor.text(text) for text in (*problems, *broken)),
        notes=(
            *said,
            *(
                f"pending, not counted: {one.source.pact.consumer}: {one.description}"
                for one in pending
            ),
        ),
        version=_version(),
    )


def _version() -> str:
    from importlib.metadata import version

    return f"pact-python {version('pact-python')}"


def _finding(one: Result, redactor: Redactor) -> Finding:
    given = f" (given {', '.join(one.states)})" if one.states else ""
    wrong = "; ".join(one.wrong[:MOST_WRONG])
    consumer = one.source.pact.consumer
    message = f"{consumer} expects: {one.description}{given}: {steady(redactor.text(wrong), {})}"
    asked = next(
        (part for part in one.source.pact.interactions if part.description == one.description), None
    )
    return Finding(
        tool=TOOL,
        rule=UNMET,
        severity=Severity.HIGH,
        message=message[:SHOWN],
        path=one.source.file,
        fix="Answer as the consumer expects, or agree on a new contract with its team.",
        reproduce=redactor.text(_curl(asked)) if asked else "",
        context=f"{consumer} {one.description} {' '.join(one.states)}",
        metric="contracts.unmet",
    )


def _curl(asked: Interaction) -> str:
    """The request; what authenticates it is a variable."""
    hidden = ("authorization", "cookie")
    headers = tuple((n, v) for n, v in asked.headers if n.lower() not in hidden)
    token = "TOKEN" if len(headers) < len(asked.headers) else ""
    body = b"" if asked.body is None else _bytes(asked.body)
    path = asked.path + (f"?{asked.query}" if asked.query else "")
    return curl(asked.method, path, headers=headers, body=body, token=token)


def _bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


if __name__ == "__main__":
    _common.run(measure)
