"""Reads of the environment are found by syntax, none is run."""

import pytest

from gates.probes.documentation import variables

SETTINGS = """
import pydantic_settings
class Base(pydantic_settings.BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_")
    port: int = 80
    _hidden: int = 1
    kinds: ClassVar[int] = 1
    url: str = Field(validation_alias=AliasChoices("DATABASE_URL", "DB"))
class More(Base):
    class Config:
        env_prefix = "MORE_"
    depth: int
class Plain:
    other: int
"""


def names(source: str) -> list[str]:
    return [read.name for read in variables.reads(source.encode(), "m.py").reads]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("os.environ['A']", ["A"]),
        ("os.environ.get('A', 'x')", ["A"]),
        ("_os.environ.pop('A')", ["A"]),
        ("environ.setdefault('A', 1)", ["A"]),
        ("getenv('A'); os.getenv('B')", ["A", "B"]),
        ("'A' in os.environ", ["A"]),
        ("os.environb[b'A']", ["A"]),
        ("NAME = 'A'\nos.environ[NAME]", ["A"]),
        ("P: str = 'X_'\nos.environ[f'{P}A']; os.environ[P + 'B']", ["X_A", "X_B"]),
        ("click.option('--a', envvar='A'); option(envvar=['B', 'C'])", ["A", "B", "C"]),
        (SETTINGS, ["DATABASE_URL", "DB", "MORE_DEPTH", "SHOP_PORT"]),
        ("os.environ['A'] = '1'; del os.environ['B']", []),
        ("os.environ['PATH']; os.getenv('HOME')", []),
        ("config.get('A'); {}['A']; 'A' in names", []),
    ],
)
def test_reads_are_found_in_all_their_forms(source: str, found: list[str]) -> None:
    assert names(source) == found


def test_computed_names_are_counted() -> None:
    found = variables.reads(b"os.environ[name]\nos.getenv(f'{x}')\n", "m.py")
    assert (found.reads, found.computed) == ((), 2)


def test_an_example_file_may_export_and_comment_out() -> None:
    example = "A=1\nexport B=\n# C=3\n# a word = about it\n  D = x\nE\n"
    assert variables.documented(example) >= {"A", "B", "C", "D"}
    assert "E" not in variables.documented(example)
