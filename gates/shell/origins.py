"""Which address a URL really names, read strictly: anything a reader could mistake is refused.

No packet is sent here. The rules for numbers as hosts follow the WHATWG URL standard, "ends in a
number checker"; where that standard repairs a spelling, we refuse it.
"""

import ipaddress
import re
from urllib.parse import SplitResult, quote, urlsplit

import msgspec

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_DEFAULT_PORTS = {"http": 80, "https": 443}
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_NUMBER = re.compile(r"([0-9]+|0x[0-9a-f]*)")
_PATH_SAFE = "%/?:@!$&'()*+,;=~-._[]|"
LOOPBACK = (ipaddress.IPv4Address("127.0.0.1"), ipaddress.IPv6Address("::1"))
# Cloud metadata services outside the link-local ranges: AWS over IPv6, Alibaba, Oracle, Azure.
_METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in ("fd00:ec2::254", "100.100.100.200", "192.0.0.192", "168.63.129.16")
)


class Refused(Exception):
    """The safety policy forbids this address. `detail` never holds credentials of the URL."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Origin(msgspec.Struct, frozen=True):
    """Scheme, host and port; two URLs are of one origin if all three are equal.

    `host` is lower case; an IPv6 address stands without brackets, in its shortest form.
    """

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """`host:port`, as a Host header wants it: without the scheme's own port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


def read_origin(url: str) -> Origin:
    """The origin of an absolute http or https URL. Raises Refused."""
    parts = _split(url)
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        raise Refused(f"scheme {_shown(scheme)} is not allowed; allowed: http, https")
    if "@" in parts.netloc:
        raise Refused("the URL holds user name or password; put credentials into [auth]")
    host = _host(parts)
    return Origin(scheme, host, _port(parts, _DEFAULT_PORTS[scheme], host))


def request_path(url: str) -> str:
    """Path and query of a URL as a request line wants them: percent-encoded, no fragment."""
    parts = _split(url)
    path = parts.path or "/"
    return quote(f"{path}?{parts.query}" if parts.query else path, safe=_PATH_SAFE)


def literal(host: str) -> Address | None:
    """The address that a host spells, None if it is a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_standard_loopback(origin: Origin) -> bool:
    """Whether an origin is this machine by its usual words: localhost, 127.0.0.1 or ::1."""
    return origin.host == "localhost" or literal(origin.host) in LOOPBACK


def never_allowed(address: Address) -> str:
    """Why an address is refused whatever the allow-list says; "" if it is not."""
    if address in _METADATA or address.is_link_local:
        return "a metadata or link-local address"
    if address.is_unspecified or address.is_multicast:
        return "not the address of one machine"
    if isinstance(address, ipaddress.IPv6Address) and _embedded(address):
        return "an IPv4 address inside an IPv6 one"
    return ""


def _embedded(address: ipaddress.IPv6Address) -> bool:
    if address in LOOPBACK:
        return False
    nat64 = address in ipaddress.IPv6Network("64:ff9b::/96")
    compatible = address in ipaddress.IPv6Network("::/96")
    return nat64 or compatible or bool(address.ipv4_mapped or address.sixtofour or address.teredo)


def _split(url: str) -> SplitResult:
    # urlsplit drops tabs and line ends silently, and repairs backslashes into slashes.
    if _FORBIDDEN.search(url):
        raise Refused("the URL holds a blank, a control character or a backslash")
    try:
        return urlsplit(url)
    except ValueError:
        raise Refused("the URL cannot be read; expected scheme://host:port/path") from None


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    if not host:
        raise Refused("the URL names no host; expected scheme://host:port/path")
    if parts.netloc.startswith("["):
        return _ipv6(host)
    if not host.isascii():
        raise Refused("the host holds non-ASCII characters, which can look like others")
    if _NUMBER.fullmatch(host.rstrip(".").rsplit(".", 1)[-1]):
        return _ipv4(host)
    if not _NAME.fullmatch(host) or len(host) > 253:
        raise Refused(f"host {_shown(host)} is no host name")
    return host


def _ipv4(host: str) -> str:
    try:
        return str(ipaddress.IPv4Address(host))
    except ValueError:
        detail = f"host {_shown(host)} is an odd spelling of a number; write it as in 127.0.0.1"
        raise Refused(detail) from None


def _ipv6(host: str) -> str:
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        raise Refused(f"host {_shown(host)} is no IPv6 address") from None
    if address.scope_id is not None or _embedded(address):
        detail = f"host {_shown(host)} is an odd spelling of an address; write it as in 127.0.0.1"
        raise Refused(detail)
    return str(address)


def _port(parts: SplitResult, default: int, host: str) -> int:
    try:
        port = parts.port
    except ValueError:
        raise Refused(f"the port of host {_shown(host)} is no number from 1 to 65535") from None
    if port == 0:
        raise Refused(f"port 0 of host {_shown(host)} is no port to connect to")
    return default if port is None else port


def _shown(text: str) -> str:
    return ascii(text[:80])
