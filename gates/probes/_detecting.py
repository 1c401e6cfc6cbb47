"""Tells whether a place is injectable: the kinds in turn, the first that shows ends the search."""

from gates.core import payloads
from gates.core.payloads import DELAYS_S
from gates.probes._looking import CONFIRMED, Hit, Look
from gates.probes._sent import Sent
from gates.probes._sql import by_echo, by_error, by_join, by_order, by_width

REFUSED = (400, 415, 422)


def find(look: Look) -> Hit | None:
    """The first kind of injection that shows."""
    if look.place.typed and look.ask("gs'q").status in REFUSED:
        return None
    for kind in (by_header, by_file, by_template, by_error, by_join, by_width, by_order, by_echo):
        if found := kind(look):
            return found
    return by_time(look)


def by_header(look: Look) -> Hit | None:
    """A header of ours among those of the answer."""
    if look.place.where in ("header", "cookie"):
        return None
    text = payloads.splitting()
    sent = look.ask(text)
    if sent.answer.header(payloads.SPLIT_HEADER) is None:
        return None
    return Hit(
        kind="header", shown="the answer has a header of the request's", payload=text, sent=sent
    )


def by_file(look: Look) -> Hit | None:
    """The file of the system's users, which the usual answer has not."""
    named = payloads.FILES.search(look.place.name)
    if not (look.setting.reads or named) or not look.place.is_free:
        return None
    texts = (*payloads.TRAVERSALS, "....//" * 8 + "etc/passwd") if named else payloads.TRAVERSALS
    for text in texts:
        sent = look.ask(text)
        if payloads.PASSWD_IN_JSON.search(sent.text):
            return Hit(kind="path", shown="the answer holds /etc/passwd", payload=text, sent=sent)
    return None


def by_template(look: Look) -> Hit | None:
    """A product that is nowhere in the request, for two pairs of factors."""
    for number in (0, 1):
        sent = look.ask(payloads.templates(payloads.FACTORS[0])[number])
        if payloads.product(payloads.FACTORS[0]) not in sent.text:
            continue
        text = payloads.templates(payloads.FACTORS[1])[number]
        again = look.ask(text)
        if payloads.product(payloads.FACTORS[1]) in again.text:
            shown = "the answer holds the product of the factors"
            return Hit(kind="template", shown=shown, payload=text, sent=again)
    return None


def by_time(look: Look) -> Hit | None:
    """Delays of two sizes that come as they were asked for, again and again, and none for 0."""
    if not look.place.is_free:
        return None
    for kind, text in payloads.delaying(DELAYS_S[0]).items():
        sent = look.ask(text)
        if payloads.is_slow(_seconds(sent), DELAYS_S[0], look.usual.seconds) and _slow(look, kind):
            shown = "it takes as long as it is told to"
            return Hit(kind=kind.split(" ")[0], shown=shown, payload=text, sent=sent)
    return None


def _slow(look: Look, kind: str) -> bool:
    def took(delay_s: float) -> float:
        return _seconds(look.ask(payloads.delaying(delay_s)[kind]))

    for _ in range(CONFIRMED):
        quick = took(0)
        if quick > DELAYS_S[0] * 0.6:
            return False
        if not all(payloads.is_slow(took(delay_s), delay_s, quick) for delay_s in DELAYS_S):
            return False
    return True


def _seconds(sent: Sent) -> float:
    return sent.answer.elapsed_s if sent.status else 0.0
