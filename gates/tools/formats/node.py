"""What every tool of a Node target needs: the package's folder, its source, installed versions.

The programs are those that the target installed itself, `node_modules/.bin/*`; nothing is ever
downloaded to judge it.
"""

import posixpath
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from gates.core.model import Reason
from gates.core.target import Node, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools.formats import scope, strict_json

HELPERS = Path(__file__).parents[2] / "node"
SCRIPTS = (".js", ".mjs", ".cjs", ".jsx")
TYPED = (".ts", ".mts", ".cts", ".tsx")
DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")
FILE = "surroundings.json"
FILES = {"surroundings": FILE}


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool was handed: the tree and the package (absolute), files relative to the tree.

    `whole`: each of the files has to be looked at; else the target's settings may leave some out.
    """

    tree: str
    package: str
    files: tuple[str, ...]
    versions: dict[str, str] = {}
    whole: bool = True


class Manifest(msgspec.Struct, frozen=True):
    """The part of an installed package.json that we read."""

    version: str


def package_folder(node: Node, options: Options) -> str:
    """The absolute folder of package.json: the working folder of all Node tools."""
    return posixpath.normpath(posixpath.join(options.tree, node.package))


def inside(node: Node, options: Options, paths: Iterable[str]) -> tuple[str, ...]:
    """`paths` of the target file as seen from the package's folder, each once."""
    folder = package_folder(node, options)
    return tuple(
        dict.fromkeys(
            posixpath.relpath(posixpath.join(options.tree, path), folder) for path in paths
        )
    )


def program(options: Options) -> str:
    """The Node that runs the target: the runner found it on the caller's PATH."""
    return str(options.settings.get("node") or "/usr/bin/node")


def packages(options: Options) -> dict[str, str]:
    """The variable that tells our helpers where the target's packages are."""
    return {"GATESCORE_PACKAGE": posixpath.dirname(options.node_modules)}


def installed(options: Options, name: str) -> str:
    """The version of a package that the target installed; "" if it did not."""
    try:
        data = Path(options.node_modules, name, "package.json").read_bytes()
        return msgspec.json.decode(data, type=Manifest).version
    except (OSError, msgspec.DecodeError):
        return ""


def versions(options: Options, needed: Iterable[str], tool: str) -> dict[str, str]:
    """The versions of what a tool runs on. Raises ParseError naming all that is missing."""
    found = {name: installed(options, name) for name in needed}
    missing = [name for name, version in found.items() if not version]
    if missing:
        raise ParseError(Reason.TOOL_MISSING, lacking(tool, missing))
    return found


def lacking(tool: str, missing: Iterable[str]) -> str:
    """The text for packages that a target has to install to be judged."""
    names = " ".join(missing)
    listed = " and ".join(names.split())
    return (
        f"{tool}: {listed} not installed in the target: add to devDependencies and commit "
        f"package-lock.json (npm install --save-dev {names})"
    )


def handed(
    target: Node,
    options: Options,
    files: Iterable[str],
    versions: Mapping[str, str],
    *,
    whole: bool = True,
) -> dict[str, str]:
    """The `inputs` of an invocation that carry its surroundings; declare `FILES` as `files`."""
    made = Surroundings(
        tree=str(Path(options.tree).resolve()),
        package=str(Path(package_folder(target, options)).resolve()),
        files=tuple(files),
        versions=dict(versions),
        whole=whole,
    )
    return {FILE: msgspec.json.encode(made).decode()}


def read(output: ToolOutput) -> Surroundings:
    """The surroundings of an invocation. Raises ParseError."""
    what = "the surroundings of the run"
    return strict_json.decode_as(output.files.get("surroundings"), Surroundings, what=what)


def sources(target: Target, options: Options, *, tests: bool = True) -> list[str]:
    """Own JavaScript and TypeScript: below the target's paths, and its tests if wanted."""
    node = target.node
    if node is None:
        return []
    folders = (*node.paths, *(node.tests if tests else ()))
    return own(options.files, folders, SCRIPTS + TYPED)


def own(files: Iterable[str], folders: Iterable[str], suffixes: tuple[str, ...]) -> list[str]:
    """Files below the folders with one of the suffixes, without installed packages."""
    found = scope.below(files, folders, suffixes)
    return [name for name in found if "node_modules" not in name.split("/")]


def told(versions: Mapping[str, str]) -> str:
    """The versions as evidence: "10.1.0, typescript-eslint 8.1.0": the first is the tool's own."""
    first, *rest = versions.items()
    return ", ".join([first[1], *(f"{name} {version}" for name, version in rest)])
