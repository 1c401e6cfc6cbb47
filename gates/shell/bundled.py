"""Where our own data is: inside the installed package, or in the checkout it was started from."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_BUNDLED = _PACKAGE / "_bundled"
_CHECKOUT = _PACKAGE.parent


def config_folder() -> Path:
    """The folder with `policy`, `profile`, `schema` and `tools`."""
    return _first(_BUNDLED / "config", _CHECKOUT / "config")


def example_folder() -> Path:
    """The folder of the example service, with its target file."""
    return _first(_BUNDLED / "bookstore", _CHECKOUT / "examples" / "bookstore")


def names(kind: str) -> tuple[str, ...]:
    """The names of all bundled files of a kind (`policy`, `profile`), sorted."""
    return tuple(sorted(path.stem for path in (config_folder() / kind).glob("*.toml")))


def _first(installed: Path, checkout: Path) -> Path:
    return installed if installed.is_dir() else checkout
