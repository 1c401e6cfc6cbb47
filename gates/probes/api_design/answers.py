"""Sends what has to fail, and looks at how it fails."""

from collections.abc import Iterator

from gates.core import envelopes
from gates.core.design import live
from gates.core.design.live import Asked
from gates.core.documented import Documented, Made
from gates.core.openapi import JSON
from gates.core.sampling import NoSample, sample
from gates.probes.api_design.asking import Asker, Reply
from gates.probes.api_design.found import Found, Outcome

MOST = 12  # operations of each kind
NOBODY_ELSE = 777_000_001  # salt of identifiers that nothing has
LOGIN_SALT = 555


def look(asker: Asker, login: str) -> Outcome:
    """Invalid bodies, ids of nothing, nobody's requests, one wrong login. Raises Exhausted."""
    found: dict[tuple[str, str], Found] = {}
    tried: list[str] = []
    for asked, reply in _answers(asker, login):
        tried.append(asked.op.label)
        for breach in live.breaches(asked, asker.api.settings):
            one = Found(breach, reply.sent, reply.identity or "")
            found.setdefault((breach.rule, breach.place), one)
    return Outcome(found=tuple(found.values()), tried=tuple(dict.fromkeys(tried)))


def _answers(asker: Asker, login: str) -> Iterator[tuple[Asked, Reply]]:
    for op, sent, wrong in _requests(asker, login):
        reply = asker.ask_as(op, sent, None) if op.path == login else asker.ask(op, sent)
        if reply is not None:
            yield _asked(op, reply, wrong), reply
    for op in _protected(asker):
        nobody = asker.make(op, asker.values(op.path) or {})
        reply = asker.ask_as(op, nobody, None) if nobody else None
        if reply is not None:
            yield _asked(op, reply, ""), reply


def _requests(asker: Asker, login: str) -> Iterator[tuple[Documented, Made, str]]:
    writes = [op for op in asker.api.operations if op.body_type and op.path != login]
    for op in writes[:MOST]:
        invalid = live.without_one(op, asker.api.document)
        sent = asker.make(op, asker.values(op.path) or {}, body=invalid[0]) if invalid else None
        if sent and invalid:
            yield op, sent, invalid[1]
    items = [op for op in asker.api.operations if _reads_item(op)]
    for op in items[:MOST]:
        sent = asker.make(op, _nothing(op, asker.api.document))
        if sent:
            yield op, sent, ""
    for op in asker.api.operations:
        sent = asker.make(op, salt=LOGIN_SALT) if op.path == login else None
        if sent:
            yield op, sent, ""


def _protected(asker: Asker) -> list[Documented]:
    reading = [op for op in asker.api.operations if op.operation.method == "GET" and op.protected]
    return reading[:MOST]


def _reads_item(op: Documented) -> bool:
    return op.operation.method == "GET" and "{" in op.path


def _nothing(op: Documented, document: JSON) -> dict[str, JSON]:
    """Identifiers that nothing has."""
    found: dict[str, JSON] = {}
    for one in op.parameters:
        if one.place != "path":
            continue
        try:
            found[one.name] = sample(one.schema, document, NOBODY_ELSE, offered=False)
        except NoSample:
            continue
    return found


def _asked(op: Documented, reply: Reply, wrong: str) -> Asked:
    return Asked(
        op=op,
        status=reply.status,
        media=envelopes.media_type(reply.answer.headers),
        body=reply.answer.body.decode("utf-8", "replace"),
        wrong=wrong,
    )
