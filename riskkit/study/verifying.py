"""Grading what an archive holds, and building it again."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from riskkit.archive import Archive
from riskkit.archive.ledger import (
    EARLY,
    FIGURES,
    FIRST,
    GRADED,
    LIVE,
    REPLAYED,
    SETTLES,
    VOID,
    Graded,
    lines_of,
    outcomes_file,
    outcomes_text,
    read,
    void,
)
from riskkit.errors import RiskkitError
from riskkit.forecasting.targets import find
from riskkit.months import format_month, month_id_expr, parse_month
from riskkit.publish.grading import FILE, POINTS
from riskkit.study.grading import ANY_TIME, counts, known_to, target_of

if TYPE_CHECKING:
    from riskkit.study.study import Study


@dataclass(frozen=True)
class Verdict:
    """What became of a publication, on one kind of figures.

    Attributes:
        publication: Its dated folder.
        kind: "live", or "replayed" if it was archived after its window had ended.
        figures: "first" or "settled".
        state: "graded", "void" or "too early".
        reason: Why it is not graded; empty if it is.
        new: Whether the ledger did not know it before.
    """

    publication: str
    kind: str
    figures: str
    state: str
    reason: str = ""
    new: bool = False


def grade_archive(study: Study, archive: Archive) -> list[Verdict]:
    """Grade every archived publication whose window has come true, and add it to the ledger.

    Each is graded twice, on the first figures and on the settled ones. What is in the ledger stays
    as it is.

    Args:
        study: Whose data tell what came.
        archive: The archive.

    Raises:
        RiskkitError: The ledger was changed, or the archive cannot be written.
    """
    changed = archive.findings()
    known = _known(archive)
    rows: list[dict[str, Any]] = []
    outcomes: dict[str, str] = {}
    verdicts = []
    for entry in archive.entries():
        name = entry["folder"]
        spoilt = [text for text in changed if text.startswith(f"{name}/")]
        one = None if spoilt else _graded(archive, entry)
        for figures in FIGURES:
            kind = LIVE if one is None else one.kind
            state, reason = known.get((name, figures), (None, ""))
            if state == GRADED:
                verdicts.append(Verdict(name, kind, figures, GRADED))
                continue
            if one is None:
                told = spoilt[0] if spoilt else "it does not say how it is to be graded"
                verdicts.append(Verdict(name, kind, figures, VOID, told))
                continue
            state, reason, came, to = _came(study, one, figures)
            if came is not None:
                made = lines_of(one, figures, came, to)
                state, reason = made[0]["state"], made[0].get("reason", "")
                outcomes[outcomes_file(name, figures)] = outcomes_text(came)
            else:
                made = [void(one, figures, reason)] if state == VOID else []
            new = state == GRADED or (bool(made) and (name, figures) not in known)
            rows += made if new else []
            verdicts.append(Verdict(name, kind, figures, state, reason, new))
    archive.record(rows, outcomes)
    return verdicts


def _known(archive: Archive) -> dict[tuple[str, str], tuple[str, str]]:
    """State and reason of what the ledger has, by publication and figures; the last one counts."""
    rows = read(archive.ledger()).select("publication", "figures", "state", "reason")
    return {(name, figures): (state, why or "") for name, figures, state, why in rows.iter_rows()}


def _graded(archive: Archive, entry: Mapping[str, Any]) -> Graded | None:
    """Read what an archived publication is graded by; None if it is older than such rules."""
    name = entry["folder"]
    rule, points = (archive.place.read(f"{name}/{file}") for file in (FILE, POINTS))
    if rule is None or points is None:
        return None
    told = json.loads(rule)
    first = next(iter(told["threats"].values()))
    kind = LIVE if str(entry["archived"])[:7] <= first["window_end"] else REPLAYED
    return Graded(name, kind, told, pl.read_parquet(io.BytesIO(points)), entry["sha256"])


def _came(study: Study, one: Graded, figures: str) -> tuple[str, str, pl.DataFrame | None, str]:
    """State, reason, counts if it is time for them, and the month to which the data go."""
    threats = one.told["threats"]
    try:
        series = {name: find(target_of(told), study.releases) for name, told in threats.items()}
    except RiskkitError as error:
        return EARLY, f"what came is not at hand: {error.what}", None, ""
    simulated = any(of_threat.simulated for of_threat in series.values())
    if simulated != (one.told["data_kind"] == "simulated"):
        return EARLY, "what came is not at hand: the data are of another kind", None, ""
    last = max(parse_month(told["window_end"]) for told in threats.values())
    known = min(known_to(study, told) for told in threats.values())
    need = last if figures == FIRST else last + SETTLES
    due = one.told["due"][figures]
    if known < need:
        short = min(threats, key=lambda name: known_to(study, threats[name]))
        told = f"{short} is known to {format_month(known)}, needed is {format_month(need)}"
        return EARLY, f"{told}; due {due}", None, ""
    to = format_month(known)
    if figures == FIRST and known >= last + SETTLES:
        if not _keeps_first(study, one):
            why = f"the release at hand goes to {to}: the first figures are not at hand any more"
            return VOID, why, None, to
        return GRADED, "", counts(study, one.told, parse_month(due)), to
    return GRADED, "", counts(study, one.told, ANY_TIME), to


def _keeps_first(study: Study, one: Graded) -> bool:
    """Whether the data at hand hold earlier values beside revised ones, for every threat."""
    return all(_has_vintages(study, told) for told in one.told["threats"].values())


def _has_vintages(study: Study, told: Mapping[str, Any]) -> bool:
    first, last = parse_month(told["window_start"]), parse_month(told["window_end"])
    for release, indicator in find(target_of(told), study.releases):
        rows = release.observations.filter(
            pl.col("indicator") == indicator.name, month_id_expr("month").is_between(first, last)
        )
        if rows.height == rows.select("unit", "month").unique().height:
            return False
    return True


def summary(verdicts: list[Verdict]) -> Iterator[str]:
    """Say it in lines: how many are in each state, and why those that are not graded are not."""
    for figures in FIGURES:
        states = [one.state for one in verdicts if one.figures == figures]
        told = ", ".join(f"{states.count(state)} {state}" for state in (GRADED, VOID, EARLY))
        yield f"{figures} figures: {told}"
    for one in verdicts:
        if one.state != GRADED:
            yield f"{one.publication}, {one.figures} figures: {one.state}, {one.reason}"
