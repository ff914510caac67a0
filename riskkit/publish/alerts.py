"""alerts.csv: what a reader should look at, by rules that chance does not set off."""

from __future__ import annotations

from collections.abc import Iterator

import dataframely as dy
import polars as pl

from riskkit.months import format_month, parse_month
from riskkit.publish import Publication
from riskkit.publish import _table as t
from riskkit.publish._wording import month_name, percent

RULES = ("top ten", "class", "chance of 25", "first violence")
EVEN = 0.5
_RULE = (
    "`top ten`: entered or left it; `class`: another class beyond chance; `chance of 25`: the "
    "chance of the second threshold crossed 50 %; `first violence`: a quiet unit's chance of any "
    "rose most."
)
_STATE = "`new`: raised by this publication; `earlier`: by an earlier one, kept so that it rests."


class Alerts(dy.Schema):
    """Schema version 2; without rows when nothing moved beyond chance."""

    unit = dy.String(primary_key=True, metadata=t.note("Code of the unit, as in ranking.csv."))
    name = t.words("Name of the unit.")
    rule = dy.Enum(RULES, primary_key=True, metadata=t.note(_RULE))
    direction = dy.Enum(("up", "down"), primary_key=True, metadata=t.note("Where risk moved."))
    before = dy.Float64(
        metadata=t.note("Chance (or score) before.", "probability or points", decimals=4)
    )
    now = dy.Float64(metadata=t.note("Chance (or score) now.", "probability or points", decimals=4))
    text = t.words("The alert in words.")
    state = dy.Enum(("new", "earlier"), metadata=t.note(_STATE))
    raised = t.month("`as_of` of the publication that raised it.", primary_key=True)
    as_of = t.month("Month at whose end the forecast was made.")
    data_kind = t.data_kind()
    schema_version = t.schema_version()


def table(publication: Publication, changes: pl.DataFrame) -> pl.DataFrame:
    """Raise alerts; columns as in `Alerts`, new ones first.

    An alert that an earlier publication raised is not raised again within
    `alerts.rest_months`, unless it worsened by a margin since.

    Args:
        publication: The new publication.
        changes: Its rows of changes.csv.
    """
    as_of = format_month(publication.as_of)
    raised = pl.DataFrame(list(_raised(publication, changes)), schema=_columns())
    history = _history(publication)
    fresh = raised.filter(~_rests(publication, raised, history)) if history.height else raised
    fresh = fresh.with_columns(state=pl.lit("new"), raised=pl.lit(as_of))
    kept = history.with_columns(state=pl.lit("earlier"))
    columns = [*_columns(), "state", "raised"]
    frame = pl.concat([fresh.select(columns), kept.select(columns)])
    order = pl.col("rule").cast(pl.Enum(RULES))
    return (
        frame.with_columns(*t.stamp(publication))
        .sort(pl.col("state") == "earlier", order, "unit", "direction", "raised")
        .select(Alerts.column_names())
    )


def _columns() -> dict[str, type[pl.DataType]]:
    words = dict.fromkeys(("unit", "name", "rule", "direction"), pl.String)
    return {**words, "before": pl.Float64, "now": pl.Float64, "text": pl.String}


def _raised(publication: Publication, changes: pl.DataFrame) -> Iterator[dict[str, object]]:
    """Every alert that the rules give, whatever was raised before."""
    compared = changes.filter(pl.col("state") == "compared")
    for row in compared.iter_rows(named=True):
        yield from _top_ten(publication, row)
        yield from _class(publication, row)
        yield from _chance(publication, row)
    yield from _first_violence(publication, compared)


Row = dict[str, object]


def _alert(row: Row, rule: str, before: float, now: float, text: str) -> Row:
    direction = "up" if now > before else "down"
    keys = {"unit": row["unit"], "name": row["name"], "rule": rule, "direction": direction}
    return {**keys, "before": before, "now": now, "text": text.replace("\xa0", " ")}


