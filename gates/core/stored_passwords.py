"""Tells from the stored form of a known password how it was made, and whether that is enough.

Nothing is called weak that was not shown to be: a form is plain, reversible or a fast hash only if
it was made again from the password, or if the forms of several passwords show it. Costs are those
of the OWASP Password Storage Cheat Sheet (2025), for bcrypt and Argon2id those of the policy.
"""

import base64
import codecs
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What a stored form is. UNKNOWN: nothing could be shown."""

    PLAIN = "plain"
    REVERSIBLE = "reversible"
    FAST = "fast hash"
    SLOW = "slow hash"
    UNKNOWN = "unknown"


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """The least that is enough."""

    bcrypt: int = 10
    argon2_memory_kib: int = 65_536
    argon2_passes: int = 3
    pbkdf2_sha1: int = 1_300_000
    pbkdf2_sha256: int = 600_000
    pbkdf2_sha512: int = 210_000


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """One stored form. `how` names algorithm and cost, never a value of the store.

    `cheap` names the cost that is too low, "" for none. `one_lane`: Argon2 with p = 1.
    """

    kind: Kind
    how: str = ""
    cheap: str = ""
    one_lane: bool = False

    @property
    def weak(self) -> bool:
        """Whether whoever reads the store soon knows the password."""
        return self.kind in (Kind.PLAIN, Kind.REVERSIBLE, Kind.FAST)


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What the store holds of one account, and what is known of the account."""

    text: str
    password: str
    name: str = ""


SCRYPT = {131_072: 1, 65_536: 2, 32_768: 3, 16_384: 5, 8_192: 10}  # N -> least p, with r = 8
_FAST = (
    "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512",
    "blake2b", "blake2s",
)  # fmt: skip
_PREFIX = re.compile(r"^(\{[\w-]{2,20}\}|bcrypt(_sha256)?\$|argon2\$|scrypt\$(?=\$)|!)")
_BCRYPT = re.compile(r"\$2[abxy]?\$(\d\d)\$[./A-Za-z0-9]{22,}")
_ARGON2 = re.compile(r"argon2(id|i|d)\$(?:v=\d+\$)?([a-z0-9=,]+)\$")
_PBKDF2 = re.compile(
    r"\$?(?:pbkdf2)[_:-]?(?:hmac[_:-]?)?(sha\d+)?[:$](?:i=|rounds=)?(\d+)[$:,]", re.I
)
_SCRYPT = re.compile(r"\$?scrypt[:$](?:ln=(\d+),r=(\d+),p=(\d+)|(\d+):(\d+):(\d+))\$")
_DJANGO_SCRYPT = re.compile(r"scrypt\$[^$]+\$(\d+)\$(\d+)\$(\d+)\$")
_CRYPT = re.compile(r"\$(1|apr1|5|6|H|P|y|7|gy|sha1|md5)\$(?:rounds=(\d+)\$)?")
_OLD_CRYPT = {"1": "md5-crypt", "apr1": "md5-crypt", "H": "phpass", "P": "phpass", "md5": "md5"}


def classified(stored: Stored, peppers: Iterable[str] = (), costs: Costs | None = None) -> Form:
    """What one stored form is. `peppers` are secrets that may have gone into a hash."""
    text = stored.text.strip()
    if plain := _plain(text, stored.password):
        return plain
    slow = _slow(_PREFIX.sub("", text), costs or Costs())
    if slow:
        return slow
    named = f"{stored.name}@" if stored.name else ""
    salts = [*_salts(text), stored.name.encode(), named.encode(), *(p.encode() for p in peppers)]
    if found := _fast(text, stored.password, [b"", *dict.fromkeys(salt for salt in salts if salt)]):
        return Form(kind=Kind.FAST, how=found)
    return Form(kind=Kind.UNKNOWN, how=f"{len(text)} characters of no known form")


def together(first: Stored, same: Stored, longer: Stored | None) -> Form | None:
    """What forms show beside each other: two of one password, and one of a longer password.

    Equal forms of one password have no salt: whoever reads the store sees who shares a password. A
    form that grows with its password is no hash. None where nothing is shown.
    """
    if first.text == same.text:
        return Form(kind=Kind.FAST, how="no salt: equal passwords have equal forms")
    if (
        longer
        and len(first.text) == len(same.text)
        and _slow(_PREFIX.sub("", first.text), Costs()) is None
    ):
        grown = len(longer.text) - len(first.text)
        if grown > 0 and grown >= (len(longer.password) - len(first.password)) * 0.8 - 2:
            return Form(kind=Kind.REVERSIBLE, how="its length grows with the password: no hash")
    return None


