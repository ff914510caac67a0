"""What a publication says in five sentences, written from its tables by rules."""

from __future__ import annotations

import polars as pl

from riskkit.publish import Publication
from riskkit.publish._story import Tables
from riskkit.publish._wording import count, listed, many, month_name, window_name
from riskkit.risk.likelihood import STARTS

SURE, OPEN = 0.8, 0.1
"""From where a place in the top ten is very likely, and from where it is not ruled out."""
_NAMED = 5


def sentences(publication: Publication, tables: Tables) -> list[str]:
    """Say who is highest, how sure that is, how many deaths, what moved and what it is made of."""
    ranking = tables["ranking.csv"]
    return [
        _highest(ranking),
        _certainty(ranking),
        _counts(publication, tables),
        _moved(tables),
        _made_of(ranking),
    ]


def _are(number: int) -> str:
    """Count units as the subject of a sentence.

    >>> _are(0), _are(1), _are(3)
    ('none is', '1 is', '3 are')
    """
    return {0: "none is", 1: "1 is"}.get(number, f"{number} are")


def things(ranking: pl.DataFrame) -> str:
    """Name the units: countries or cells."""
    return "cells" if ranking["unit"][0].isdigit() else "countries"


def _highest(ranking: pl.DataFrame) -> str:
    top = ranking.head(3)
    scores = listed([f"{score:.1f}" for score in top["score"]])
    verb = "has" if top.height == 1 else "have"
    classes = ranking["risk_class"].cast(pl.String)
    counted = {name: int((classes == name).sum()) for name in ("very high", "high")}
    return (
        f"{listed(top['name'].to_list())} {verb} the highest composite risk of "
        f"{ranking.height} {things(ranking)}, {scores} on a scale from 0 to 10; "
        f"{_are(counted['very high'])} in the class very high and "
        f"{counted['high'] or 'none'} in the class high."
    )


def _certainty(ranking: pl.DataFrame) -> str:
    sure = ranking.filter(pl.col("p_top10") >= SURE)
    rivals = ranking.filter(pl.col("p_top10").is_between(OPEN, SURE, closed="left")).height
    if sure.is_empty():
        return (
            "None is very likely to be among the ten highest: the places are open between "
            f"{many(rivals, 'one', things(ranking))} with a chance of at least 10\xa0%."
        )
    names = sure["name"].to_list()
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    shown = listed([*names[:_NAMED], *more])
    verb = "is" if len(names) == 1 else "are"
    return (
        f"{shown} {verb} very likely or almost certain to be among the ten highest; the other "
        f"places are open between {many(rivals, 'one', things(ranking))} with a chance of at "
        "least 10\xa0%."
    )


def _counts(publication: Publication, tables: Tables) -> str:
    ranking, first = tables["ranking.csv"], publication.first
    world = tables["regions.csv"].filter(
        pl.col("region") == "World", pl.col("threat") == first.threat.name
    )
    total = world.row(0, named=True)
    certain = ranking.filter(pl.col("p_25") >= STARTS[-1]).height
    likely = ranking.filter(pl.col("p_25").is_between(STARTS[3], STARTS[-1], closed="left")).height
    row = ranking.row(0, named=True)
    window = window_name(row["window_start"], row["window_end"])
    threshold = count(first.threat.target.thresholds[1])
    return (
        f"{'In' if ' to ' not in window else 'From'} {window}, {threshold} or more {first.counted} "
        f"({first.threat.name}) are almost certain in {certain or 'none'} of the {things(ranking)} "
        f"and likely or very likely in {likely or 'none'} of the others; "
        f"the sum over all {things(ranking)} lies between {count(total['q05'])} and "
        f"{count(total['q95'])} in 90\xa0% of the scenarios."
    )


def _moved(tables: Tables) -> str:
    changes = tables["changes.csv"]
    if changes.is_empty():
        return "There is no earlier publication to compare with, so nothing is said of change."
    clear = changes.filter(pl.col("clear"))
    up = clear.filter(pl.col("score_change") > 0).sort("score_change", descending=True)
    down = clear.filter(pl.col("score_change") < 0).sort("score_change")
    since = month_name(str(changes["compared_with"][0]))
    if clear.is_empty():
        return f"Since the publication of {since} no score moved by more than chance."
    parts = [
        f"{many(frame.height, 'score', 'scores')} {verb} beyond chance"
        + (f" ({listed(frame['name'].head(3).to_list())} most)" if frame.height else "")
        for frame, verb in ((up, "rose"), (down, "fell"))
    ]
    return f"Since the publication of {since} {' and '.join(parts)}."


def _made_of(ranking: pl.DataFrame) -> str:
    top = ranking.head(20)
    shares = (
        top.drop_nulls("main_threat")
        .group_by("main_threat")
        .len()
        .sort(["len", "main_threat"], descending=[True, False])
    )
    if shares.is_empty():
        return "No threat stands out among the highest."
    parts = [
        f"{name} in {'all' if number == top.height else number}"
        for name, number in shares.iter_rows()
    ]
    whole = pl.col("coverage").str.count_matches(" ").max()
    partial = ranking.filter(pl.col("coverage").str.count_matches(" ") < whole).height
    lacks = (
        f"; {many(partial, 'of all lacks', 'of all lack')} a threat that others have"
        if partial
        else ""
    )
    return (
        f"Among the {top.height} highest the largest part of the composite is "
        f"{listed(parts)}{lacks}."
    )
