"""What each kind of difference between two schemas means: level by direction, and the words for it.

A request is judged by what a client may send: narrower breaks. A response is judged by what a
client may have to read: wider breaks. Both by the documents alone.
"""

from typing import NamedTuple

from gates.core.compat.changes import Level, Way

B, W, I = Level.BREAKING, Level.WARNING, Level.INFO  # noqa: E741


class Rule(NamedTuple):
    """Levels in a request and in a response, and what is said: with {old} and {new}.

    `name` is the rule id: {p} is the place (request-property, response-body …), {way} request or
    response.
    """

    request: Level
    response: Level
    text: str
    name: str = ""


TIGHTER, LOOSER = (B, I), (I, B)

RULES: dict[str, Rule] = {
    "type-changed": Rule(B, B, "its type changed from {old} to {new}"),
    "type-specialized": Rule(*TIGHTER, "its type became narrower: {old}, now {new}"),
    "type-generalized": Rule(*LOOSER, "its type became wider: {old}, now {new}"),
    "became-nullable": Rule(*LOOSER, "it may be null now"),
    "became-not-nullable": Rule(*TIGHTER, "it may not be null any more"),
    "format-added": Rule(*TIGHTER, "it must have the format {new} now"),
    "format-removed": Rule(*LOOSER, "it has the format {old} no more"),
    "format-changed": Rule(B, B, "its format changed from {old} to {new}"),
    "format-specialized": Rule(*TIGHTER, "its format became narrower: {old}, now {new}"),
    "format-generalized": Rule(*LOOSER, "its format became wider: {old}, now {new}"),
    "became-enum": Rule(*TIGHTER, "only these values are left: {new}"),
    "became-not-enum": Rule(*LOOSER, "it may have other values than {old} now"),
    "enum-value-removed": Rule(*TIGHTER, "the value {old} is gone"),
    "enum-value-added": Rule(*LOOSER, "the value {new} is new"),
    "const-changed": Rule(B, B, "its one value changed from {old} to {new}"),
    "x-extensible-enum-value-removed": Rule(B, W, "the value {old} is gone"),
    "x-extensible-enum-value-added": Rule(I, I, "the value {new} is new"),
    "pattern-added": Rule(*TIGHTER, "it must match {new} now"),
    "pattern-removed": Rule(I, I, "it need not match {old} any more"),
    "pattern-changed": Rule(W, W, "its pattern changed from {old} to {new}"),
    "unique-items-added": Rule(*TIGHTER, "its entries must differ now"),
    "unique-items-removed": Rule(*LOOSER, "its entries may repeat now"),
    "multiple-of-set": Rule(*TIGHTER, "it must be a multiple of {new} now"),
    "multiple-of-removed": Rule(*LOOSER, "it need not be a multiple of {old} any more"),
    "multiple-of-specialized": Rule(*TIGHTER, "it must be a multiple of {new}, before of {old}"),
    "multiple-of-generalized": Rule(*LOOSER, "it must be a multiple of {new}, before of {old}"),
    "multiple-of-changed": Rule(B, B, "it must be a multiple of {new}, before of {old}"),
    "removed": Rule(W, I, "it is gone", "{way}-property-removed"),
    "removed-refused": Rule(B, I, "it is gone, and others are refused", "{way}-property-removed"),
    "removed-deprecated": Rule(I, I, "it is gone, deprecated before", "{way}-property-removed"),
    "removed-read-only": Rule(I, I, "it is gone; it was never read", "{way}-property-removed"),
    "optional-removed": Rule(I, W, "it is gone", "{way}-optional-property-removed"),
    "required-removed": Rule(I, B, "it is gone", "{way}-required-property-removed"),
    "write-only-removed": Rule(I, I, "it is gone; it was never sent", "{way}-property-removed"),
    "added-required": Rule(B, I, "it is new and required", "new-required-{way}-property"),
    "added-optional": Rule(I, I, "it is new", "new-optional-{way}-property"),
    "added-read-only": Rule(I, I, "it is new and read-only", "new-read-only-{way}-property"),
    "required-undescribed": Rule(I, I, "it is required now, but nothing describes it"),
    "became-required": Rule(B, I, "it is required now"),
    "became-optional": Rule(I, B, "it may be missing now"),
    "became-read-only": Rule(W, I, "it is read-only now"),
    "became-not-read-only": Rule(I, I, "it is read-only no more"),
    "became-write-only": Rule(I, B, "it is write-only now: it is not sent any more"),
    "optional-became-write-only": Rule(
        I, W, "it is write-only now: it is not sent any more", "{p}-became-write-only"
    ),
    "became-not-write-only": Rule(I, I, "it is write-only no more"),
    "additional-properties-refused": Rule(*TIGHTER, "other properties are refused now"),
    "additional-properties-allowed": Rule(I, W, "there may be other properties now"),
    "additional-properties-described": Rule(B, I, "other properties must now be {new}"),
    "additional-properties-free": Rule(I, W, "other properties may be anything now"),
    "pattern-property-added": Rule(B, I, "properties that match {new} have a schema now"),
    "pattern-property-removed": Rule(I, W, "properties that match {old} may be anything now"),
    "one-of-added": Rule(*LOOSER, "there is a new choice: {new}"),
    "one-of-removed": Rule(*TIGHTER, "the choice {old} is gone"),
    "any-of-added": Rule(*LOOSER, "there is a new choice: {new}"),
    "any-of-removed": Rule(*TIGHTER, "the choice {old} is gone"),
    "choices-added": Rule(*TIGHTER, "it must be one of {new} now"),
    "choices-removed": Rule(*LOOSER, "it need not be one of {old} any more"),
    "became-choices": Rule(B, B, "it was {old}, and must be one of {new} now"),
    "became-one-schema": Rule(B, B, "it was one of {old}, and must be {new} now"),
    "choices-changed": Rule(W, W, "its choices changed: {old}, now {new}"),
    "discriminator-added": Rule(W, I, "the property {new} now tells its kind"),
    "discriminator-removed": Rule(I, W, "the property {old} tells its kind no more"),
    "discriminator-property-changed": Rule(B, B, "its kind is told by {new}, before by {old}"),
    "discriminator-mapping-removed": Rule(*TIGHTER, "the kind {old} is gone"),
    "discriminator-mapping-added": Rule(I, W, "the kind {new} is new"),
    "discriminator-mapping-changed": Rule(B, B, "the kind {old} means {new} now"),
    "default-added": Rule(I, I, "its default is {new} now"),
    "default-removed": Rule(W, I, "its default {old} is gone"),
    "default-changed": Rule(W, I, "its default changed from {old} to {new}"),
    "not-added": Rule(*TIGHTER, "some values are ruled out now (not)"),
    "not-removed": Rule(*LOOSER, "values that were ruled out may appear now (not)"),
    "not-changed": Rule(W, W, "other values are ruled out than before (not)"),
    "if-added": Rule(*TIGHTER, "there is a new condition (if, then, else)"),
    "if-removed": Rule(*LOOSER, "a condition is gone (if, then, else)"),
    "if-changed": Rule(W, W, "a condition changed (if, then, else)"),
    "contains-added": Rule(*TIGHTER, "it must contain certain entries now"),
    "contains-removed": Rule(*LOOSER, "it need not contain certain entries any more"),
    "property-names-added": Rule(*TIGHTER, "the names of its properties are restricted now"),
    "property-names-removed": Rule(*LOOSER, "the names of its properties are free now"),
    "dependent-required-added": Rule(*TIGHTER, "with {new} other properties are required now"),
    "dependent-required-removed": Rule(*LOOSER, "with {old} fewer properties are required"),
    "dependent-schema-added": Rule(*TIGHTER, "with {new} it must meet another schema now"),
    "dependent-schema-removed": Rule(*LOOSER, "with {old} it need not meet another schema now"),
    "unevaluated-refused": Rule(*TIGHTER, "what nothing describes is refused now ({new})"),
    "unevaluated-allowed": Rule(I, W, "what nothing describes may appear now ({old})"),
    "prefix-items-added": Rule(*TIGHTER, "its entry {new} has a schema of its own now"),
    "prefix-items-removed": Rule(*LOOSER, "its entry {old} has no schema of its own any more"),
    "content-encoding-changed": Rule(B, B, "its encoding changed from {old} to {new}"),
    "content-media-type-changed": Rule(B, B, "its media type changed from {old} to {new}"),
    "deprecated": Rule(I, I, "it is deprecated now"),
    "reactivated": Rule(I, I, "it is deprecated no more"),
    "sunset-deleted": Rule(W, W, "the date of its removal, {old}, is gone"),
    "sunset-earlier": Rule(B, B, "it will be gone earlier: {old}, now {new}"),
    "stability-decreased": Rule(B, B, "its stability went down: {old}, now {new}"),
    "stability-increased": Rule(I, I, "its stability went up: {old}, now {new}"),
}

