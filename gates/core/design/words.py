"""What the words of a path are: verbs, plurals, and in which case they are written."""

import re

# Words that say what a method says already. `STRONG` never stand for a thing by themselves.
STRONG = frozenset(
    {"get", "create", "delete", "remove", "fetch", "retrieve", "save", "edit", "find", "insert"}
)
WEAK = frozenset({"add", "update", "list", "set", "put", "post", "make", "modify", "do", "read"})
VERBS = STRONG | WEAK
KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+)*")
# Nouns without a plural of their own, and plurals that do not end with s.
PLURAL = frozenset(
    {
        *("data", "media", "metadata", "news", "info", "people", "children", "staff", "inventory"),
        *("equipment", "series", "species", "feedback", "software", "hardware", "stock", "men"),
        *("anything", "something", "everything", "nothing"),
        *("women", "criteria", "indices", "matrices", "vertices", "content", "mail", "music"),
        *("money", "research", "traffic", "history", "audit", "work", "feet", "teeth", "mice"),
        *("geese", "fish", "sheep", "aircraft", "evidence", "merchandise", "cache", "storage"),
    }
)
# Singular nouns that end with s.
SINGULAR = frozenset(
    {
        *("address", "process", "class", "access", "business", "status", "bus", "campus", "bonus"),
        *("virus", "analysis", "basis", "crisis", "thesis", "canvas", "census", "corpus", "focus"),
        *("lens", "alias", "atlas", "gas", "boss", "glass", "pass", "success", "progress", "press"),
        *("mattress", "fitness", "witness", "hypothesis", "diagnosis", "radius"),
        *("stimulus", "syllabus", "chorus", "circus", "consensus", "plus", "express", "loss"),
    }
)


def words(part: str) -> tuple[str, ...]:
    """The words of a part of a path, whatever joins them, in lower case."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", part)
    return tuple(word.lower() for word in re.split(r"[\s_\-.]+", spaced) if word)


def kebab(part: str) -> str:
    """The part in kebab case."""
    return "-".join(words(part))


def is_plural(part: str) -> bool:
    """Whether the last word is a plural, or a noun without one."""
    last = (words(part) or ("",))[-1]
    if last in SINGULAR:
        return False
    return last in PLURAL or last.endswith("s") or bool(re.search(r"\d$", last))


def plural(part: str) -> str:
    """The part in kebab case with its last word in the plural."""
    found = list(words(part))
    if not found or is_plural(part):
        return kebab(part)
    last = found[-1]
    if re.search(r"[^aeiou]y$", last):
        last = f"{last[:-1]}ies"
    else:
        last += "es" if re.search(r"(s|x|z|ch|sh)$", last) else "s"
    return "-".join((*found[:-1], last))


def verb(part: str, others: frozenset[str]) -> str:
    """The verb that a part of a path begins with, "" if it is a noun.

    `others` are the other parts of the document in kebab case: `list-books` begins with a verb
    where there are books, while `list-prices` may be prices.
    """
    found = words(part)
    if not found or found[0] not in VERBS:
        return ""
    first, rest = found[0], "-".join(found[1:])
    if not rest:
        return first if first in STRONG else ""
    if first in STRONG or "-" not in part:
        return first
    return first if {rest, plural(rest)} & others else ""
