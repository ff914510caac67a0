"""status.json: is the newest publication still good? Four different words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from riskkit.months import last_day, parse_month

FRESH, LATE, NO_DATA, ERROR = "fresh", "late", "no data", "error"
WORDS = {
    FRESH: "the newest publication stands on the newest figures that are due",
    LATE: "newer figures were due, and there is no publication of them",
    NO_DATA: "the last attempt found no data to publish from, or nothing was ever published",
    ERROR: "the last attempt failed for another reason",
}


def status(
    entries: Sequence[Mapping[str, Any]],
    now: datetime,
    *,
    word: str | None = None,
    what: str | None = None,
) -> dict[str, Any]:
    """Say how an archive stands.

    Args:
        entries: Its publications, the newest last.
        now: The time.
        word: What the last attempt came to, if it failed.
        what: Its message.
    """
    newest = entries[-1] if entries else {}
    due = newest.get("next_due")
    until = None if due is None else last_day(parse_month(due))
    if word is None:
        late = until is not None and now.date() > until
        word = NO_DATA if not entries else LATE if late else FRESH
    return {
        "status": word,
        "meaning": WORDS[word],
        "message": what,
        "publication": newest.get("folder"),
        "as_of": newest.get("as_of"),
        "archived": newest.get("archived"),
        "next_due": None if until is None else until.isoformat(),
        "checked": f"{now:%Y-%m-%dT%H:%M:%SZ}",
    }
