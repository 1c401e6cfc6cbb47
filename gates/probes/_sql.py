"""Tells by differences between answers whether a place is taken as a part of SQL."""

from collections.abc import Iterator

from gates.core import payloads
from gates.core.identifying import entries, identifier
from gates.core.likeness import leaves
from gates.core.payloads import JOINTS, NOWHERE, Joined, View
from gates.probes._cells import view as owners_view
from gates.probes._looking import CONFIRMED, Hit, Look
from gates.probes._places import ask, is_secret
from gates.probes._sent import Sent, Thing

MOST_WORDS = 3


def by_error(look: Look) -> Hit | None:
    """An error of the database with one quote, and none with two of them."""
    value = look.place.value
    sent = look.ask(f"{value}'")
    if not payloads.DATABASE_ERRORS.search(sent.text):
        return None
    for _ in range(CONFIRMED):
        if payloads.DATABASE_ERRORS.search(look.ask(f"{value}''").text):
            return None
        if not payloads.DATABASE_ERRORS.search(look.ask(f"{value}'").text):
            return None
    shown = "one quote gives an error of the database, two give none"
    return Hit(kind="sql", shown=shown, payload=f"{value}'", sent=sent)


def by_join(look: Look) -> Hit | None:
    """A value in two parts that only SQL joins gives the answer of the whole one."""
    if look.setting.makes or not look.usual.steady:
        return None
    if is_secret(look.place.name) and look.setting.login is not None:
        return None
    if found := _by_sum(look):
        return found
    value, own = telling(look)
    if not value:
        return None
    for joint in JOINTS:
        text = payloads.joined(value, joint.true)
        if look.seen(text) == own and _joined_again(look, value, own, joint):
            shown = f"{joint.name} of SQL gives the answer of the whole value"
            return Hit(kind="sql", shown=shown, payload=text, sent=look.ask(text))
    return None


def _joined_again(look: Look, value: str, own: View, joint: Joined) -> bool:
    return all(
        look.seen(payloads.joined(value, joint.false)) != own
        and look.seen(f"{payloads.joined(value, joint.true)}{NOWHERE}") != own
        and look.seen(payloads.joined(value, joint.true)) == own
        and look.seen(value) == own
        for _ in range(CONFIRMED)
    )


def _by_sum(look: Look) -> Hit | None:
    """A difference of two numbers gives the answer of what it comes to."""
    value = look.place.value
    if not value.isdecimal() or len(value) > 9:
        return None
    number = int(value)
    text = f"{number + 1}-1"
    own = look.seen(value)
    if look.seen(text) != own or look.seen(str(number + 1)) == own:
        return None
    for _ in range(CONFIRMED):
        if look.seen(f"{number + 2}-1") == own or look.seen(text) != own:
            return None
    shown = "a difference of numbers is worked out"
    return Hit(kind="sql", shown=shown, payload=text, sent=look.ask(text))


def telling(look: Look) -> tuple[str, View]:
    """A value whose answer is another one than that of a text that nothing matches."""
    nothing = look.seen(NOWHERE)
    for value in _values(look):
        own = look.seen(value)
        if own != nothing and 200 <= own.status < 300:
            return value, own
    return "", nothing


def _values(look: Look) -> Iterator[str]:
    if len(look.place.value) > 1:
        yield look.place.value
    if look.setting.reads and look.place.where == "query":
        yield from _words(look)


def _words(look: Look) -> list[str]:
    """Texts of the objects that the usual answer shows: of the field of that name first."""
    answer = ask(look.world, look.setting)
    found = [(path, leaf) for path, leaf in leaves(answer.value) if isinstance(leaf, str)]
    same = [leaf for path, leaf in found if path[-1:] == (look.place.name,)]
    others = [leaf for path, leaf in found if 3 < len(leaf) < 60 and leaf[:1].isalpha()]
    return list(dict.fromkeys((*same[:1], *others)))[:MOST_WORDS]


