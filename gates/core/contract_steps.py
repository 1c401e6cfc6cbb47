"""The requests that lead to a failure, so that they can be sent again to a fresh service.

What a path takes from an earlier answer, such as the id of an object that was made, is kept with
the place where it stood there.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from gates.core.contract_digest import FILTERED, NOT_SENT, Step, Take
from gates.core.contract_events import Answer, Case, Interaction, Recorder
from gates.core.openapi import quoted, unquoted

MOST_VALUES = 5_000
_ORIGIN = re.compile(r"https?://[^/?#]*")


class Cleaner(msgspec.Struct, frozen=True, kw_only=True):
    """Takes what authenticates out of requests; `clean` takes secrets out of a text."""

    secrets: tuple[str, ...] = ()
    clean: Callable[[str], str] = str

    def step(self, label: str, interaction: Interaction) -> Step:
        """One request as it is kept."""
        request, answer = interaction.request, interaction.response
        data = request.body.data if request.body else b""
        text = self.clean(data.decode("utf-8", "surrogateescape"))
        return Step(
            operation=label,
            method=request.method,
            path=self.clean(path_of(request.uri)),
            headers=tuple(self._header(n, v) for n, v in pairs(request.headers) if _is_sent(n)),
            body=base64.b64encode(text.encode("utf-8", "surrogateescape")).decode(),
            status=answer.status if answer else 0,
        )

    def is_ours(self, interaction: Interaction) -> bool:
        """Whether the request carried what authenticates us."""
        return any(self._is_secret(value) for _, value in pairs(interaction.request.headers))

    def _is_secret(self, value: str) -> bool:
        return any(secret in value for secret in self.secrets)

    def _header(self, name: str, value: str) -> tuple[str, str]:
        return name, FILTERED if self._is_secret(value) else self.clean(value)


class Values:
    """Which request gave a value, for requests that use it later. Bounded."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[Step, str]] = {}

    def remember(self, case: Case, interaction: Interaction, step: Callable[[], Step]) -> None:
        """Keep the values of an answer that a change got."""
        answer = interaction.response
        if answer is None or not 200 <= answer.status < 300 or case.value.method == "GET":
            return
        made: Step | None = None
        operation = f"{case.value.method} {case.value.path}"
        for pointer, value in scalars(json_of(answer)):
            if (operation, value) in self._known or len(self._known) >= MOST_VALUES:
                continue
            made = made or step()
            self._known[operation, value] = (made, pointer)

    def led_to(self, last: Step, case: Case | None) -> tuple[Step, ...]:
        """The step, after the one whose answer gave a part of its path."""
        meta = case.value.meta if case else None
        for draw in meta.pool_draws if meta else ():
            for segment in filled(last.path, template(case)):
                known = self._known.get((draw.source_operation, segment))
                if known is not None:
                    take = Take(step=0, pointer=known[1], seen=segment)
                    return known[0], msgspec.structs.replace(last, takes=(take,))
        return (last,)


def parents(recorder: Recorder, name: str) -> Iterator[tuple[Case | None, Interaction]]:
    """The steps before a case, the latest first."""
    seen = {name}
    case = recorder.cases.get(name)
    while case and case.parent_id and case.parent_id not in seen:
        seen.add(case.parent_id)
        interaction = recorder.interactions.get(case.parent_id)
        case = recorder.cases.get(case.parent_id)
        if interaction is not None:
            yield case, interaction


def deleted(recorder: Recorder, name: str) -> Iterator[tuple[Case | None, Interaction]]:
    """The latest deletion of the scenario before a case, which need not be one of its steps."""
    found: list[tuple[Case | None, Interaction]] = []
    for other, case in recorder.cases.items():
        if other == name:
            break
        interaction = recorder.interactions.get(other)
        if case.value.method == "DELETE" and interaction is not None:
            found.append((case, interaction))
    yield from found[-1:]


def linked(step: Step, case: Case | None, answers: Sequence[Answer | None]) -> Step:
    """The step with the parts of its path that earlier answers gave."""
    takes = []
    for segment in filled(step.path, template(case)):
        for index in reversed(range(len(answers))):
            pointer = _pointer(answers[index], segment)
            if pointer:
                takes.append(Take(step=index, pointer=pointer, seen=segment))
                break
    return msgspec.structs.replace(step, takes=tuple(takes))


def filled(path: str, named: str) -> tuple[str, ...]:
    """The parts of the path that stand where the template has a parameter, from the end."""
    segments = path.partition("?")[0].strip("/").split("/")
    both = zip(reversed(segments), reversed(named.strip("/").split("/")), strict=False)
    return tuple(unquoted(segment) for segment, name in both if "{" in name and segment)


def replaced(path: str, seen: str, value: str) -> str:
    """The path with each part that reads `seen` replaced by `value`."""
    head, mark, query = path.partition("?")
    parts = [quoted(value) if unquoted(part) == seen else part for part in head.split("/")]
    return "/".join(parts) + mark + query


def at(value: Any, pointer: str) -> Any:
    """What stands at a JSON pointer, None if nothing does."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def scalars(value: Any, pointer: str = "", depth: int = 3) -> Iterator[tuple[str, str]]:
    """Texts and whole numbers of an answer with where they stand; lists by their first entries."""
    match value:
        case bool() | None | float():
            return
        case str() | int():
            if value != "":
                yield pointer, str(value)
        case dict() if depth:
            for key, part in list(value.items())[:40]:
                step = str(key).replace("~", "~0").replace("/", "~1")
                yield from scalars(part, f"{pointer}/{step}", depth - 1)
        case list() if depth:
            for index, part in enumerate(value[:5]):
                yield from scalars(part, f"{pointer}/{index}", depth - 1)


def json_of(answer: Answer) -> Any:
    """The JSON of an answer, None if it is none."""
    try:
        return json.loads(answer.content.data) if answer.content else None
    except (ValueError, RecursionError):
        return None


def template(case: Case | None) -> str:
    """The path of a case as the document writes it."""
    return case.value.path if case else ""


def pairs(headers: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, str], ...]:
    """Headers one by one."""
    return tuple((name, value) for name, values in headers.items() for value in values)


def path_of(uri: str) -> str:
    """The path and query of an address."""
    origin = _ORIGIN.match(uri)
    return uri[origin.end() :] or "/" if origin else uri


def _pointer(answer: Answer | None, value: str) -> str:
    if answer is None:
        return ""
    return next((pointer for pointer, found in scalars(json_of(answer)) if found == value), "")


def _is_sent(name: str) -> bool:
    return name.lower() not in NOT_SENT
