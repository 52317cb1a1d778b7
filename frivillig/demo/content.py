"""The demo's facts as values: `content.toml` and the published table."""

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Published:
    """One line of the published table: so many people volunteer in this, at these branches."""

    activity: str
    kind: str
    volunteers: int
    branches: tuple


@cache
def published():
    """The nine activities as the library service itself published them."""
    with (HERE / "odense_overview.csv").open(encoding="utf-8", newline="") as lines:
        return [
            Published(
                activity=row["activity"],
                kind=row["kind"],
                volunteers=int(row["volunteers"]),
                branches=tuple(row["branches"].split("|")),
            )
            for row in csv.DictReader(lines, delimiter=";")
        ]


@cache
def content():
    """Branches, texts, terms and shifts, as tomllib reads them."""
    return tomllib.loads((HERE / "content.toml").read_text(encoding="utf-8"))
