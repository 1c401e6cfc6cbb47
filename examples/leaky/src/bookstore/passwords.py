"""Password hashing with Argon2id, at a cost that a busy service can pay."""

import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

# OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
MEMORY_KIB = 19_456
PASSES = 2
LANES = 1
AT_ONCE = 2


class Passwords:
    """Hashes and verifies; at most two at once, so that logins cannot starve other requests."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._slots = BoundedSemaphore(AT_ONCE)
        self._decoy = self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """The encoded hash, with its own salt and parameters."""
        with self._slots:
            return self._hasher.hash(password)

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether they match. Without a hash (unknown user) the same work is done in vain."""
        with self._slots:
            try:
                matches = self._hasher.verify(password_hash or self._decoy, password)
            except (Argon2Error, InvalidHashError):
                return False
        return matches and password_hash is not None
