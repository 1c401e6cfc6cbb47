"""File names of the site: made of what services are called, whatever that is."""

import hashlib
import re
import unicodedata

LONGEST = 40
_OTHER = re.compile(r"[^a-z0-9]+")
OURS = re.compile(rf"[a-z0-9](?:[a-z0-9-]{{0,{LONGEST}}}[a-z0-9])?-[0-9a-f]{{16}}\.html")


def file_name(name: str, *more: str) -> str:
    """A file name of letters, digits and hyphens: of other names it is another one.

    >>> file_name("../Köln shop")
    'koln-shop-2ad196960e5ce6dd.html'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = _OTHER.sub("-", plain)[:LONGEST].strip("-") or "service"
    whole = "\0".join((name, *more)).encode("utf-8", "surrogatepass")
    return f"{slug}-{hashlib.sha256(whole).hexdigest()[:16]}.html"
