"""Target, policy and profile files: read whole, or refused with all that is wrong in them."""

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from gates.core.maps import Maps
from gates.core.policy import Policy, Profile
from gates.core.target import Target
from gates.shell import bundled
from gates.shell.maps import read_maps
from gates.shell.policy_checks import policy_troubles, profile_troubles
from gates.shell.problems import ConfigError, Problem, Trouble, did_you_mean, missing
from gates.shell.schema_errors import convert
from gates.shell.target_checks import absent_troubles
from gates.shell.target_checks import troubles as target_troubles
from gates.shell.toml_read import Document, not_finite, read_document

__all__ = [
    "ConfigError",
    "LoadedPolicy",
    "LoadedTarget",
    "Problem",
    "read_policy",
    "read_profile",
    "read_target",
]

_T = TypeVar("_T")
TARGET_FILE = "gatescore.toml"
_MINIMAL_TARGET = """
name = "my-service"
[code]
paths = ["src"]
[absent]
tests = "none yet"
service = "a library"
openapi = "a library"
load = "a library"
dependencies = "none"
"""
_MINIMAL_POLICY = """
name = "mine"
[gates.lint]
level = 1
title = "Lint"
tools = ["ruff"]
needs = ["code"]
[gates.lint.criteria."lint.errors"]
title = "Lint errors"
metric = "lint.errors"
pass = [["== 0"]]
"""
_MINIMAL_PROFILE = """
name = "mine"
decisive_level = 2
"""


class LoadedTarget(msgspec.Struct, frozen=True):
    """A target with the file it came from, its root folder (absolute), and the file's digest."""

    target: Target
    file: Path
    root: Path
    digest: str


class LoadedPolicy(msgspec.Struct, frozen=True):
    """A policy with the file it came from, the file's digest, `sha256:…`, and its maps."""

    policy: Policy
    file: Path
    digest: str
    maps: Maps = Maps()


def read_target(path: Path, known: frozenset[str] = frozenset()) -> LoadedTarget:
    """Read a target file, or the `gatescore.toml` of a folder. Raises ConfigError.

    `known` are the names that may stand under [absent]; empty: they are not checked.
    """
    file = (path / TARGET_FILE if path.is_dir() else path).absolute()
    document = read_document(file, _MINIMAL_TARGET)

    def troubles(target: Target) -> list[Trouble]:
        unknown = absent_troubles(target.absent, known) if known else []
        return [*target_troubles(target, file.parent), *unknown]

    target, found = convert(document.data, Target, "target", troubles)
    checked = _demand(target, found, document)
    root = (file.parent / checked.root).resolve()
    return LoadedTarget(checked, file, root, document.digest)


def read_policy(name: str, tools: Collection[str] = ()) -> LoadedPolicy:
    """Read a policy: a bundled one by name, or a file. `tools` are the known ones.

    Raises ConfigError.
    """
    file = _file("policy", name)
    document = _extended(read_document(file, _MINIMAL_POLICY))
    policy, found = convert(
        document.data, Policy, "policy", lambda policy: policy_troubles(policy, tools)
    )
    found = [_with_likely_gate(trouble, tools) for trouble in found]
    read = _demand(policy, found, document)
    whole = bool(read.extends) or file.parent == bundled.config_folder() / "policy"
    return LoadedPolicy(read, file, document.digest, read_maps(read, whole=whole))


def read_profile(name: str, gates: Collection[str] = ()) -> Profile:
    """Read a profile: a bundled one by name, or a file. `gates` are the policy's.

    Raises ConfigError.
    """
    document = read_document(_file("profile", name), _MINIMAL_PROFILE)
    profile, found = convert(
        document.data, Profile, "profile", lambda profile: profile_troubles(profile, gates)
    )
    return _demand(profile, found, document)


def _extended(document: Document) -> Document:
    """The document with the keys of the bundled policies that it extends, where it is silent."""
    base = document.data.get("extends")
    if not isinstance(base, str) or not base:
        return document
    known = bundled.names("policy")
    if base not in known:
        allowed = ", ".join(known)
        raise document.error([Trouble(path=("extends",), message=f"found {base}", allowed=allowed)])
    under = _extended(read_document(_file("policy", base), _MINIMAL_POLICY))
    both = hashlib.sha256(f"{under.digest} {document.digest}".encode()).hexdigest()
    return msgspec.structs.replace(
        document, data=merged(under.data, document.data), digest=f"sha256:{both}"
    )


def merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Two tables as one: tables are merged key by key, any other value of `over` wins."""
    both = dict(under)
    for key, value in over.items():
        known = both.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            both[key] = merged(known, value)
        else:
            both[key] = value
    return both


def _demand(value: _T | None, found: list[Trouble], document: Document) -> _T:
    found = not_finite(document.data) + found
    if value is None or found:
        raise document.error(found)
    return value


def _file(kind: str, name: str) -> Path:
    """A name is a bundled file; anything with a slash or an ending is a path."""
    if "/" in name or name.endswith(".toml"):
        return Path(name).absolute()
    known = bundled.names(kind)
    if name not in known:
        listed = f"there are {', '.join(known)}, or name a file"
        near = did_you_mean(name, known)
        raise missing(f"{kind} {name!r}", "unknown", f"{listed}; {near}" if near else listed)
    return bundled.config_folder() / kind / f"{name}.toml"


def _with_likely_gate(trouble: Trouble, tools: Collection[str]) -> Trouble:
    """A gate without its needed keys is often another one, misspelt (`[gates.ruf]`)."""
    match trouble.path:
        case ("gates", str(id)) if " needs " in trouble.message:
            return msgspec.structs.replace(trouble, hint=did_you_mean(id, tools))
        case _:
            return trouble
