"""The comments of JavaScript and TypeScript, told from strings, templates and patterns.

A `/` opens a pattern where no value stands before it. Where that guess is wrong, a string that is
not closed ends with its line, so that the next line is read right again.
"""

import re
from collections.abc import Iterator

from gates.probes.suppressions.comments import Comment

TOKEN = re.compile(
    r"(?P<comment>//[^\n\r\u2028\u2029]*|/\*.*?(?:\*/|\Z))"
    r"""|(?P<text>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)"""
    r"|(?P<word>[\w$@#]+)"
    r"|(?P<space>\s+)"
    r"|(?P<sign>\+\+|--|=>|.)",
    re.DOTALL,
)
REGEX = re.compile(r"/(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n]){0,300}+\]|[^/\\\[\n]){1,2000}+/[a-z]*")
TEMPLATE = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*(?:`|\$\{|\Z)", re.DOTALL)
HASHBANG = re.compile(r"#![^\n]*")
# After these words comes a value, after any other word an operator.
GOVERNING = frozenset(
    {"return", "typeof", "instanceof", "in", "of", "new", "delete", "void", "throw", "case", "do"}
    | {"else", "yield", "await", "default"}
)
ENDS_VALUE = frozenset((")", "]", "}", "++", "--"))


def comments(source: str) -> Iterator[Comment]:
    """Every comment of the source, whatever else is wrong with it."""
    lines = source.split("\n")
    head = True
    line, counted = 1, 0
    for start, kind, text in tokens(source):
        head = head and kind in ("comment", "space")
        if kind == "comment":
            line, counted = line + source.count("\n", counted, start), start
            own = lines[line - 1].strip()
            alone = own.startswith(text.split("\n")[0].strip())
            yield Comment(line=line, text=text, source=own, head=head, alone=alone)


def tokens(source: str) -> Iterator[tuple[int, str, str]]:
    """Start, kind (comment, text, word, space, sign) and text of each token."""
    shebang = HASHBANG.match(source)
    at = shebang.end() if shebang else 0
    depths: list[int] = []  # of braces, for each template that an expression is open in
    depth, value = 0, False
    while at < len(source):
        start = at
        kind, at = token(source, start, value)
        text = source[start:at]
        if text == "{":
            depth += 1
        elif text == "}" and depths and depths[-1] == depth:
            depths.pop()
            kind, at = "text", template_end(source, start + 1)
            text = source[start:at]
            if text.endswith("${"):
                depths.append(depth)
        elif text == "}":
            depth -= 1
        elif kind == "text" and text.startswith("`") and text.endswith("${"):
            depths.append(depth)
        yield start, kind, text
        if kind not in ("comment", "space"):
            value = is_value(kind, text)


def token(source: str, start: int, value: bool) -> tuple[str, int]:
    """Kind and end of the token there; `value`: the one before it ends a value."""
    if source[start] == "`":
        return "text", template_end(source, start + 1)
    if source[start] == "/" and not value and source[start + 1 : start + 2] not in ("/", "*"):
        regex = REGEX.match(source, start)
        if regex:
            return "text", regex.end()
    found = TOKEN.match(source, start)
    if found is None:
        return "sign", start + 1
    return found.lastgroup or "sign", found.end()


def template_end(source: str, start: int) -> int:
    """Where a piece of a template ends: behind its last quote, or behind `${`."""
    found = TEMPLATE.match(source, start)
    return found.end() if found else len(source)


def is_value(kind: str, text: str) -> bool:
    """Whether a token ends a value, so that a `/` after it divides."""
    if kind == "text":
        return not text.endswith("${")
    return text in ENDS_VALUE if kind == "sign" else text not in GOVERNING
