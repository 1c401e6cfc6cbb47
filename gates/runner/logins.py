"""Lets the target's identities in, once for each start of the service."""

from gates.core.model import Reason
from gates.runner.session import Session
from gates.shell.auth import Access, AuthError, authenticate, identify, secret_values
from gates.shell.network import NetworkError, Refused, allow_list
from gates.shell.service import Running

DEFAULT = "default"


class LoginFailed(Exception):
    """An identity was not let in: `reason` is the word of the verdict, the text says why."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Logins:
    """The identities that have logged in since the service started."""

    def __init__(self, session: Session, service: Running) -> None:
        self._session = session
        self._service = service
        self._known: dict[str, Access] = {}

    def headers(self) -> dict[str, str]:
        """Headers of the identity of [auth]. Raises LoginFailed."""
        return self._access(DEFAULT).headers

    def everybody(self) -> dict[str, Access]:
        """Every identity of the target. Raises LoginFailed, naming the one."""
        return {name: self._access(name) for name in (DEFAULT, *self._session.target.identities)}

    def known(self) -> dict[str, Access]:
        """The identities that a gate has asked for by now."""
        return dict(self._known)

    def _access(self, name: str) -> Access:
        if name not in self._known:
            session = self._session
            made = self._let_in(name)
            session.secrets.learn(*secret_values(made, session.target.auth))
            self._known[name] = made
        return self._known[name]

    def _let_in(self, name: str) -> Access:
        target, variables = self._session.target, self._session.secrets.variables
        base_url = self._service.base_url
        try:
            allow = allow_list(base_url, target.service.allow if target.service else ())
            if name == DEFAULT:
                return authenticate(target.auth, base_url, variables, allow)
            one = target.identities[name]
            return identify(name, one, target.auth, base_url, variables, allow)
        except (AuthError, NetworkError) as error:
            raise LoginFailed(Reason.ENVIRONMENT_FAILED, str(error)) from error
        except Refused as error:
            raise LoginFailed(Reason.REFUSED_BY_SAFETY, f"login: {error}") from error
