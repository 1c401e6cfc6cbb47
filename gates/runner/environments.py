"""What the target's code runs in: its Python environment, its Node packages, made on first use."""

import sys
from pathlib import Path
from threading import Lock

from gates.core.model import Failure, Reason
from gates.runner.session import Session
from gates.runner.unavailable import had
from gates.shell import environment, node_programs


class Environments:
    """Makes each environment once, for whichever gate asks first."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = Lock()
        self._python: str | Failure | None = None
        self._modules: str | Failure | None = None
        self._node: str | Failure | None = None

    def python(self) -> str:
        """The target environment's interpreter, made on first use. Raises Unavailable."""
        with self._lock:
            if self._python is None:
                self._python = self._made()
        return had(self._python)

    def node(self) -> str:
        """The program that runs the target's JavaScript. Raises Unavailable."""
        with self._lock:
            if self._node is None:
                try:
                    self._node = str(node_programs.find(self._session.environ).node)
                except node_programs.NodeMissing as error:
                    self._node = Failure(reason=Reason.ENVIRONMENT_FAILED, detail=str(error))
        return had(self._node)

    def node_modules(self) -> str:
        """The target's Node packages in the judged tree, made on first use. Raises Unavailable."""
        with self._lock:
            if self._modules is None:
                self._modules = self._made_modules()
        return had(self._modules)

    def _made_modules(self) -> str | Failure:
        session = self._session
        if session.target.node is None:
            return ""
        output = session.scratch / "node"
        output.mkdir(parents=True, exist_ok=True)
        given = session.programs.node_modules
        try:
            if given:
                package = session.tree / session.target.node.package
                return str(environment.link_modules(Path(given), package))
            made = environment.node_environment(
                session.target.node,
                session.tree,
                session.cache,
                session.cancel,
                output,
                env=session.environ,
            )
        except environment.EnvironmentFailed as error:
            reason = Reason.CANCELLED if session.cancel.is_set() else Reason.ENVIRONMENT_FAILED
            return Failure(reason=reason, detail=error.detail)
        return str(made.modules)

    def _made(self) -> str | Failure:
        session = self._session
        if session.programs.target_python:
            return session.programs.target_python
        if session.target.code is None:
            return ""
        try:
            made = environment.target_environment(
                session.target.code,
                session.tree,
                session.cache,
                Path(sys.executable),
                session.cancel,
                session.scratch / "environment",
                env=session.environ,
            )
        except environment.EnvironmentFailed as error:
            reason = Reason.CANCELLED if session.cancel.is_set() else Reason.ENVIRONMENT_FAILED
            return Failure(reason=reason, detail=error.detail)
        return str(made)
