"""What record.csv says of the last rankings, and whether the models are worth publishing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from riskkit.publish import COMPOSITE

LIVE, REPLAYED = "live", "replayed"
FEWEST_PUBLICATIONS = 5
"""No average over fewer graded publications is printed."""
_BASELINES = {"conflictology": "conflictology", "zero": "always zero"}


def settled(record: pl.DataFrame) -> pl.DataFrame:
    """Of each publication and rule the settled figures, or the first while there are no others."""
    best = record.sort(pl.col("figures") == "first", maintain_order=True)
    keys = ["kind", "publication", "threat", "rule"]
    return best.unique(keys, keep="first", maintain_order=True).sort("as_of", "publication")


def worse(record: pl.DataFrame) -> list[str]:
    """Say where the models did worse than conflictology or zero in the recent graded windows.

    Judged is the mean CRPS of the last five windows: of live publications if there are as many,
    else of replayed ones; with fewer, nothing is said.

    Args:
        record: Rows of `Record`.

    Returns:
        A sentence for each threat and baseline; empty if there is nothing to warn of.
    """
    for kind in (LIVE, REPLAYED):
        rows = settled(record.filter((pl.col("kind") == kind) & (pl.col("rule") == "crps")))
        months = rows["as_of"].unique().sort().tail(FEWEST_PUBLICATIONS)
        if len(months) == FEWEST_PUBLICATIONS:
            return list(_worse(rows.filter(pl.col("as_of").is_in(months.to_list())), kind))
    return []


def _worse(rows: pl.DataFrame, kind: str) -> Iterator[str]:
    of = "published" if kind == LIVE else "replayed"
    for threat in rows["threat"].unique(maintain_order=True):
        mine = rows.filter(threat=threat)
        if mine.height < FEWEST_PUBLICATIONS:
            continue
        for column, name in _BASELINES.items():
            both = mine.drop_nulls(["value", column])
            if both.height < FEWEST_PUBLICATIONS:
                continue
            own, other = (both.select(pl.col(c).mean()).item() for c in ("value", column))
            if own > other:
                what = "The composite" if threat == COMPOSITE else f"The model of {threat}"
                yield (
                    f"{what} did worse than {name} in the last {both.height} {of} rankings that "
                    f"could be graded: mean CRPS {own:.3f} against {other:.3f} (lower is better)."
                )


def windows(record: pl.DataFrame, kind: str) -> list[dict[str, Any]]:
    """Each graded ranking of a kind in figures and names, the newest first."""
    rows = settled(record.filter((pl.col("kind") == kind) & (pl.col("threat") == COMPOSITE)))
    found = []
    for (publication,), mine in rows.partition_by(
        "publication", as_dict=True, maintain_order=True
    ).items():
        by_rule = {row["rule"]: row for row in mine.to_dicts()}
        if {"top_10", "crps", "spearman"} <= by_rule.keys():
            about = {key: mine[key][0] for key in ("as_of", "window_start", "window_end")}
            found.append({"publication": publication, **about, **by_rule})
    return sorted(found, key=lambda one: one["as_of"], reverse=True)


def means(record: pl.DataFrame, kind: str) -> list[dict[str, Any]]:
    """Means of the composite over the windows of a kind; none below the minimum."""
    found = windows(record, kind)
    if len(found) < FEWEST_PUBLICATIONS:
        return []
    told = []
    for rule in ("top_10", "spearman", "crps"):
        columns = ("value", "last_year", "conflictology")
        rows = pl.DataFrame([{c: one[rule][c] for c in columns} for one in found])
        told.append({"rule": rule, "windows": len(found), **rows.mean().row(0, named=True)})
    return told
