"""What each app tells the start page: numbers (tiles), and what waits for somebody (rows)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tile:
    """A number with its words, and where it leads. `order` says where it stands."""

    label: str
    number: int
    url: str
    order: int = 50


@dataclass(frozen=True)
class Waiting:
    """Something that waits: how many, in words, why it matters, and where to do it.

    `urgent` marks what has a deadline or stops somebody. Apps leave out rows of zero.
    """

    text: str
    number: int
    url: str
    action: str
    why: str = ""
    urgent: bool = False
    order: int = 50
