"""Failures that a correct service may show: they are told, and not counted.

Each rule says why. What is left is a promise of the document that an answer breaks.
"""

import json
from collections.abc import Mapping

import msgspec

from gates.core.contract_causes import UNDECLARED
from gates.core.contract_events import Answer, Case, Failure, Interaction

HAS_CONTENT_TYPE = "an answer without content needs no Content-Type (RFC 9110, 8.3)"
NOT_IMPLEMENTED = "501 is a right answer to a method that the server does not know"
OTHER_REFUSAL = "a refusal by another status, or without Allow, is a refusal too"
FROM_THE_SERVER = "an HTTP server may give this status before the service sees the request"
NUL = "no service has to take a NUL character"
OWN_RULE = "[contract.refusals] names a rule of its own"
MASKED = "without credentials it refuses, by another status than 401 or 403"
ASYNCHRONOUS = "202: the change is not done yet"
SOFT_DELETED = "the answer says that it is deleted"
INFERRED = "the link was guessed, no word of the document or of the answer"
OF_ANSWERS = tuple(f"ST{number}" for number in range(103, 112))
SERVER_STATUSES = (408, 413, 414, 421, 429, 431)
_GONE = ("deleted", "cancelled", "canceled", "archived", "closed", "inactive", "revoked", "removed")


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What surrounds a failed check. `parents` are the steps before, the latest first."""

    case: Case | None
    interaction: Interaction | None
    parents: tuple[Interaction, ...] = ()
    refusals: Mapping[str, str] = {}
    operation: str = ""


def spared(failure: Failure, context: Context) -> str:
    """Why the failure does not count, "" if it does."""
    answer = context.interaction.response if context.interaction else None
    if answer is None:
        return ""
    match failure.code:
        case "ST101" | "ST102":
            return NOT_IMPLEMENTED if answer.status == 501 and _undeclared(context.case) else ""
        case "ST103":
            return FROM_THE_SERVER if answer.status in SERVER_STATUSES else ""
        case "ST104":
            return "" if answer.content and answer.content.base64 else HAS_CONTENT_TYPE
        case "ST202":
            return _rejected(context)
        case "ST203" | "ST204":
            return "" if 200 <= answer.status < 300 else OTHER_REFUSAL
        case "ST301":
            return _still_there(answer, context)
        case "ST302":
            return _not_found(context)
        case "ST401":
            return "" if failure.title.startswith("API accepts") else MASKED
        case _:
            return ""


def follows(failure: Failure, interaction: Interaction | None) -> bool:
    """Whether it says of a server error what a server error is: outside the document."""
    answer = interaction.response if interaction else None
    return answer is not None and answer.status >= 500 and failure.code in OF_ANSWERS


def _undeclared(case: Case | None) -> bool:
    meta = case.value.meta if case else None
    return meta is not None and meta.phase.data.scenario == UNDECLARED


def _rejected(context: Context) -> str:
    if _holds_nul(context.interaction):
        return NUL
    # It counts after all where the operation takes no valid request (contract_reading).
    return OWN_RULE if context.operation in context.refusals else ""


def _holds_nul(interaction: Interaction | None) -> bool:
    if interaction is None:
        return False
    request = interaction.request
    body = request.body.data if request.body else b""
    return "%00" in request.uri or b"\0" in body or b"\\u0000" in body or b"%00" in body


def _still_there(answer: Answer, context: Context) -> str:
    deleted = next((one for one in context.parents if one.request.method == "DELETE"), None)
    if deleted and deleted.response and deleted.response.status == 202:
        return ASYNCHRONOUS
    return SOFT_DELETED if _says_gone(answer) else ""


def _says_gone(answer: Answer) -> bool:
    value = _json(answer)
    for _ in range(2):
        if not isinstance(value, dict):
            return False
        if any(_is_sign(str(key), part) for key, part in value.items()):
            return True
        value = next((part for part in value.values() if isinstance(part, dict)), None)
    return False


def _is_sign(key: str, value: object) -> bool:
    name = key.lower().replace("_", "").replace("-", "")
    if name in ("deleted", "deletedat", "isdeleted", "archived", "archivedat", "active"):
        return bool(value) is (name != "active")
    return name in ("status", "state") and str(value).lower() in _GONE


def _not_found(context: Context) -> str:
    case, before = context.case, context.parents[0] if context.parents else None
    answer = before.response if before else None
    if answer is None:
        return INFERRED
    if answer.status == 202:
        return ASYNCHRONOUS
    if case and case.transition and not case.transition.is_inferred:
        return ""
    asked = context.interaction.request.uri.partition("?")[0] if context.interaction else ""
    if answer.header("location") and asked.endswith(answer.header("location").partition("?")[0]):
        return ""
    return "" if _is_item(asked, before, _json(answer)) else INFERRED


def _is_item(asked: str, before: Interaction | None, made: object) -> bool:
    """Whether the address is that of the collection and the id that the answer gave."""
    if before is None or not isinstance(made, dict):
        return False
    collection = before.request.uri.partition("?")[0].rstrip("/")
    return asked == f"{collection}/{made.get('id')}"


def _json(answer: Answer) -> object:
    try:
        return json.loads(answer.content.data) if answer.content else None
    except (ValueError, RecursionError):
        return None
