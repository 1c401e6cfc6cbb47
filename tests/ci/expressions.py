"""Evaluates the expressions of GitHub workflows, as far as ours use them; others are an error."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Contexts = Mapping[str, Any]
Functions = Mapping[str, Callable[..., Any]]
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|'(?P<text>(?:[^']|'')*)'|(?P<name>[A-Za-z_][\w-]*)"
    r"|(?P<sign>&&|\|\||==|!=|[!().,\[\]]))"
)
_TEMPLATE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_STATUS = re.compile(r"\b(always|success|failure|cancelled)\(\)")
_WORDS = {"true": True, "false": False, "null": None}


class ExpressionError(Exception):
    """Nothing that this evaluator knows."""


def text(value: Any) -> str:
    """A value as the runner puts it into a text."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return str(value)
        case _:
            return json.dumps(value)


def filled(template: Any, contexts: Contexts, functions: Functions) -> str:
    """A text with its expressions evaluated."""
    return _TEMPLATE.sub(lambda m: text(evaluate(m[1], contexts, functions)), text(template))


def condition(given: Any, contexts: Contexts, functions: Functions) -> bool:
    """Whether an `if:` holds: without a status function it means success() too."""
    if given is None:
        return bool(functions["success"]())
    source = text(given).strip()
    if found := re.fullmatch(r"\$\{\{(.*)\}\}", source, re.DOTALL):
        source = found[1]
    if "${{" in source:
        raise ExpressionError(f"always true, for it is a text: {given}")
    if not _STATUS.search(source):
        source = f"success() && ({source})"
    return truth(evaluate(source, contexts, functions))


def truth(value: Any) -> bool:
    """What counts as true."""
    return value not in (None, False, 0, "")


def evaluate(source: str, contexts: Contexts, functions: Functions) -> Any:
    """The value of one expression. Raises ExpressionError."""
    parser = _Parser(_tokens(source), contexts, functions)
    value = parser.either()
    if parser.left:
        raise ExpressionError(f"{source}: {parser.left}")
    return value


def equal(one: Any, other: Any) -> bool:
    """Loose equality: texts regardless of case, nothing is an empty text."""
    if isinstance(one, str) or isinstance(other, str):
        return text(one).lower() == text(other).lower()
    return bool(one == other)


def _tokens(source: str) -> list[tuple[str, str]]:
    found, at = [], 0
    source = source.strip()
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None or match.lastgroup is None:
            raise ExpressionError(f"{source!r} at {at}")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class _Parser:
    """Recursive descent; every operand is evaluated, which has no effect."""

    def __init__(
        self, tokens: list[tuple[str, str]], contexts: Contexts, functions: Functions
    ) -> None:
        self.left, self.contexts, self.functions = tokens, contexts, functions

    def sign(self, *signs: str) -> str:
        if self.left and self.left[0][0] == "sign" and self.left[0][1] in signs:
            return self.left.pop(0)[1]
        return ""

    def either(self) -> Any:
        value = self.both()
        while self.sign("||"):
            other = self.both()
            value = value if truth(value) else other
        return value

    def both(self) -> Any:
        value = self.compared()
        while self.sign("&&"):
            other = self.compared()
            value = other if truth(value) else value
        return value

    def compared(self) -> Any:
        value = self.negated()
        while found := self.sign("==", "!="):
            value = equal(value, self.negated()) == (found == "==")
        return value

    def negated(self) -> Any:
        return not truth(self.negated()) if self.sign("!") else self.reached()

    def reached(self) -> Any:
        value = self.operand()
        while found := self.sign(".", "["):
            key = self.left.pop(0)[1] if found == "." else self.either()
            if found == "[" and not self.sign("]"):
                raise ExpressionError("] is missing")
            value = _member(value, key)
        return value

    def operand(self) -> Any:
        if self.sign("("):
            value = self.either()
            if not self.sign(")"):
                raise ExpressionError(") is missing")
            return value
        kind, word = self.left.pop(0)
        match kind:
            case "number":
                return float(word) if "." in word else int(word)
            case "text":
                return word.replace("''", "'")
            case "name" if word in _WORDS:
                return _WORDS[word]
            case "name" if self.sign("("):
                return self.functions[word](*self.arguments())
            case "name" if word in self.contexts:
                return self.contexts[word]
        raise ExpressionError(f"{word} is neither a context nor a function here")

    def arguments(self) -> list[Any]:
        given: list[Any] = []
        while not self.sign(")"):
            given.append(self.either())
            self.sign(",")
        return given


def _member(value: Any, key: Any) -> Any:
    match value:
        case Mapping():
            return value.get(key)
        case Sequence() if isinstance(key, int) and not isinstance(value, str):
            return value[key]
    return None


PLAIN: Functions = {
    "fromJSON": json.loads,
    "toJSON": lambda value: json.dumps(value, indent=2),
    "format": lambda pattern, *given: pattern.format(*map(text, given)),
    "contains": lambda where, what: what in where,
    "hashFiles": lambda *patterns: "",
}