def by_width(look: Look) -> Hit | None:
    """A condition that is always true gives more than one that never is."""
    if not (look.setting.reads or _asks_for_password(look)) or look.setting.makes:
        return None
    if not look.usual.steady or not look.place.is_free:
        return None
    nothing, wide = look.seen(NOWHERE), look.seen(payloads.widened(7, true=True))
    if wide == nothing or not 200 <= wide.status < 300:
        return None
    for number in (7, 5)[:CONFIRMED]:
        if look.seen(payloads.widened(number, true=False)) != nothing:
            return None
        if look.seen(payloads.widened(number, true=True)).status != wide.status:
            return None
        if look.seen(payloads.widened(number, true=True)) == nothing:
            return None
    text = payloads.widened(5, true=True)
    shown = "a condition that is always true gives another answer than one that never is"
    return Hit(kind="sql", shown=shown, payload=text, sent=look.ask(text))


def _asks_for_password(look: Look) -> bool:
    """A login: it reads, whatever its method."""
    op = look.setting.op
    return not op.protected and "password" in str(op.body_schema.get("properties", "")).lower()


def by_order(look: Look) -> Hit | None:
    """An expression as the order of a list gives that order, or none."""
    place = look.place
    if place.name.lower() not in payloads.SORTING or not look.setting.reads:
        return None
    if not look.usual.steady:
        return None
    for value in dict.fromkeys((place.value, *_columns(look))):
        true = payloads.sorted_by(value, true=True)
        if all(_ordered(look, value, true) for _ in range(CONFIRMED)):
            shown = "an expression of SQL is taken as the order"
            return Hit(kind="sql", shown=shown, payload=true, sent=look.ask(true))
    return None


def _ordered(look: Look, value: str, true: str) -> bool:
    own = look.seen(value)
    false = payloads.sorted_by(value, true=False)
    return own.status < 300 and look.seen(true) == own and look.seen(false) != own


def _columns(look: Look) -> list[str]:
    """Names that the entries of the list have, which may be those of columns."""
    shown = entries(ask(look.world, look.setting).value)
    first = shown[0] if shown else None
    return list(first)[:MOST_WORDS] if isinstance(first, dict) else []


def by_echo(look: Look) -> Hit | None:
    """A text in two parts is stored as one, where only SQL joins them."""
    if look.setting.reads or not look.place.is_free:
        return None
    for joint in JOINTS[:2]:
        text, whole = _marked(look, joint.true)
        sent = look.ask(text)
        if not sent.fine or not _stored(look, sent, text, whole):
            continue
        wrong, still = _marked(look, joint.false)
        control = look.ask(wrong)
        if control.fine and _stored(look, control, wrong, still):
            continue  # the signs are stripped, whatever they are
        shown = f"{joint.name} of SQL is worked out in what is stored"
        return Hit(kind="sql", shown=shown, payload=text, sent=sent)
    return None


def _marked(look: Look, sign: str) -> tuple[str, str]:
    number = look.world.number(stamped=look.world.conflicted)
    return f"gsq{sign}7ab{number}z", f"gsq7ab{number}z"


def _stored(look: Look, sent: Sent, text: str, whole: str) -> bool:
    """Whether the answer, or the object that was made, holds the text as one."""
    if whole in sent.text:
        return True
    resource = look.setting.resource
    if text in (str(leaf) for _, leaf in leaves(sent.value)) or resource is None:
        return False
    known = look.setting.ids.get(resource.shape) or identifier(
        resource, sent.value, sent.answer.header("Location") or ""
    )
    if not known or not look.setting.identity:
        return False
    ids = {**look.setting.ids, resource.shape: known}
    if set(ids) < {resource.shape}:
        return False
    thing = Thing(resource=resource, ids=ids, identity=look.setting.identity)
    seen = owners_view(look.world, thing)
    return seen is not None and whole in seen.text
