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
        ("from os import environ\nenviron.setdefault('A', 1)", ["A"]),
        ("from os import getenv as g\ng('A'); os.getenv('B')", ["A", "B"]),
        ("import os as system\nsystem.environ['A']", ["A"]),
        ("env = os.environ\ndef f(): return env['A'], env.get('B')", ["A", "B"]),
        ("def f(x, env=os.environ, *, more: M = os.environ): env['A']; more['B']", ["A", "B"]),
        ("from decouple import config\nconfig('A', cast=int)", ["A"]),
        ("from starlette.config import Config\nc = Config('.env')\nc('A', default=1)", ["A"]),
        ("import environ\nenv = environ.Env(B=(bool, 0))\nenv('A'); env.bool('C')", ["A", "C"]),
        ("from environs import Env\nenv = Env()\nenv.read_env()\nenv.str('A')", ["A"]),
        ("'A' in os.environ", ["A"]),
        ("os.environb[b'A']", ["A"]),
        ("NAME = 'A'\nos.environ[NAME]", ["A"]),
        ("P: str = 'X_'\nos.environ[f'{P}A']; os.environ[P + 'B']", ["X_A", "X_B"]),
        ("click.option('--a', envvar='A'); option(envvar=['B', 'C'])", ["A", "B", "C"]),
        (SETTINGS, ["DATABASE_URL", "DB", "MORE_DEPTH", "SHOP_PORT"]),
        ("os.environ['A'] = '1'; del os.environ['B']", []),
        ("os.environ['PATH']; os.getenv('HOME')", []),
        ("os.environ['PYTHONSTARTUP']; os.getenv('XDG_CACHE_HOME')", []),
        ("os.environ['PYTHON_ENV']", ["PYTHON_ENV"]),
        ("config.get('A'); {}['A']; 'A' in names", []),
    ],
)
def test_reads_are_found_in_all_their_forms(source: str, found: list[str]) -> None:
    assert names(source) == found


@pytest.mark.parametrize(
    "source",
    [
        "def app(environ, start): environ['REQUEST_METHOD']; environ.get('wsgi.input')",
        "request.environ['REMOTE_ADDR']; self.request.environ.get('HTTP_HOST')",
        "'wsgi.errors' in os.environ",
        "from shop import config\nconfig('A')",
        "from decouple import config\nconfig('debug'); config()",
    ],
)
def test_what_is_called_like_the_environment_is_not_it(source: str) -> None:
    """A request of WSGI has an environ of its own, which nobody can put into an example file."""
    assert names(f"import os  # environ\n{source}") == []


def test_computed_names_are_counted() -> None:
    found = variables.reads(b"os.environ[name]\nos.getenv(f'{x}')\n", "m.py")
    assert (found.reads, found.computed) == ((), 2)


def test_an_example_file_may_export_and_comment_out() -> None:
    example = "A=1\nexport B=\n# C=3\n# a word = about it\n  D = x\nE\n"
    assert variables.documented(example) >= {"A", "B", "C", "D"}
    assert "E" not in variables.documented(example)
