"""Keeps a target's own code out of its cached environment, and finds it in the judged tree."""

import csv
import os
import shlex
import shutil
import urllib.parse
from pathlib import Path, PurePosixPath

import msgspec

_KNOWN = "own.json"
_ROOTS = ("src", "lib", "python", ".")


class NotFound(Exception):
    """A package of the target installs a module that its tree has nowhere."""


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """A package of the target: its folder below the root, one file for each top-level module."""

    name: str
    folder: str
    modules: tuple[str, ...]


class _Origin(msgspec.Struct, frozen=True):
    """`direct_url.json` of an installed distribution (PEP 610)."""

    url: str


def strip(home: Path, source: Path) -> None:
    """Remove the code of packages installed from `source`; keep metadata, commands and a note."""
    site = site_packages(home)
    own = tuple(
        found
        for info in sorted(site.glob("*.dist-info"))
        if (found := _own(info, source.resolve())) is not None
    )
    (home / _KNOWN).write_bytes(msgspec.json.encode(own))
    shutil.rmtree(source)


def layer(home: Path, destination: Path, tree: Path, paths: tuple[str, ...]) -> Path:
    """Make the upper layer in `destination` and return its interpreter. Raises NotFound."""
    own = msgspec.json.decode((home / _KNOWN).read_bytes(), type=tuple[Own, ...])
    roots = dict.fromkeys(root for package in own for root in _roots(package, tree, paths))
    shutil.rmtree(destination, ignore_errors=True)
    site = destination / site_packages(home).relative_to(home)
    site.mkdir(parents=True)
    lower = f"import site; site.addsitedir({str(site_packages(home))!r})"
    (site / "gatescore.pth").write_text("\n".join([*map(str, roots), lower, ""]))
    shutil.copyfile(home / "pyvenv.cfg", destination / "pyvenv.cfg")
    _commands(home, destination)
    return destination / "bin" / "python"


def site_packages(home: Path) -> Path:
    """Return the folder of installed packages of a virtual environment."""
    return next((home / "lib").glob("python*/site-packages"))


def _own(info: Path, source: Path) -> Own | None:
    folder = _folder(info, source)
    if folder is None:
        return None
    with (info / "RECORD").open(newline="", encoding="utf-8") as record:
        files = [row[0] for row in csv.reader(record) if row]
    code = [name for name in files if not name.startswith(("..", "/", f"{info.name}/"))]
    for name in code:
        (info.parent / name).unlink(missing_ok=True)
    modules = dict.fromkeys(_top(name, code) for name in code if name.endswith(".py"))
    name = info.name.split("-")[0]
    real = tuple(sorted(module for module in modules if not module.startswith("__editable__")))
    return Own(name=name, folder=folder, modules=real)


def _folder(info: Path, source: Path) -> str | None:
    try:
        origin = msgspec.json.decode((info / "direct_url.json").read_bytes(), type=_Origin)
    except FileNotFoundError:
        return None
    url = urllib.parse.urlsplit(origin.url)
    path = Path(urllib.parse.unquote(url.path)).resolve()
    if url.scheme != "file" or not path.is_relative_to(source):
        return None
    return path.relative_to(source).as_posix()


def _top(name: str, files: list[str]) -> str:
    """Return the file that stands for the top-level module of `name`."""
    first = PurePosixPath(name).parts[0]
    initial = f"{first}/__init__.py"
    return initial if initial in files else name


def _roots(package: Own, tree: Path, paths: tuple[str, ...]) -> tuple[Path, ...]:
    folder = tree / package.folder
    near = [folder / name for name in _ROOTS]
    named = [place for path in paths for place in (tree / path, (tree / path).parent)]
    if not package.modules:  # an editable installation does not tell
        return (next((place for place in near if place.is_dir()), folder),)
    found = []
    for module in package.modules:
        root = next((place for place in (*near, *named) if (place / module).is_file()), None)
        if root is not None:
            found.append(Path(os.path.normpath(root)))
    if not found:
        raise NotFound(
            f'code.packages: "{package.folder}" installs {package.modules[0]}, which is in none of '
            f"{', '.join(_ROOTS)} nor in code.paths: add the folder that holds it to code.paths"
        )
    return tuple(dict.fromkeys(found))


def _commands(home: Path, destination: Path) -> None:
    """Offer the lower layer's commands, started with the upper layer's interpreter."""
    (destination / "bin").mkdir()
    for entry in sorted((home / "bin").iterdir()):
        made = destination / "bin" / entry.name
        if entry.is_symlink():
            made.symlink_to(os.readlink(entry))
        elif entry.name.lower().startswith("activate") or not entry.is_file():
            continue
        elif (body := _script(entry)) is not None:
            made.write_bytes(_start_line(destination / "bin" / "python") + body)
            made.chmod(0o755)
        else:
            made.symlink_to(entry)


def _script(path: Path) -> bytes | None:
    """Return a Python script without the lines that start its interpreter; None if it is none."""
    with path.open("rb") as file:
        if file.read(2) != b"#!":
            return None
        first = file.readline()
        if b"python" in first:
            return file.read()
        second, _ = file.readline(), file.readline()
        return file.read() if second.startswith(b"'''exec'") else None


def _start_line(python: Path) -> bytes:
    """Start `python` by way of sh: a path may be longer than a `#!` line may, or hold a space."""
    quoted = shlex.quote(str(python))
    return os.fsencode(f"#!/bin/sh\n'''exec' {quoted} \"$0\" \"$@\"\n' '''\n")
