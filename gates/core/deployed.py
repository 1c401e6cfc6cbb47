"""What a target file says of its deployment: its files, its staging, and the status of its CI."""

import re

import msgspec

Command = tuple[str, ...]
DOCKERFILES = ("dockerfile", "containerfile")
_OTHERS = (  # endings that say what else a file is: dockerfile.py, Dockerfile.md
    *(".dockerignore", ".go", ".html", ".j2", ".java", ".js", ".json", ".md", ".php", ".py"),
    *(".rb", ".rs", ".rst", ".sh", ".tmpl", ".toml", ".tpl", ".ts", ".txt", ".yaml", ".yml"),
)
_OF_DESKS = frozenset(  # parts of the names of images that nobody deploys
    {
        *("bench", "ci", "cypress", "debug", "dev", "devcontainer", "development", "docs", "e2e"),
        *("lint", "local", "playwright", "test", "testing", "tests"),
    }
)
COMMIT = "{commit}"
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


class Deployment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The files of the deployment, where their names do not tell. Paths are relative to the root.

    Each list that is empty means: every file of the tree that is one by its name.
    """

    dockerfiles: tuple[str, ...] = ()
    """Dockerfiles of the images that are deployed."""
    compose: tuple[str, ...] = ()
    """Compose files."""
    alerts: tuple[str, ...] = ()
    """Rule files of Prometheus."""
    dashboards: tuple[str, ...] = ()
    """Dashboards of Grafana, as JSON."""
    metrics: tuple[str, ...] = ()
    """Metrics of others that alerts and dashboards may name: probe_success, or node_*."""


class Staging(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the staging environment says which commit it runs."""

    url: str
    """Address that is asked; an origin other than this machine has to be in service.allow too."""
    header: str = ""
    """Header of the answer that holds the commit."""
    pointer: str = ""
    """JSON pointer (RFC 6901) to the commit in the answer, instead of a header."""
    deadline_s: float = 10.0
    """Seconds to answer in."""


class Pipeline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the status of the CI of a commit is asked."""

    command: Command
    """The program and its arguments, no shell; `{commit}` is the commit. Exit code 0: green."""
    says: str = ""
    """What its output has to be as well, white space at the ends left out; empty: anything."""
    deadline_s: float = 60.0
    """Seconds to end in."""


def is_dockerfile(path: str) -> bool:
    """Whether a file is one by its name: Dockerfile, api.Dockerfile, Dockerfile.prod …"""
    name = path.rpartition("/")[2].lower()
    if name.endswith(_OTHERS):
        return False
    return name.startswith(DOCKERFILES) or name.endswith(tuple(f".{one}" for one in DOCKERFILES))


def is_deployed(path: str) -> bool:
    """Whether a Dockerfile makes an image for others, not for a desk or a test, by its names."""
    *folders, name = path.lower().split("/")
    said = {*re.split(r"[._-]", name), *(folder.lstrip(".") for folder in folders)}
    return is_dockerfile(path) and not said & _OF_DESKS


def is_commit(said: str, commits: tuple[str, ...]) -> bool:
    """Whether a text names one of the commits, in full or by seven characters or more."""
    text = said.strip().lower()
    return bool(_COMMIT.fullmatch(text)) and any(one.startswith(text) for one in commits)
