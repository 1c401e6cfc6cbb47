"""What one run works on: the judged copy of the target, its folders, secrets and cancellation."""

import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path

from gates.core.redact import Redactor
from gates.core.target import Target
from gates.shell.process import Cancellation


class Secrets:
    """The values that must never be stored; grows as the run logs in."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = dict(variables)
        self._values = set(variables.values())

    def learn(self, *values: str) -> None:
        """Remember more values, such as a token that a login gave."""
        self._values.update(values)

    def redactor(self) -> Redactor:
        """A redactor of everything known by now."""
        return Redactor(sorted(self._values))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Programs:
    """Where the tools are: the interpreter beside which they are installed, and their folder.

    `target_python` is set where no environment has to be made: controls need none of their own.
    """

    python: str = sys.executable
    bin: str = str(Path(sys.executable).parent)
    target_python: str = ""
    node_modules: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Session:
    """The fixed surroundings of a run. All paths are absolute."""

    target: Target
    tree: Path  # the snapshot that is judged
    files: tuple[str, ...]
    base_tree: Path | None
    results: Path  # results/ of the run folder
    scratch: Path  # removed when the run ends
    cache: Path  # kept between runs
    presets: Path
    environ: Mapping[str, str]
    secrets: Secrets
    cancel: Cancellation
    revision: str
    signoff_subject: str
    today: str
    advisories: str = ""
    consent: tuple[str, ...] = ()  # origins named with --i-own-this-target
    dirty: bool = False
    policy_folder: Path = Path()  # where the files beside the policy are: rules of its own tools
    programs: Programs = Programs()
    digests: Mapping[str, str] = dataclasses.field(default_factory=dict)  # SHA-256 of each file
    surroundings: str = ""  # digest of what else decides a result; "": nothing is taken over
    root: Path = Path()  # the target itself: only its git is asked, never its files
    base: str = ""  # the base revision as it was named or found, "" without one
    renamed: Mapping[str, str] = dataclasses.field(default_factory=dict)  # old path by new one
