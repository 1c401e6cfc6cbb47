"""The closed list of tags that an implementation log may carry, and what each kind is good for."""

from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What a tag says: which of these it is decides how the claim is checked."""

    CREATED = "created"
    MODIFIED = "modified"
    DELETED = "deleted"
    EVIDENCE = "evidence"  # a screenshot or a saved answer
    ASSUMPTION = "assumption"  # holds only with a verification
    DECISION = "decision"
    SUGGESTION = "suggestion"


TAGS = MappingProxyType(
    {
        "FILE_CREATED": Kind.CREATED,
        "FILE_MODIFIED": Kind.MODIFIED,
        "FILE_DELETED": Kind.DELETED,
        "SCREENSHOT_CLAIMED": Kind.EVIDENCE,
        "COMPLETION_DRIVE": Kind.ASSUMPTION,
        "COMPLETION_DRIVE_INTEGRATION": Kind.ASSUMPTION,
        "PATTERN_MOMENTUM": Kind.ASSUMPTION,
        "CARGO_CULT": Kind.ASSUMPTION,
        "ASSUMPTION_BLINDNESS": Kind.ASSUMPTION,
        "CONTEXT_ROT": Kind.ASSUMPTION,
        "FALSE_COMPLETION": Kind.ASSUMPTION,
        "PATH_DECISION": Kind.DECISION,
        "PATTERN_CONFLICT": Kind.DECISION,
        "COMPLETION_DRIVE_SUGGESTION": Kind.SUGGESTION,
        "SUGGEST_CLEANUP": Kind.SUGGESTION,
        "SUGGEST_DEFENSIVE": Kind.SUGGESTION,
        "SUGGEST_DOCUMENTATION": Kind.SUGGESTION,
        "SUGGEST_EDGE_CASE": Kind.SUGGESTION,
        "SUGGEST_ERROR_HANDLING": Kind.SUGGESTION,
        "SUGGEST_LOGGING": Kind.SUGGESTION,
        "SUGGEST_PERFORMANCE": Kind.SUGGESTION,
        "SUGGEST_REFACTORING": Kind.SUGGESTION,
        "SUGGEST_SECURITY": Kind.SUGGESTION,
        "SUGGEST_TESTING": Kind.SUGGESTION,
        "SUGGEST_VALIDATION": Kind.SUGGESTION,
    }
)
FILES = frozenset({Kind.CREATED, Kind.MODIFIED, Kind.DELETED, Kind.EVIDENCE})