def _plain(text: str, password: str) -> Form | None:
    if text == password or (len(password) >= 6 and password.lower() in text.lower()):
        return Form(kind=Kind.PLAIN, how="plain text")
    data = password.encode()
    for name, value in _reversed(password, data):
        if value and (value == text or (len(value) >= 8 and value in text)):
            return Form(kind=Kind.REVERSIBLE, how=name)
    return None


def _reversed(password: str, data: bytes) -> Iterator[tuple[str, str]]:
    yield "base64", base64.b64encode(data).decode()
    yield "base64", base64.b64encode(data).decode().rstrip("=")
    yield "base64", base64.urlsafe_b64encode(data).decode()
    yield "base64 twice", base64.b64encode(base64.b64encode(data)).decode()
    yield "base32", base64.b32encode(data).decode()
    yield "base85", base64.b85encode(data).decode()
    yield "hex", data.hex()
    yield "hex", data.hex().upper()
    yield "written backwards", password[::-1]
    yield "rot13", codecs.encode(password, "rot13")
    yield "base64 of it backwards", base64.b64encode(data[::-1]).decode()


def _slow(text: str, costs: Costs) -> Form | None:
    """A hash that is made to be slow, by what its text says of itself."""
    for read in (_bcrypt, _argon2, _pbkdf2, _scrypt, _crypt):
        if found := read(text, costs):
            return found
    return None


def _bcrypt(text: str, costs: Costs) -> Form | None:
    match = _BCRYPT.search(text)
    if not match:
        return None
    cost = int(match[1])
    cheap = f"cost {cost}; allowed: {costs.bcrypt} or more" if cost < costs.bcrypt else ""
    return Form(kind=Kind.SLOW, how=f"bcrypt, cost {cost}", cheap=cheap)


def _argon2(text: str, costs: Costs) -> Form | None:
    match = _ARGON2.search(text)
    if not match:
        return None
    said = dict(part.split("=", 1) for part in match[2].split(",") if "=" in part)
    memory, passes, lanes = (_whole(said.get(key)) for key in ("m", "t", "p"))
    low = memory < costs.argon2_memory_kib or passes < costs.argon2_passes
    allowed = f"m={costs.argon2_memory_kib}, t={costs.argon2_passes} or more"
    return Form(
        kind=Kind.SLOW,
        how=f"argon2{match[1]}, m={memory}, t={passes}, p={lanes}",
        cheap=f"m={memory}, t={passes}; allowed: {allowed}" if low else "",
        one_lane=lanes == 1,
    )


def _pbkdf2(text: str, costs: Costs) -> Form | None:
    match = _PBKDF2.search(text)
    if not match:
        return None
    name, rounds = (match[1] or "sha1").lower(), int(match[2])
    least = {"sha1": costs.pbkdf2_sha1, "sha512": costs.pbkdf2_sha512}.get(
        name, costs.pbkdf2_sha256
    )
    cheap = f"{rounds} rounds; allowed: {least} or more" if rounds < least else ""
    return Form(kind=Kind.SLOW, how=f"pbkdf2 ({name}), {rounds} rounds", cheap=cheap)


def _scrypt(text: str, _: Costs) -> Form | None:
    match = _SCRYPT.search(text)
    if match:
        numbers = (2 ** int(match[1]), match[2], match[3]) if match[1] else match.groups()[3:]
    else:
        match = _DJANGO_SCRYPT.search(text)
        if not match:
            return None
        numbers = match.groups()
    n, r, p = (int(number) for number in numbers)
    enough = any(n >= least_n and p >= least_p for least_n, least_p in SCRYPT.items()) and r >= 8
    cheap = "" if enough else f"N={n}, r={r}, p={p}; allowed: N=131072, r=8, p=1 or as much"
    return Form(kind=Kind.SLOW, how=f"scrypt, N={n}, r={r}, p={p}", cheap=cheap)


