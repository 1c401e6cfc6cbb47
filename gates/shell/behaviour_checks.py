"""What a target file says of its service's behaviour that cannot be."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from gates.core.target import Target
from gates.shell import session_checks, upstream_checks
from gates.shell.problems import KeyPath, Trouble, did_you_mean

_WORD = re.compile(r"(?<!\$)\{([A-Za-z_]+)\}")
_TEST_WORDS = frozenset({"base_url", "output"})
_TEST_PROGRAMS = frozenset({"base_url", "output", "python", "node"})


def troubles(target: Target) -> Iterator[Trouble]:
    """Everything wrong with these parts, whatever files there are."""
    yield from _integration(target)
    yield from _oracles(target)
    yield from _consumers(target)
    yield from _contract(target)
    yield from _documents(target)
    yield from session_checks.troubles(target)
    yield from upstream_checks.troubles(target)


def _integration(target: Target) -> Iterator[Trouble]:
    tests = target.integration
    if tests is None:
        return
    for index, part in enumerate(tests.command):
        yield from _unknown_words(("integration", "command", index), part, _TEST_PROGRAMS)
    for name, value in tests.env.items():
        yield from _unknown_words(("integration", "env", name), value, _TEST_WORDS)
    if tests.command and not tests.report.startswith("{output}/"):
        allowed = "the JUnit file that integration.command writes, below {output}/"
        message = f'found "{tests.report}"' if tests.report else "is missing"
        yield Trouble(path=("integration", "report"), message=message, allowed=allowed)
    if tests.report and not tests.command:
        message = "is read only where integration.command writes it"
        yield Trouble(path=("integration", "report"), message=message)
    if tests.command and tests.tests:
        message = "does nothing beside integration.command, which runs the tests itself"
        yield Trouble(path=("integration", "tests"), message=message)


def _unknown_words(path: KeyPath, text: str, words: frozenset[str]) -> Iterator[Trouble]:
    for word in _WORD.findall(text):
        if word not in words:
            allowed = ", ".join(f"{{{known}}}" for known in sorted(words))
            hint = did_you_mean(word, words)
            message = f"found {{{word}}}"
            yield Trouble(path=path, message=message, allowed=allowed, hint=hint)


def _oracles(target: Target) -> Iterator[Trouble]:
    if target.oracles is not None:
        yield from _relative(("oracles", "files"), target.oracles.files)


def _consumers(target: Target) -> Iterator[Trouble]:
    consumers = target.consumers
    if consumers is None:
        return
    if not consumers.pacts:
        path: KeyPath = ("consumers", "pacts")
        yield Trouble(path=path, message="is empty", allowed="Pact files and folders of them")
    for index, place in enumerate(consumers.pacts):
        yield from _relative(("consumers", "pacts", index), place)
    if consumers.states and not consumers.states.startswith("/"):
        message = f'found "{consumers.states}"'
        yield Trouble(
            path=("consumers", "states"), message=message, allowed="a path of the service"
        )


def _relative(path: KeyPath, text: str) -> Iterator[Trouble]:
    if not text or text.startswith("/") or ".." in text.split("/"):
        yield Trouble(path=path, message=f'found "{text}"', allowed="a path below the root")


def _contract(target: Target) -> Iterator[Trouble]:
    """Whatever is left out or let off has a reason: it could switch a service off."""
    contract = target.contract
    if contract is None:
        return
    for key, named in (("exclude", contract.exclude), ("refusals", contract.refusals)):
        for operation, reason in named.items():
            if not reason.strip():
                path = ("contract", key, operation)
                yield Trouble(path=path, message="has no reason", allowed="a sentence")
    for index, name in enumerate(contract.identities):
        if name not in target.identities:
            allowed = (
                f"one of [identities]: {', '.join(sorted(target.identities)) or 'it has none'}"
            )
            path_of = ("contract", "identities", index)
            yield Trouble(path=path_of, message=f'found "{name}"', allowed=allowed)
    folder = PurePosixPath(contract.corpus)
    if folder.is_absolute() or ".." in folder.parts or not folder.parts:
        allowed = "a folder below the root, such as gatescore/corpus"
        message = f'found "{contract.corpus}"'
        yield Trouble(path=("contract", "corpus"), message=message, allowed=allowed)


def _documents(target: Target) -> Iterator[Trouble]:
    """All documents of a service are files, or all are served: they are read together."""
    openapi = target.openapi
    for index, one in enumerate(openapi.others if openapi else ()):
        path = ("openapi", "others", index)
        if not (one.file or one.path):
            yield Trouble(path=path, message="has neither path nor file", allowed="one or both")
        elif openapi and openapi.file and not one.file:
            message = "is only served, and openapi.file is committed"
            yield Trouble(path=(*path, "file"), message=message, allowed="a committed file too")
        if one.others:
            message = "names documents of its own"
            yield Trouble(path=(*path, "others"), message=message, allowed="[[openapi.others]]")