_BOUNDS = (
    ("minimum", "min", "least value"),
    ("minLength", "min-length", "least length"),
    ("minItems", "min-items", "least number of entries"),
    ("minProperties", "min-properties", "least number of properties"),
    ("minContains", "min-contains", "least number of certain entries"),
    ("maximum", "max", "greatest value"),
    ("maxLength", "max-length", "greatest length"),
    ("maxItems", "max-items", "greatest number of entries"),
    ("maxProperties", "max-properties", "greatest number of properties"),
    ("maxContains", "max-contains", "greatest number of certain entries"),
)
BOUNDS = {keyword: stem for keyword, stem, _ in _BOUNDS}

for _keyword, _stem, _words in _BOUNDS:
    _up, _down = (
        (TIGHTER, LOOSER)
        if _stem.startswith("min")
        else (
            LOOSER,
            TIGHTER,
        )
    )
    RULES[f"{_stem}-set"] = Rule(*TIGHTER, f"there is a {_words} now: {{new}}")
    RULES[f"{_stem}-unset"] = Rule(*LOOSER, f"there is no {_words} any more (it was {{old}})")
    RULES[f"{_stem}-increased"] = Rule(*_up, f"the {_words} went up from {{old}} to {{new}}")
    RULES[f"{_stem}-decreased"] = Rule(*_down, f"the {_words} went down from {{old}} to {{new}}")

# A parameter that is left out means its default; a body's field is mostly filled in by a form.
OF_PARAMETERS = {"default-changed": B, "default-removed": B, "default-added": W}


def level_of(stem: str, place: str) -> Level:
    """The level of a difference at a place such as "request-property" or "response-header"."""
    if place == "request-parameter" and stem in OF_PARAMETERS:
        return OF_PARAMETERS[stem]
    rule = RULES[stem]
    return rule.request if way_of(place) is Way.REQUEST else rule.response


def way_of(place: str) -> Way:
    """Who sends what stands at a place."""
    return Way(place.partition("-")[0])


def name_of(stem: str, place: str) -> str:
    """The rule id."""
    pattern = RULES[stem].name or f"{{p}}-{stem}"
    return pattern.format(p=place, way=way_of(place).value)
