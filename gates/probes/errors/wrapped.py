"""Which error answers are outside the envelope of the service."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from gates.core import envelopes
from gates.core.documented import Documented
from gates.core.envelopes import Envelope
from gates.core.openapi import JSON
from gates.probes.errors.seen import Seen


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What error answers are held against: the document, and an envelope where it says nothing.

    `strict` says that the policy names the envelope: then the document's own forms do not count.
    """

    operations: dict[str, Documented]
    document: dict[str, JSON]
    envelope: Envelope | None
    strict: bool
    note: str = ""
    plain: frozenset[str] = frozenset()  # media types but JSON that the document has for errors


def expected(
    operations: Iterable[Documented],
    document: dict[str, JSON],
    option: object,
    seen: Iterable[Seen],
) -> Expected:
    """Find out what is expected. Raises ValueError for an option that names no envelope."""
    known = {op.label: op for op in operations}
    chosen = envelopes.chosen(option)
    envelope, note = chosen, ""
    if envelope is None:
        forms = (shape for _, shape, _ in envelopes.declared(known.values(), document))
        envelope = envelopes.commonest(forms)
    if envelope is None:
        envelope = envelopes.detected(_bodies(seen))
        form = envelope.words if envelope else "none, since no error answer is a JSON object"
        note = f"the document declares no schema of an error; taken for the envelope: {form}"
    return Expected(
        operations=known,
        document=document,
        envelope=envelope,
        strict=chosen is not None,
        note=note,
        plain=frozenset(_plain(known.values(), document)),
    )


def outside(seen: Seen, wanted: Expected) -> str:
    """What is wrong with an answer, "" if it is in the envelope or has nothing to wrap."""
    if not seen.has_body:
        return ""
    op = wanted.operations.get(seen.operation)
    response = envelopes.response_of(op, seen.exchange.status) if op else None
    stated = envelopes.contents(response, wanted.document) if response else {}
    if not envelopes.is_json(seen.media):
        return _of_plain(seen, stated, wanted, documented=op is not None)
    try:
        body = seen.json
    except ValueError:
        return "it says it is JSON and is none"
    if not wanted.strict and _stated_holds(seen.media, body, stated):
        return ""
    if wanted.envelope is None or wanted.envelope.holds(seen.media, body):
        return ""
    form = envelopes.form_of(body).words
    return f"it is {form}{_media(seen.media, wanted.envelope)}"


def _of_plain(
    seen: Seen, stated: Mapping[str, object], wanted: Expected, *, documented: bool
) -> str:
    """Text and HTML are fine where the document says so for this answer.

    A path or method that the document has not got may be answered as its other errors are.
    """
    allowed = tuple(stated) if documented else tuple(wanted.plain)
    if any(_matches(seen.media, media) for media in allowed if not envelopes.is_json(media)):
        return ""
    return f"it is {seen.media or 'a body without a media type'}"


def _stated_holds(media: str, body: JSON, stated: dict[str, tuple[envelopes.Shape, ...]]) -> bool:
    """Whether the document declares this form for this answer."""
    forms = [shapes for said, shapes in stated.items() if _matches(media, said)]
    return any(not shapes or any(one.holds(body) for one in shapes) for shapes in forms)


def _matches(media: str, said: str) -> bool:
    """Whether a media type is within a range of the document."""
    if said in ("*/*", media):
        return True
    return said.endswith("/*") and media.startswith(said[:-1])


def _media(media: str, envelope: Envelope) -> str:
    return f" as {media}" if envelope.media and envelope.media != media else ""


def _plain(operations: Iterable[Documented], document: JSON) -> Iterator[str]:
    for op in operations:
        for status, response in op.responses.items():
            if envelopes.is_error(status):
                media = envelopes.contents(response, document)
                yield from (one for one in media if not envelopes.is_json(one))


def _bodies(seen: Iterable[Seen]) -> Iterator[tuple[str, JSON]]:
    for one in seen:
        try:
            yield one.media, one.json
        except ValueError:
            continue
