"""Whether a request's id is echoed, made up where none is sent, and never taken over raw."""

from collections.abc import Iterable

from gates.core.documented import Made
from gates.core.model import Measurement
from gates.probes._watching import Asked, Flaw, Watch, count
from gates.shell.network import NetworkError

METRIC = "observability.request_id_violations"
LONG = "g" * 4096
ESCAPE = "gatescore\x1b[31mforged"
FIXES = {
    "not-echoed": "Send the id that came with the request back in the same header.",
    "none": "Make an id up where none is sent, and send it back.",
    "not-unique": "Make up a random id for every request.",
    "raw": "Take over only ids of a few harmless characters, and make one up for any other.",
    "logged-raw": "Log only ids of a few harmless characters, and make one up for any other.",
}


def judged(watch: Watch, asked: Iterable[Asked], path: str) -> tuple[Measurement, tuple[Flaw, ...]]:
    """What is wrong with the ids; `path` is asked without one, and with hostile ones."""
    flaws: list[Flaw] = []
    seen = [one for one in asked if one.answer.status < 500]
    wrong = sorted({one.label for one in seen if one.told != one.id})
    if wrong:
        text = f"an id that was sent did not come back in {watch.header} ({wrong[0]})"
        flaws.append(_flaw(watch, "not-echoed", path, text))
    flaws += _made_up(watch, path)
    flaws += _hostile(watch, path)
    return count(METRIC, flaws, f"{len(seen)} answers to requests with an id"), tuple(flaws)


def _made_up(watch: Watch, path: str) -> list[Flaw]:
    told = [_told(watch, path) for _ in range(2)]
    if not all(told):
        text = f"the answer to a request without id has no {watch.header}"
        return [_flaw(watch, "none", path, text)]
    if told[0] == told[1]:
        return [_flaw(watch, "not-unique", path, "two requests without id got the same one")]
    return []


def _hostile(watch: Watch, path: str) -> list[Flaw]:
    if LONG in _told(watch, path, LONG) or "\x1b" in _told(watch, path, ESCAPE):
        text = "an id of 4,096 characters, or one with a control character, was taken over"
        return [_flaw(watch, "raw", path, text)]
    return []


def in_log(watch: Watch, text: str) -> tuple[Flaw, ...]:
    """What of the hostile ids was logged as it came."""
    if LONG not in text and ESCAPE not in text:
        return ()
    said = "an id of 4,096 characters, or a control character of one, is in the log as it came"
    return (_flaw(watch, "logged-raw", "log", said),)


def _told(watch: Watch, path: str, one: str = "") -> str:
    headers = ((watch.header, one),) if one else ()
    try:
        asked = Made(method="GET", path=path, headers=headers)
        answer = watch.caller.ask(asked.method, asked.path, headers=asked.headers)
    except NetworkError:
        return ""
    return answer.header(watch.header) or ""


def _flaw(watch: Watch, word: str, path: str, found: str) -> Flaw:
    sent = {"not-echoed": f' -H "{watch.header}: $(uuidgen)"'}.get(word, "")
    allowed = f"every answer has {watch.header}, that of the request or a new one"
    return Flaw(
        metric=METRIC,
        rule=f"observability.request-id-{word}",
        subject=watch.header,
        message=f"{found}; allowed: {allowed}",
        fix=FIXES[word],
        reproduce=f'curl -si{sent} "$BASE_URL"{path}' if path != "log" else "",
    )
