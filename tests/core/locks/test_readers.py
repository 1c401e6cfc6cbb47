"""Every lock format as its own tool wrote it: packages, who pulls in whom, and hashes.

The files in data/ were written by uv 0.13.8, poetry 2.5.1 and npm 11.19.1; addresses of registries
were replaced.
"""

from pathlib import Path

import pytest

from gates.core.locks import npm, pinned, poetry, pyproject, uv
from gates.core.locks.model import Ecosystem, Listing, LockError, Package

DATA = Path(__file__).parent / "data"
REQUESTS = ("certifi@2026.10.18", "chardet@3.0.4", "idna@2.7", "urllib3@1.23")


def told(listing: Listing) -> dict[str, tuple[bool | None, str, tuple[str, ...]]]:
    """Key -> direct, chain, groups."""
    return {p.key: (p.direct, " > ".join(p.chain), p.groups) for p in listing.packages}


def package(listing: Listing, name: str) -> Package:
    return next(p for p in listing.packages if p.name == name)


PULLED_IN = {
    "certifi@2026.10.18": (False, "requests > certifi", ()),
    "chardet@3.0.4": (False, "requests > chardet", ()),
    "idna@2.7": (False, "requests > idna", ()),
    "requests@2.19.0": (True, "requests", ()),
    "urllib3@1.23": (False, "requests > urllib3", ()),
}
DEV = {"iniconfig@2.3.1": (True, "iniconfig", ("group dev",))}
NAMES = {"": ("requests",), "group dev": ("iniconfig",)}


def test_uv_lock() -> None:
    listing = uv.read((DATA / "uv-0.13.8" / "uv.lock").read_bytes())
    assert told(listing) == PULLED_IN | DEV | {"six@1.17.0": (True, "six", ("extra old",))}
    requests = package(listing, "requests")
    assert (requests.requires, requests.line) == (REQUESTS, 69)
    assert requests.hashes == (
        "sha256:421cfc8d9dde7d6aff68196420afd86b88c65d77d8da9cf83f4ecad785d7b9d6",
        "sha256:cc408268d0e21589bcc2b2c248e42932b8c4d112f499c12c92e99e2178a6134c",
    )
    assert listing.gaps == ()


def test_poetry_lock() -> None:
    data = (DATA / "poetry-2.5.1" / "poetry.lock").read_bytes()
    assert told(poetry.read(data, NAMES)) == PULLED_IN | DEV
    assert told(poetry.read(data)) == PULLED_IN | DEV, "what nobody asks for is direct"
    assert package(poetry.read(data), "urllib3").line == 98
    assert len(package(poetry.read(data), "idna").hashes) == 2


def test_requirements_say_whose_they_are_in_comments() -> None:
    text = (DATA / "uv-0.13.8" / "requirements.txt").read_text()
    listing = pinned.Read(text).listing()
    assert told(listing) == PULLED_IN
    assert package(listing, "idna").line == 9
    assert package(listing, "requests").requires == REQUESTS
    assert len(package(listing, "idna").hashes) == 2


def test_requirements_without_comments_say_nothing() -> None:
    text = "requests==2.19.0\nidna==2.7\n"
    assert told(pinned.Read(text).listing()) == {
        "idna@2.7": (None, "", ()),
        "requests@2.19.0": (None, "", ()),
    }
    assert told(pinned.Read(text).listing({"": ["Requests"]}))["idna@2.7"] == (False, "", ())


def test_via_of_more_than_one() -> None:
    text = "a==1\n    # via -r x.in\nb==1\n    # via\n    #   a\n    #   -r x.in\n"
    text += "c==1\n    # via\n    #   b\n"
    assert told(pinned.Read(text).listing()) == {
        "a@1": (True, "a", ()),
        "b@1": (True, "b", ()),
        "c@1": (False, "b > c", ()),
    }


@pytest.mark.parametrize("version", [1, 2, 3])
def test_package_lock(version: int) -> None:
    folder = DATA / f"npm-11.19.1-v{version}"
    manifest = folder / "package.json"
    listing = npm.read(
        (folder / "package-lock.json").read_bytes(),
        manifest.read_bytes() if manifest.is_file() else None,
    )
    assert told(listing) == {
        "debug@2.6.8": (True, "debug", ("dev",)),
        "lodash@4.17.4": (True, "lodash", ()),
        "minimist@0.0.8": (False, "mkdirp > minimist", ()),
        "mkdirp@0.5.1": (True, "mkdirp", ()),
        "ms@2.0.0": (False, "debug > ms", ("dev",)),
        "ms@2.1.3": (True, "ms", ("optional",)),
    }
    assert {p.ecosystem for p in listing.packages} == {Ecosystem.NPM}
    lodash = package(listing, "lodash")
    assert lodash.hashes[0].startswith("sha512:e97dfb4aaf4a0a92d25c487cb8cd7600a625be21cf34d938")
    assert lodash.line == (0 if version == 1 else 36)


