"""Stored forms of one known password, made by the standard library or copied from the field."""

import base64
import hashlib
import hmac

import pytest

from gates.core.stored_passwords import Costs, Form, Kind, Stored, classified, together

PASSWORD = "Gk7-correct-Horse"  # pragma: allowlist secret
DATA = PASSWORD.encode()


def form(text: str, **more: str) -> Form:
    return classified(Stored(text=text, password=PASSWORD, name="ada", **more), ("pepper-0123",))


def hexed(name: str, data: bytes) -> str:
    return hashlib.new(name, data).hexdigest()


SALT = "f00dfeed"
RAW = bytes(range(8))


@pytest.mark.parametrize(
    ("text", "kind", "how"),
    [
        (PASSWORD, Kind.PLAIN, "plain text"),
        ("{noop}" + PASSWORD, Kind.PLAIN, "plain text"),
        (PASSWORD.lower(), Kind.PLAIN, "plain text"),
        (base64.b64encode(DATA).decode(), Kind.REVERSIBLE, "base64"),
        (DATA.hex(), Kind.REVERSIBLE, "hex"),
        (PASSWORD[::-1], Kind.REVERSIBLE, "written backwards"),
        (hexed("md5", DATA), Kind.FAST, "md5 without a salt"),
        (hexed("sha1", DATA).upper(), Kind.FAST, "sha1 without a salt"),
        (hexed("sha256", DATA), Kind.FAST, "sha256 without a salt"),
        (hexed("sha3_512", DATA), Kind.FAST, "sha3_512 without a salt"),
        (hexed("md5", hexed("md5", DATA).encode()), Kind.FAST, "md5 twice without a salt"),
        (f"{SALT}${hexed('sha256', SALT.encode() + DATA)}", Kind.FAST, "sha256 with a salt"),
        (f"{hexed('sha256', DATA + SALT.encode())}:{SALT}", Kind.FAST, "sha256 with a salt"),
        (f"{RAW.hex()}:{hexed('sha512', RAW + DATA)}", Kind.FAST, "sha512 with a salt"),
        (hexed("sha256", b"pepper-0123" + DATA), Kind.FAST, "sha256 with a salt"),
        (hexed("sha256", b"ada" + DATA), Kind.FAST, "sha256 with a salt"),
        (
            hmac.new(b"pepper-0123", DATA, "sha256").hexdigest(),
            Kind.FAST,
            "sha256 (HMAC) with a salt",
        ),
        (
            "{SSHA}" + base64.b64encode(hashlib.sha1(DATA + RAW).digest() + RAW).decode(),
            Kind.FAST,
            "sha1 with a salt",
        ),
        (
            "{SHA}" + base64.b64encode(hashlib.sha1(DATA).digest()).decode(),
            Kind.FAST,
            "sha1 without a salt",
        ),
        (
            "*" + hexed("sha1", hashlib.sha1(DATA).digest()).upper(),
            Kind.FAST,
            "sha1 twice without a salt",
        ),
        ("$1$abcdefgh$0123456789012345678901", Kind.FAST, "md5-crypt"),
        ("$P$Babcdefgh0123456789012345678901", Kind.FAST, "phpass"),
        ("9" * 64, Kind.UNKNOWN, "64 characters of no known form"),
        (hexed("sha256", b"another password"), Kind.UNKNOWN, "64 characters of no known form"),
        ("", Kind.UNKNOWN, "0 characters of no known form"),
    ],
)
def test_forms(text: str, kind: Kind, how: str) -> None:
    found = form(text)
    assert (found.kind, found.how) == (kind, how)
    assert found.weak is (kind in (Kind.PLAIN, Kind.REVERSIBLE, Kind.FAST))
    assert PASSWORD not in found.how


TAIL = "$c29tZXNhbHQ$RdescudvJCsgt3ub+b1dWRWJTmaasdfa"
DIGEST = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0"


@pytest.mark.parametrize(
    ("text", "cheap"),
    [
        (f"$2b$10${DIGEST}", False),
        (f"$2y$09${DIGEST}", True),
        (f"$2a$12${DIGEST}", False),
        (f"{{bcrypt}}$2a$10${DIGEST}", False),
        (f"bcrypt_sha256$$2b$12${DIGEST}", False),
        (f"$argon2id$v=19$m=65536,t=3,p=4{TAIL}", False),
        (f"$argon2id$v=19$m=65535,t=3,p=4{TAIL}", True),
        (f"$argon2id$v=19$m=65536,t=2,p=4{TAIL}", True),
        (f"argon2$argon2id$v=19$m=102400,t=3,p=8{TAIL}", False),
        (f"pbkdf2:sha256:600000$salt${'a' * 64}", False),
        (f"pbkdf2:sha256:599999$salt${'a' * 64}", True),
        ("pbkdf2_sha256$870000$salt$" + "a" * 44, False),
        ("pbkdf2_sha256$260000$salt$" + "a" * 44, True),
        ("$pbkdf2-sha512$210000$salt$" + "a" * 44, False),
        ("$pbkdf2-sha512$25000$salt$" + "a" * 44, True),
        ("$pbkdf2$1300000$salt$" + "a" * 44, False),
        ("$pbkdf2$131000$salt$" + "a" * 44, True),
        ("scrypt:131072:8:1$salt$" + "a" * 128, False),
        ("scrypt:32768:8:1$salt$" + "a" * 128, True),
        ("scrypt:32768:8:3$salt$" + "a" * 128, False),
        ("$scrypt$ln=17,r=8,p=1$salt$aaaa", False),
        ("$scrypt$ln=16,r=8,p=1$salt$aaaa", True),
        ("scrypt$salt$16384$8$5$aaaa", False),
        ("scrypt$salt$16384$8$1$aaaa", True),
        ("$6$rounds=656000$salt$aaaa", False),
        ("$6$salt$aaaa", True),
        ("$y$j9T$salt$aaaa", False),
    ],
)
def test_costs_at_both_sides_of_their_bounds(text: str, cheap: bool) -> None:
    found = form(text)
    assert found.kind is Kind.SLOW
    assert bool(found.cheap) is cheap


def test_one_lane_is_no_matter_of_cost() -> None:
    one, two = (form(f"$argon2id$v=19$m=65536,t=3,p={lanes}{TAIL}") for lanes in (1, 2))
    assert (one.one_lane, one.cheap) == (True, "")
    assert (two.one_lane, two.cheap) == (False, "")


def test_the_policy_may_ask_for_less() -> None:
    stored = Stored(text=f"$argon2id$v=19$m=19456,t=2,p=1{TAIL}", password=PASSWORD)
    costs = Costs(argon2_memory_kib=19_456, argon2_passes=2)
    assert classified(stored).cheap
    assert not classified(stored, (), costs).cheap


def stored(text: str, password: str = PASSWORD) -> Stored:
    return Stored(text=text, password=password)


def test_equal_forms_of_one_password_have_no_salt() -> None:
    found = together(stored("a" * 64), stored("a" * 64), None)
    assert found
    assert (found.kind, found.how) == (
        Kind.FAST,
        "no salt: equal passwords have equal forms",
    )


@pytest.mark.parametrize(("length", "grows"), [(64, False), (96, True), (128, True), (66, False)])
def test_a_form_that_grows_with_its_password_is_no_hash(length: int, grows: bool) -> None:
    longer = stored("c" * length, PASSWORD + "x" * 26)
    found = together(stored("a" * 64), stored("b" * 64), longer)
    assert (found is not None) is grows
