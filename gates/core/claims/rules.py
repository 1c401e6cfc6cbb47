"""The part [claims] of a target file: where the implementation log is, and where files belong."""

import msgspec


class Claims(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the log of the implementation claims, and where its evidence is. Paths: of the root."""

    log: str = ".orchestration/implementation-log.md"
    """The implementation log."""
    evidence: str = ".orchestration/evidence"
    """Folder of screenshots and saved answers; they may lie nowhere else."""
    logs: str = ".orchestration/logs"
    """Folder of the logs of tools and services; they may lie nowhere else."""
    root_files: tuple[str, ...] = ()
    """Names, or patterns of them, of further files that may lie at the root."""
