"""What was taken from a repository's history: agreed between who exports it and who scans it."""

import msgspec

MANIFEST = "history.json"
BLOBS = "blobs"


class Version(msgspec.Struct, frozen=True):
    """One version of one file, stored as `blobs/<commit>/<path>`: the commit that brought it in."""

    commit: str  # 12 hex digits
    path: str

    @property
    def stored(self) -> str:
        """Where its content is, relative to the folder with the blobs."""
        return f"{self.commit}/{self.path}"


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The manifest: `versions` oldest first, what was taken, and why something is missing."""

    versions: tuple[Version, ...] = ()
    told: str = ""  # a sentence: which commits
    missing: str = ""  # why this is less than was asked for