def test_package_lock_1_without_its_manifest_takes_what_nobody_asks_for() -> None:
    data = (DATA / "npm-11.19.1-v1" / "package-lock.json").read_bytes()
    direct = {p.name for p in npm.read(data).packages if p.direct}
    assert direct == {"debug", "lodash", "mkdirp", "ms"}


def lock_of(**packages: str) -> bytes:
    entries = ", ".join(f'"{key}": {value}' for key, value in packages.items())
    return f'{{"lockfileVersion": 3, "packages": {{{entries}}}}}'.encode()


def test_workspaces_links_aliases_and_scopes() -> None:
    data = (
        b'{"lockfileVersion": 3, "packages": {"": {"workspaces": ["apps/*"]},'
        b'"apps/a": {"version": "1.0.0", "dependencies": {"@s/x": "1", "b": "1",'
        b'"old": "npm:x@1"}},'
        b'"apps/b": {"version": "1.0.0", "dependencies": {"y": "1"}},'
        b'"node_modules/b": {"resolved": "apps/b", "link": true},'
        b'"node_modules/@s/x": {"version": "1.0.0", "peerDependencies": {"y": "*"}},'
        b'"apps/b/node_modules/y": {"version": "2.0.0"},'
        b'"node_modules/y": {"version": "1.0.0"},'
        b'"node_modules/old": {"name": "x", "version": "1.2.3"}}}'
    )
    assert told(npm.read(data)) == {
        "@s/x@1.0.0": (True, "@s/x", ()),
        "x@1.2.3": (True, "x", ()),
        "y@1.0.0": (False, "@s/x > y", ()),
        "y@2.0.0": (True, "y", ()),
    }


def test_the_nearest_folder_wins_as_in_node() -> None:
    places = ("a", "a/node_modules/b", "a/node_modules/c", "b", "c")
    entries = {
        f"node_modules/{place}": f'{{"version": "{number}.0.0", "dependencies": {{"c": "*"}}}}'
        for number, place in enumerate(places)
    }
    found = {p.key: p.requires for p in npm.read(lock_of(**entries)).packages}
    assert found["b@1.0.0"] == ("c@2.0.0",), "the c of a, between b and the top"
    assert found["b@3.0.0"] == ("c@4.0.0",)


@pytest.mark.parametrize(
    ("resolved", "word"),
    [
        ("git+ssh://git@code.example/a.git#1", "a git source"),
        ("file:../a.tgz", "a file source"),
        ("https://code.example/a.tgz", "a https source"),
        ("https://registry.example/a/-/a-1.0.0.tgz", ""),
        ("", ""),
    ],
)
def test_what_does_not_come_from_a_registry_is_a_gap(resolved: str, word: str) -> None:
    entry = f'{{"version": "1.0.0", "resolved": "{resolved}"}}'
    (found,) = npm.read(lock_of(**{"node_modules/a": entry})).packages
    assert (word in found.gap) is bool(found.gap or not word)
    assert bool(found.gap) is bool(word)


@pytest.mark.parametrize("kind", ["git", "url", "path"])
def test_a_uv_source_that_is_no_registry_is_a_gap(kind: str) -> None:
    text = f'version = 1\n[[package]]\nname = "a"\nversion = "1"\nsource = {{ {kind} = "x" }}\n'
    (found,) = uv.read(text.encode()).packages
    assert found.gap == f"comes from a {kind} source: advisories name none"


@pytest.mark.parametrize("version", ["1.0\\n--index-url x", "--pre", "1 2", "", "1;a", "@x"])
def test_a_version_that_could_be_an_option_is_never_handed_on(version: str) -> None:
    text = (
        f'version = 1\n[[package]]\nname = "a"\nversion = "{version}"\nsource = {{registry = ""}}'
    )
    (found,) = uv.read(text.encode()).packages
    assert "is not one that advisories name" in found.gap


def test_a_name_that_could_be_an_option_is_never_handed_on() -> None:
    text = 'version = 1\n[[package]]\nname = "-r x"\nversion = "1"\nsource = {registry = ""}'
    assert "none that an index knows" in uv.read(text.encode()).packages[0].gap