def _crossed(before: float, now: float, margin: float) -> bool:
    """Whether a chance crossed even odds, and by more than chance."""
    return (before < EVEN) != (now < EVEN) and abs(now - before) > margin


def _top_ten(publication: Publication, row: Row) -> Iterator[Row]:
    before, now = _number(row["p_top10_before"]), _number(row["p_top10"])
    if _crossed(before, now, publication.alert_rules.probability):
        verb = "is now likelier than not" if now > before else "is no longer likelier than not"
        text = (
            f"{row['name']} {verb} to be among the ten highest: {percent(before)} before, "
            f"{percent(now)} now"
        )
        yield _alert(row, "top ten", before, now, text)


def _class(publication: Publication, row: Row) -> Iterator[Row]:
    before, now = _number(row["score_before"]), _number(row["score"])
    same = row["class_before"] == row["risk_class"]
    if same or abs(now - before) <= publication.alert_rules.score:
        return
    verb = "rose" if now > before else "fell"
    text = (
        f"{row['name']} {verb} from {row['class_before']} to {row['risk_class']}: score "
        f"{before:.1f} before, {now:.1f} now"
    )
    yield _alert(row, "class", before, now, text)


def _chance(publication: Publication, row: Row) -> Iterator[Row]:
    before, now = _number(row["p_25_before"]), _number(row["p_25"])
    if _crossed(before, now, publication.alert_rules.probability):
        first = publication.first
        text = (
            f"{row['name']}: {first.threat.target.thresholds[1]:,} or more {first.counted}, "
            f"{percent(before)} before, {percent(now)} now"
        )
        yield _alert(row, "chance of 25", before, now, text)


def _first_violence(publication: Publication, compared: pl.DataFrame) -> Iterator[Row]:
    """The units without any in the past that is told, whose chance of any rose most."""
    rules = publication.alert_rules
    past = publication.dossier.series.filter(pl.col("threat") == publication.first.threat.name)
    quiet = past.group_by("unit").agg(pl.col("value").sum(), pl.col("month").min())
    rises = (
        compared.join(quiet.filter(pl.col("value") == 0), on="unit")
        .with_columns(rise=pl.col("p_any") - pl.col("p_any_before"))
        .filter(pl.col("rise") > rules.any)
        .sort(["rise", "unit"], descending=[True, False])
    )
    for row in rises.head(rules.first).iter_rows(named=True):
        since = month_name(str(row["month"]))
        text = (
            f"{row['name']}: the first {publication.first.counted} since {since} or longer became "
            f"more likely, {percent(row['p_any_before'])} before, {percent(row['p_any'])} now"
        )
        yield _alert(row, "first violence", row["p_any_before"], row["p_any"], text)


def _history(publication: Publication) -> pl.DataFrame:
    """Alerts of earlier publications that still rest."""
    columns: dict[str, type[pl.DataType]] = {**_columns(), "raised": pl.String}
    earlier = publication.earlier_alerts
    if earlier is None or earlier.is_empty():
        return pl.DataFrame(schema=columns)
    age = [publication.as_of - parse_month(text) for text in earlier["raised"]]
    lasting = pl.Series(age, dtype=pl.Int64).is_between(1, publication.alert_rules.rest_months)
    return earlier.filter(lasting).select(pl.col(name).cast(kind) for name, kind in columns.items())


def _rests(publication: Publication, raised: pl.DataFrame, history: pl.DataFrame) -> pl.Series:
    """Which alerts were raised lately and are no worse by now."""
    found = []
    for row in raised.iter_rows(named=True):
        same = history.filter(
            pl.col("unit") == row["unit"],
            pl.col("rule") == row["rule"],
            pl.col("direction") == row["direction"],
        )
        rules = publication.alert_rules
        margins = {"class": rules.score, "first violence": rules.any}
        margin = margins.get(row["rule"], rules.probability)
        sign = 1.0 if row["direction"] == "up" else -1.0
        found.append(any(sign * (row["now"] - then) <= margin for then in same["now"]))
    return pl.Series(found, dtype=pl.Boolean)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
