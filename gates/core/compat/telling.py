"""Puts a difference into words: what changed where, who breaks of it, and what to do."""

from gates.core.compat.changes import Change, Difference, Level, Way
from gates.core.compat.rules import RULES, level_of, name_of, way_of

HOLDERS = {
    "request-parameter": "a client that sends the parameter as it was described",
    "request-body": "a client that sends a body as it was described",
    "request-property": "a client that sends the property as it was described",
    "response-body": "a client that reads the body as it was described",
    "response-property": "a client that reads the property as it was described",
    "response-header": "a client that reads the header as it was described",
}
WHO = {
    "removed": "a client that sends it is ignored there, or refused",
    "removed-refused": "a client that sends it is refused",
    "optional-removed": "a client that reads it finds it missing",
    "required-removed": "a client that reads it finds it missing",
    "added-required": "a client that does not send it is refused",
    "became-required": "a client that does not send it is refused",
    "became-optional": "a client that reads it may find it missing",
    "became-nullable": "a client that reads it may meet null",
    "became-not-nullable": "a client that sends null is refused",
    "became-write-only": "a client that reads it finds it missing",
    "optional-became-write-only": "a client that reads it finds it missing",
    "became-read-only": "a client that sends it is ignored there, or refused",
    "enum-value-removed": "a client that sends that value is refused",
    "enum-value-added": "a client that reads it meets a value that it does not know",
    "became-enum": "a client that sends another value is refused",
    "default-changed": "a client that leaves it out gets something else",
    "default-removed": "a client that leaves it out may get something else",
    "one-of-added": "a client that reads it meets a form that it does not know",
    "any-of-added": "a client that reads it meets a form that it does not know",
    "one-of-removed": "a client that sends that form is refused",
    "any-of-removed": "a client that sends that form is refused",
    "additional-properties-refused": "a client that sends other properties is refused",
}
_REFUSED = {Way.REQUEST: " is refused", Way.RESPONSE: " meets something else"}
_KEEP = {
    Way.REQUEST: "Accept what the base document accepts",
    Way.RESPONSE: "Answer within what the base document describes",
}
LONGEST = 10  # steps of a trail
OTHERWISE = ", or put the change into a new major version."


def told(one: Difference, place: str, where: str, operation: str) -> Change:
    """The change that a difference of two schemas is. `place` is a key of HOLDERS.

    `where` names the whole that the schemas belong to.
    """
    place = _place(place, one)
    level, name = level_of(one.stem, place), name_of(one.stem, place)
    below = dotted(one.trail)
    subject = f"{where}: {below}" if below else where
    gone = one.stem.endswith("removed") and one.old == ""
    return Change(
        rule=name,
        level=level,
        operation=operation,
        subject=subject,
        place=one.base if gone else one.revision,
        document="base" if gone else "revision",
        message=worded(f"{subject}: {said(one)}", level, who(one.stem, place)),
        fix=fix(level, place),
    )


def said(one: Difference) -> str:
    """What changed, in words."""
    return RULES[one.stem].text.format(old=one.old, new=one.new)


def who(stem: str, place: str) -> str:
    """Who breaks of it."""
    return WHO.get(stem) or HOLDERS[place] + _REFUSED[way_of(place)]


def worded(text: str, level: Level, victim: str) -> str:
    """The message: what changed, and who breaks of it unless nobody does."""
    match level:
        case Level.BREAKING:
            return f"{text}; {victim}"
        case Level.WARNING:
            return f"{text}; it may be that {victim}"
        case Level.INFO:
            return text


def fix(level: Level, place: str) -> str:
    """What to do about it, "" where nobody is hurt."""
    if level is Level.INFO:
        return ""
    return _KEEP[way_of(place)] + OTHERWISE


def dotted(trail: tuple[str, ...]) -> str:
    """A trail as people write it: items[].name; the middle of a long one is left out."""
    if len(trail) > LONGEST:
        trail = (*trail[:4], "(…)", *trail[-3:])
    text = ""
    for step in trail:
        text += step if step.startswith(("[", "(")) or not text else f".{step}"
    return text


def _place(place: str, one: Difference) -> str:
    """A property is one wherever it stands; steps into lists and choices make none."""
    if all(step.startswith(("[", "(")) for step in one.trail):
        return place
    match place:
        case "request-body":
            return "request-property"
        case "response-body":
            return "response-property"
        case _:
            return place
