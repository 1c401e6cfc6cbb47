"""Which part of a list is wanted."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from bookstore.schemas import OFFSET_MAXIMUM, PAGE_DEFAULT, PAGE_MAXIMUM

Limit = Annotated[
    int,
    Query(
        ge=1,
        json_schema_extra={"maximum": PAGE_MAXIMUM},
        description="Items per page.",
        examples=[PAGE_DEFAULT],
    ),
]
Offset = Annotated[
    int,
    Query(
        ge=0,
        json_schema_extra={"maximum": OFFSET_MAXIMUM},
        description="Items to pass over.",
        examples=[0],
    ),
]


@dataclass(frozen=True)
class Slice:
    """`limit` items after the first `offset`."""

    limit: int
    offset: int


async def _slice(limit: Limit = PAGE_DEFAULT, offset: Offset = 0) -> Slice:
    return Slice(limit, offset)


Slicing = Annotated[Slice, Depends(_slice)]
