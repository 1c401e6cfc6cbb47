"""Settings of ESLint that make it see less, found in the text of its configuration.

The configuration is a program, so what it comes to cannot be known without running it; what is
written out can be read.
"""

from collections.abc import Iterator

from gates.probes.suppressions.script_comments import tokens
from gates.probes.suppressions.settings_read import Setting

LISTS = frozenset({"ignores", "ignorePatterns"})
Word = tuple[str, int]  # a token, and its line


def settings(text: str) -> Iterator[Setting]:
    """Patterns of files that are left out, and rules that are off."""
    words = [*words_of(text), ("", 0), ("", 0), ("", 0)]
    for at in range(len(words) - 3):
        (word, line), (sign, _), (value, _) = words[at : at + 3]
        name = word.strip("\"'")
        if word == "globalIgnores" and sign == "(":
            yield Setting("eslint.ignores", strings(words, at + 2, ")"), line)
        elif name in LISTS and sign == ":":
            yield Setting("eslint.ignores", strings(words, at + 2, "]"), line)
        elif sign == ":" and is_off(name, value if value != "[" else words[at + 3][0]):
            yield Setting(f"eslint.rules.{name}", "off", line)


def words_of(text: str) -> Iterator[Word]:
    """Every token but comments and space, with its line."""
    line, counted = 1, 0
    for start, kind, part in tokens(text):
        if kind not in ("comment", "space"):
            line, counted = line + text.count("\n", counted, start), start
            yield part, line


def strings(words: list[Word], at: int, end: str) -> list[str]:
    """The strings from there to the sign that ends them; one alone where there is no list."""
    if end == "]" and words[at][0] != "[":
        return [words[at][0].strip("\"'`")]
    found = []
    for word, _ in words[at:]:
        if word == end:
            break
        if word and word[0] in "\"'`":
            found.append(word.strip("\"'`"))
    return found


def is_off(name: str, value: str) -> bool:
    """Whether a rule is off; `0` stands for many things, so its key has to look like a rule."""
    plain = value.strip("\"'`")
    return plain == "off" or (plain == "0" and ("-" in name or "/" in name))