def _crypt(text: str, costs: Costs) -> Form | None:
    """The forms of crypt(3): the old ones are fast, those of SHA-2 cost as PBKDF2 would."""
    match = _CRYPT.match(text)
    if not match:
        return None
    if match[1] in ("y", "7", "gy"):
        return Form(kind=Kind.SLOW, how="yescrypt or scrypt of crypt(3)")
    if match[1] in _OLD_CRYPT or match[1] == "sha1":
        return Form(kind=Kind.FAST, how=_OLD_CRYPT.get(match[1], "sha1-crypt"))
    rounds = int(match[2] or 5000)
    least = costs.pbkdf2_sha256 if match[1] == "5" else costs.pbkdf2_sha512
    name = "sha256-crypt" if match[1] == "5" else "sha512-crypt"
    cheap = f"{rounds} rounds; allowed: {least} or more" if rounds < least else ""
    return Form(kind=Kind.SLOW, how=f"{name}, {rounds} rounds", cheap=cheap)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 12 else 0


def _salts(text: str) -> Iterator[bytes]:
    """Every part of the stored form that may be a salt: as text, and decoded."""
    for part in re.split(r"[$:;.|,}{\s]+", text)[:8]:
        if not 2 <= len(part) <= 128:
            continue
        yield part.encode()
        yield from _decoded(part)
    # A salt may also stand in front of the digest, or behind it, with nothing in between.
    for raw in _decoded(re.sub(r"^\{\w+\}", "", text)):
        for size in (16, 20, 32, 64):
            if size < len(raw) <= size + 32:
                yield raw[size:]
                yield raw[:-size]


def _decoded(text: str) -> Iterator[bytes]:
    if re.fullmatch(r"(?:[0-9a-fA-F]{2})+", text):
        yield bytes.fromhex(text)
    try:
        yield base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        return


def _fast(text: str, password: str, salts: list[bytes]) -> str:
    """The name of the fast hash that gives this form, "" if none does."""
    lower = text.lower()
    data = password.encode()
    for algorithm in _FAST:
        for salt in salts:
            for how, digest in _digests(algorithm, data, salt):
                if _shows(digest, text, lower):
                    salted = " with a salt" if salt else " without a salt"
                    return f"{algorithm}{how}{salted}"
    for how, digest in (("NTLM", _ntlm(password)), ("MySQL password", _mysql(data))):
        if digest and digest.hex() in lower:
            return how
    return ""


def _digests(algorithm: str, data: bytes, salt: bytes) -> Iterator[tuple[str, bytes]]:
    def made(value: bytes) -> bytes:
        return hashlib.new(algorithm, value, usedforsecurity=False).digest()

    once = made(data)
    if not salt:
        yield "", once
        yield " twice", made(once)
        yield " twice", made(once.hex().encode())
        return
    for joined in (salt + data, data + salt, salt + b":" + data, data + b":" + salt):
        yield "", made(joined)
    yield "", made(salt + data + salt)
    yield " twice", made(once.hex().encode() + salt)
    yield " twice", made(salt + once.hex().encode())
    yield " (HMAC)", hmac.new(salt, data, algorithm).digest()


def _shows(digest: bytes, text: str, lower: str) -> bool:
    encoded = base64.b64encode(digest).decode()
    forms: tuple[Callable[[], bool], ...] = (
        lambda: digest.hex() in lower,
        lambda: encoded.rstrip("=") in text,
        lambda: encoded.rstrip("=").replace("+", "-").replace("/", "_") in text,
        lambda: any(raw.startswith(digest) or raw.endswith(digest) for raw in _raw(text)),
    )
    return any(form() for form in forms)


def _raw(text: str) -> Iterator[bytes]:
    yield from _decoded(re.sub(r"^\{\w+\}", "", text))


def _mysql(data: bytes) -> bytes:
    once = hashlib.sha1(data, usedforsecurity=False).digest()
    return hashlib.sha1(once, usedforsecurity=False).digest()


def _ntlm(password: str) -> bytes:
    """MD4 of the UTF-16 password, b"" where this machine's library has no MD4 any more."""
    try:
        return hashlib.new("md4", password.encode("utf-16-le"), usedforsecurity=False).digest()
    except ValueError:
        return b""