def test_two_versions_of_a_uv_package_are_told_apart() -> None:
    text = """version = 1
[[package]]
name = "own"
source = { virtual = "." }
dependencies = [{ name = "a", version = "1" }, { name = "b" }]
[[package]]
name = "b"
version = "1"
source = { registry = "" }
dependencies = [{ name = "a", version = "2" }]
[[package]]
name = "a"
version = "1"
source = { registry = "" }
[[package]]
name = "a"
version = "2"
source = { registry = "" }
"""
    found = told(uv.read(text.encode()))
    assert found["a@1"] == (True, "a", ())
    assert found["a@2"] == (False, "b > a", ())


def test_an_old_poetry_lock() -> None:
    text = """[[package]]
name = "A_b"
version = "1"
category = "dev"
[package.dependencies]
c = "*"
[[package]]
name = "c"
version = "2"
category = "main"
[metadata]
lock-version = "1.1"
[metadata.files]
A_b = [{file = "x", hash = "sha256:00"}]
"""
    listing = poetry.read(text.encode())
    assert told(listing) == {
        "a-b@1": (True, "a-b", ("group dev",)),
        "c@2": (False, "a-b > c", ()),
    }
    assert package(listing, "a-b").hashes == ("sha256:00",)


@pytest.mark.parametrize(
    ("reader", "data", "words"),
    [
        (uv.read, b"\xff", "line 1: encoding: not UTF-8"),
        (uv.read, b"a = 1\nb = \n", "unparsable TOML: .*line 2"),
        (uv.read, b"", "missing required field `version`"),
        (uv.read, b"version = 2", "version 2 of uv.lock; allowed: 1"),
        (uv.read, b"version = 1\n\n[[package]]\nname = 3", "line 3: schema: .*got `int`"),
        (poetry.read, b"[[package]]", "schema: "),
        (poetry.read, b'[metadata]\nlock-version = "3.0"', "allowed: 1.x and 2.x"),
        (npm.read, b"", "unparsable JSON"),
        (npm.read, b"{\n\n!", "line 3: unparsable JSON"),
        (npm.read, b"[]", "allowed: an object"),
        (npm.read, b'{"a": 1, "a": 2}', "duplicate-key: 'a'"),
        (npm.read, b"{}", "lockfileVersion is nothing; allowed: 1, or 2 and 3"),
        (npm.read, b'{"lockfileVersion": 9, "packages": {}}', "lockfileVersion is 9"),
        (npm.read, b'{"lockfileVersion": 2, "dependencies": {}}', "lockfileVersion is 2"),
        (npm.read, b'{"lockfileVersion": 3, "packages": {"a": []}}', "schema: "),
        (npm.read, b"[" * 100_000, "too-deep"),
        (npm.read, b'{"a": ' + b"9" * 5000 + b"}", "number-too-large"),
        (pyproject.read, b"[project]\ndependencies = 3", "schema: "),
        (pyproject.read, b"x", "unparsable TOML"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_what_is_allowed(
    reader: object, data: bytes, words: str
) -> None:
    with pytest.raises(LockError, match=words):
        reader(data)  # type: ignore[operator]


PROJECT = b"""[project]
dependencies = [
    "Requests==2.19.0",
    "jinja2>=2",
]
[project.optional-dependencies]
x = ["six"]
[dependency-groups]
dev = ["iniconfig>=2", {include-group = "other"}]
other = []
[tool.poetry.dependencies]
python = "^3.11"
flask = "^2.0"
"""


def test_what_is_declared_and_not_pinned_cannot_be_audited() -> None:
    listing = pyproject.read(PROJECT)
    assert told(listing) == {"requests@2.19.0": (True, "requests", ())}
    assert [(gap.number, gap.text) for gap in listing.gaps] == [
        (4, "jinja2>=2"),
        (13, "flask>=2.0"),
        (7, "six"),
        (9, "iniconfig>=2"),
    ]
    assert listing.gaps[0].why == "not pinned with ==; audit the lock file that pins it instead"


def test_what_a_lock_beside_it_covers_is_said() -> None:
    covered = {"requests": "uv.lock", "jinja2": "uv.lock", "six": "uv.lock"}
    listing = pyproject.read(PROJECT, covered)
    assert listing.packages == ()
    assert [gap.text for gap in listing.gaps] == ["flask>=2.0", "iniconfig>=2"]
    assert listing.notes == ("3 declared in it are locked in uv.lock",)


def test_dynamic_dependencies_are_a_gap() -> None:
    (gap,) = pyproject.read(b'[project]\ndynamic = ["dependencies"]').gaps
    assert gap.why.startswith("dynamic")
