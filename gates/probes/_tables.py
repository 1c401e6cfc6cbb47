"""Finds the tables that SQL and models make, and says what is wrong with their names."""

import ast
import re
from collections.abc import Iterator

# An optional schema stands before the name; the quotes are those of any database.
CREATE = re.compile(
    r"\bCREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?"
    r"(?:[\"`\[]?\w+[\"`\]]?\s*\.\s*)?[\"`\[]?(?P<name>\w+)[\"`\]]?\s*(?:\(|AS\b|PARTITION\b)",
    re.I,
)
COMMENT = re.compile(r"--[^\n]*|/\*[\s\S]*?\*/")
SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
# Helpers of a migration: the table is named anew before anybody sees it.
PASSING = re.compile(r"^_+|_(?:new|old|tmp|temp|backup|copy)$")
PLURALS = frozenset(
    {
        *("children", "people", "men", "women", "feet", "teeth", "mice", "geese", "data", "media"),
        *("criteria", "indices", "matrices", "vertices", "series", "species", "news", "metadata"),
    }
)
SINGULARS = re.compile(r"(?:ss|us|is)$")  # address, status, analysis
PLURAL_US = frozenset({"menus", "gurus", "skis", "taxis", "emus"})
Place = tuple[str, int]  # table, line


def of_sql(text: str) -> Iterator[Place]:
    """Tables that a file of SQL makes."""
    blanked = COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    yield from _created(blanked, 1)


def of_text(text: str) -> Iterator[Place]:
    """Tables that statements inside a source of another language make."""
    yield from _created(text, 1)


def of_python(module: ast.Module) -> Iterator[Place]:
    """Tables that statements in texts make, and those of SQLAlchemy's models."""
    prose = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in prose:
                yield from _created(text, node.lineno)
            case ast.Assign(
                targets=[ast.Name(id="__tablename__")], value=ast.Constant(value=str(name))
            ):
                yield name, node.lineno
            case _:
                pass


def _created(text: str, first: int) -> Iterator[Place]:
    for found in CREATE.finditer(text):
        yield found["name"], first + text.count("\n", 0, found.start())


def fault(name: str) -> str:
    """What is wrong with the name of a table, "" if nothing is."""
    bare = PASSING.sub("", name)
    if not SNAKE.fullmatch(bare):
        return "not snake_case"
    return "" if is_plural(bare.rpartition("_")[2].rstrip("0123456789")) else "not a plural"


def is_plural(word: str) -> bool:
    """Whether an English word can be a plural; where it is not certain, it can."""
    if word in PLURALS | PLURAL_US or not word:
        return True
    return word.endswith("s") and not SINGULARS.search(word)
