"""Networks: who was tied to whom at the end of each month, and what a unit's partners hold.

A panel keeps a network as one column beside its rows (see `NETWORK`): the partners of each unit
are listed in the months in which the network is renewed, and nowhere else. A relation that never
changes costs one list per unit, a yearly one a list per unit and year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.months import month_id_expr
from riskkit.panel._declared import by_name
from riskkit.panel.arrays import is_complete
from riskkit.panel.vintages import revised_since
from riskkit.tables import Dyads, Relation, Release

NETWORK = pl.List(pl.Struct({"other": pl.UInt32, "weight": pl.Float64}))
"""Partners of a unit, as positions among the sorted units, with the weights of their ties. Null
where they are those of the month before; an empty list where there are none."""

How = Literal["mean", "sum", "max", "min", "concentration"]
_Array = NDArray[np.float64]
_Index = NDArray[np.intp]
_PREFIX = "over:"
_TIE = ("relation", "unit", "other", "row")
_LAGS = {"relation": pl.String, "lag": pl.Int32}
_FOREVER = 10**6
_BLOCK = 2**19  # values of partners per pass, which stay in the processor's cache
_SUMS = ("sum", "mean")
_UNITS = 256  # units per product, whose sums stay in the cache too
_IN_ORDER = 8  # partners that numpy adds one after another: those but the first, then the first


def network_column(relation: str) -> str:
    """Name of the column that holds a relation's network while features are built.

    >>> network_column("contiguity")
    'over:contiguity'
    """
    return _PREFIX + relation


def relations_among(columns: Iterable[str]) -> tuple[str, ...]:
    """Relations whose networks are among these columns, sorted, each once.

    >>> relations_among(["deaths", "over:trade", "over:contiguity", "over:trade"])
    ('contiguity', 'trade')
    """
    networks = {name for name in columns if name.startswith(_PREFIX)}
    return tuple(sorted(name.removeprefix(_PREFIX) for name in networks))


def build_networks(
    releases: Sequence[Release], units: Sequence[str], first_month: int, as_of: int
) -> dict[str, pl.Series]:
    """Lay out every relation by month, using only what was published by the end of `as_of`.

    The row of month t holds, of a monthly relation with a publication lag of L months, the ties
    of month t - L, each as last revised by the end of `as_of`; of any other those of the newest
    period of which anything was known at the end of t, each as last revised by then. A pair
    without a row in that period has no tie.

    Args:
        releases: The sources as read.
        units: The units of the panel, sorted; ties with any other are left out.
        first_month: Month id of the panel's first row.
        as_of: Month id of its last row.

    Returns:
        By relation a `NETWORK` column with a row for each unit and month, sorted by both.

    Raises:
        RiskkitError: Two sources bring the same relation.
    """
    known = _known_ties(releases, as_of)
    months = range(first_month, as_of + 1)
    return {
        name: _network(known.filter(pl.col("relation") == name), relation, units, months)
        for name, relation in _relations(releases).items()
    }


def networks_revised_since(
    releases: Sequence[Release], units: Sequence[str], first_month: int, as_of: int
) -> set[int]:
    """Find the months of which `build_networks` would have shown other ties than it does now.

    See `riskkit.panel.vintages`; the arguments are those of `build_networks`.
    """
    monthly = {r.name: r.lag_months for r in _relations(releases).values() if _moves(r)}
    lags = pl.DataFrame({"relation": list(monthly), "lag": list(monthly.values())}, schema=_LAGS)
    inside = pl.col("unit").is_in(units) & pl.col("other").is_in(units)
    ties = _known_ties(releases, as_of).filter(inside).join(lags, on="relation")
    vintages = ties.with_columns(row=pl.col("period") + pl.col("lag"))
    return revised_since(vintages, _TIE, range(first_month, as_of + 1), absent=0.0)


def _relations(releases: Sequence[Release]) -> dict[str, Relation]:
    return by_name("relation", (r for release in releases for r in release.relations))


def _moves(relation: Relation) -> bool:
    """Whether each month has ties of its own, and so a row of its own that they stand in."""
    return relation.frequency == "month"


def _known_ties(releases: Sequence[Release], as_of: int) -> pl.DataFrame:
    """Vintages of ties with the month ids of their `period` and of when they were `known`."""
    tables = (release.dyads for release in releases if release.dyads is not None)
    columns = Dyads.column_names()
    dyads = pl.concat([Dyads.create_empty(), *(table.select(columns) for table in tables)])
    return dyads.with_columns(
        period=month_id_expr("month"), known=month_id_expr("known_from")
    ).filter(pl.col("known") <= as_of)


def _network(
    ties: pl.DataFrame, relation: Relation, units: Sequence[str], months: range
) -> pl.Series:
    changes = _changes(ties, relation).filter(
        pl.col("until") > months.start, pl.col("at") < months.stop
    )
    changes = changes.with_columns(start=pl.max_horizontal("at", pl.lit(months.start)))
    renewals = pl.concat([changes["start"], changes["until"]]) - months.start
    told = pl.lit(True) if _moves(relation) else pl.col("known") <= pl.col("at")
    partners = (
        ties.join(changes, on="period")
        .filter(told)
        .sort("known_from")
        .group_by("start", "unit", "other", maintain_order=True)
        .agg(pl.col("value").last())
        .filter(pl.col("value") > 0)
    )
    return _column(partners, renewals, units, months)


def _changes(ties: pl.DataFrame, relation: Relation) -> pl.DataFrame:
    """Months `at` which the network is renewed, the `period` it then shows, and `until` when."""
    if _moves(relation):
        shown = ties.select("period", at=pl.col("period") + relation.lag_months).unique()
        carry = 1
    else:
        shown = (
            ties.sort("known", "period")
            .filter(pl.col("period") == pl.col("period").cum_max())
            .unique("known", keep="last")
            .select("period", at=pl.col("known"))
        )
        carry = _FOREVER if relation.frequency == "constant" else relation.carry_months
    following = pl.col("at").shift(-1)
    return shown.sort("at").with_columns(until=pl.min_horizontal(following, pl.col("at") + carry))


def _column(
    partners: pl.DataFrame, renewals: pl.Series, units: Sequence[str], months: range
) -> pl.Series:
    """Lay out partners by row of the panel: columns `start, unit, other, value`."""
    position = pl.DataFrame({"unit": units}, schema={"unit": pl.String}).with_row_index("position")
    listed = (
        partners.join(position, on="unit")
        .join(position.rename({"unit": "other", "position": "partner"}), on="other")
        .with_columns(
            row=pl.col("position").cast(pl.Int64) * len(months) + pl.col("start") - months.start
        )
        .sort("row", "partner")
        .group_by("row", maintain_order=True)
        .agg(network=pl.struct(other=pl.col("partner"), weight=pl.col("value")))
    )
    rows = pl.DataFrame({"row": pl.int_range(len(units) * len(months), eager=True)})
    renewed = (pl.col("row") % len(months)).is_in(renewals.cast(pl.Int64).unique().implode())
    network = pl.col("network").cast(NETWORK)
    nobody = pl.lit([], dtype=NETWORK)
    return (
        rows.join(listed, on="row", how="left", maintain_order="left")
        .select(pl.when(renewed).then(pl.coalesce(network, nobody)).alias("network"))
        .to_series()
    )


def partners_of(
    network: pl.Series, places: NDArray[np.integer[Any]], n_months: int
) -> NDArray[np.int64]:
    """Name the partners that some units ever have.

    Args:
        network: A `NETWORK` column of all units.
        places: Places of the units.
        n_months: Number of months.

    Returns:
        Their places, ascending.
    """
    rows = (places[:, None] * n_months + np.arange(n_months)).ravel()
    lists = network.gather(rows).drop_nulls()
    flat = lists.filter(lists.list.len() > 0).explode().struct.unnest()
    return np.unique(flat["other"].cast(pl.Int64).to_numpy())


def network_among(network: pl.Series, places: NDArray[np.integer[Any]], n_units: int) -> pl.Series:
    """Keep the ties among some units, whose places are counted anew.

    Args:
        network: A `NETWORK` column of these units alone, whose partners are any unit.
        places: Their places among all units, ascending.
        n_units: Number of all units.
    """
    listed = network.is_not_null().arg_true()
    sizes = network.gather(listed).list.len().to_numpy()
    flat = network.gather(listed).filter(pl.Series(sizes > 0)).explode().struct.unnest()
    anew = np.full(n_units, -1, dtype=np.int64)
    anew[places] = np.arange(len(places))
    other, row = anew[flat["other"].to_numpy()], np.repeat(listed.to_numpy(), sizes)
    kept = other >= 0
    ties = pl.DataFrame(
        {"row": row[kept], "other": other[kept], "weight": flat["weight"].to_numpy()[kept]},
        schema_overrides={"other": pl.UInt32, "row": pl.Int64},
    )
    lists = ties.group_by("row", maintain_order=True).agg(network=pl.struct("other", "weight"))
    empty = pl.lit([], dtype=NETWORK)
    return (
        pl.DataFrame({"row": listed.cast(pl.Int64)})
        .join(lists, on="row", how="left", maintain_order="left")
        .select("row", network=pl.coalesce(pl.col("network").cast(NETWORK), empty))
        .pipe(_scattered, len(network))
    )


def _scattered(lists: pl.DataFrame, height: int) -> pl.Series:
    """Put lists into their rows; the others are null."""
    rows = pl.DataFrame({"row": pl.int_range(height, eager=True)})
    spread = rows.join(lists, on="row", how="left", maintain_order="left")
    return spread["network"].alias("network")


@dataclass(frozen=True, eq=False)
class _Ties:
    """A network that stays the same for some months.

    Attributes:
        months: The months, counted from the panel's first.
        units: Units that have partners.
        starts: Where the partners of each of them begin.
        others: The partners, unit by unit.
        weights: The weights of their ties.
    """

    months: range
    units: _Index
    starts: _Index
    others: _Index
    weights: _Array

    @property
    def owners(self) -> _Index:
        """The unit that has each of the partners."""
        return np.repeat(self.units, self.sizes)

    @property
    def sizes(self) -> _Index:
        """Number of each unit's partners."""
        return np.diff(self.starts, append=len(self.others))

    @property
    def suit_products(self) -> bool:
        """Whether a product of matrices pays off, and adds in the order in which numpy does."""
        many = len(self.others) * len(self.months) > _BLOCK
        return many and int(self.sizes.max()) <= _IN_ORDER

    def part(self, first: int, last: int) -> _Ties:
        """Those of some of the units that have partners."""
        bounds = np.append(self.starts, len(self.others))[[first, min(last, len(self.units))]]
        ties, starts = slice(*bounds), self.starts[first:last] - bounds[0]
        units, others, weights = self.units[first:last], self.others[ties], self.weights[ties]
        return _Ties(self.months, units, starts, others, weights)

    def added(self, values: _Array) -> _Array:
        """Sum of the partners' values times weights: of the others one by one, then the first."""
        from scipy.sparse import csr_array

        later = np.ones(len(self.others), dtype=bool)
        later[self.starts] = False
        begins = np.append(self.starts, len(self.others)) - np.arange(len(self.units) + 1)
        ties = (self.weights[later], self.others[later], begins)
        sums = values[self.others[self.starts]]
        sums *= self.weights[self.starts, None]
        sums += csr_array(ties, shape=(len(self.units), len(values))) @ values
        return sums


def _ties(network: pl.Series, n_units: int, n_months: int) -> Iterator[_Ties]:
    """Take a `NETWORK` column apart into stretches of months without a renewal.

    Every renewal lists all units, so that the lists form a table [units, renewals].
    """
    rows = network.is_not_null().arg_true().to_numpy()
    lists = network.gather(rows)
    sizes = lists.list.len().cast(pl.Int64)
    flat = lists.filter(sizes > 0).explode().struct.unnest()
    others, weights = flat["other"].cast(pl.Int64).to_numpy(), flat["weight"].to_numpy()
    lengths = sizes.to_numpy().reshape(n_units, -1)
    begins = lengths.cumsum().reshape(lengths.shape) - lengths
    renewals = [*(rows[: lengths.shape[1]] % n_months), n_months]
    for number, length in enumerate(lengths.T):
        starts = length.cumsum() - length
        chosen = np.repeat(begins[:, number] - starts, length) + np.arange(length.sum())
        units = np.flatnonzero(length)
        months = range(renewals[number], renewals[number + 1])
        yield _Ties(months, units, starts[units], others[chosen], weights[chosen])


def _in_both(over: Iterator[_Ties], among: Iterator[_Ties], n_units: int) -> Iterator[_Ties]:
    """Keep the partners of a network who are partners in another one in the same month."""
    theirs = {month: ties for ties in among for month in ties.months}
    for ties in over:
        pairs = ties.owners * n_units + ties.others
        for other, months in groupby(ties.months, theirs.get):
            if other is not None:
                kept = np.isin(pairs, other.owners * n_units + other.others)
                units, starts = np.unique(ties.owners[kept], return_index=True)
                first, *later = months
                stretch = range(first, first + len(later) + 1)
                yield _Ties(stretch, units, starts, ties.others[kept], ties.weights[kept])


def partner_values(
    values: _Array, network: pl.Series, how: How, among: pl.Series | None = None
) -> _Array:
    """Summarise in each month the values of each unit's partners.

    Args:
        values: Array [units, months], NaN where missing.
        network: A `NETWORK` column with a row for each unit and month.
        how: The statistic; see `riskkit.family.transforms.network_lag`.
        among: Another such column: only who is a partner in it too counts in a month.

    Returns:
        Array [units, months], NaN where a unit has no partner with a value.
    """
    n_units, n_months = values.shape
    result = np.full(values.shape, np.nan)
    stretches = _ties(network, n_units, n_months)
    if among is not None:
        stretches = _in_both(stretches, _ties(among, n_units, n_months), n_units)
    for ties in stretches:
        if len(ties.units):
            months = slice(ties.months.start, ties.months.stop)
            summarise = _by_unit if how in _SUMS and ties.suit_products else _by_month
            result[ties.units, months] = summarise(values[:, months], ties, how)
    return result


def _by_month(values: _Array, ties: _Ties, how: How) -> _Array:
    """Gather the partners' values some months at a time."""
    by_month = np.ascontiguousarray(values.T)
    found = np.empty((len(by_month), len(ties.units)))
    length = max(1, _BLOCK // len(ties.others))
    for first in range(0, len(by_month), length):
        held = np.take(by_month[first : first + length], ties.others, axis=1)
        found[first : first + length] = _STATISTICS[how](held, ties.weights, ties.starts)
    return found.T


def _by_unit(values: _Array, ties: _Ties, how: How) -> _Array:
    """Add up the partners' values in products of matrices, all months of a partner at once."""
    complete = is_complete(values)
    known = np.ones((len(values), 1)) if complete else (~np.isnan(values)).astype(np.float64)
    held = np.ascontiguousarray(values) if complete else np.where(known > 0, values, 0.0)
    found = np.empty((len(ties.units), values.shape[1]))
    for first in range(0, len(found), _UNITS):
        part = ties.part(first, first + _UNITS)
        weights = part.weights if how == "mean" else np.ones_like(part.weights)
        total = replace(part, weights=weights).added(known)
        total[total <= 0] = np.nan
        shares = total if how == "mean" else total / total  # 1, or missing
        found[first : first + _UNITS] = part.added(held) / shares
    return found


def _known(held: _Array) -> NDArray[np.bool_]:
    """Which partners have a value; a single row where all have one in every month."""
    return np.ones((1, held.shape[1]), dtype=bool) if is_complete(held) else ~np.isnan(held)


def _parts(held: _Array, weights: _Array) -> _Array:
    """Values times weights, zero where missing."""
    parts = held * weights
    return parts if is_complete(held) else np.where(np.isnan(held), 0.0, parts)


def _mean(held: _Array, weights: _Array, starts: _Index) -> _Array:
    total = np.add.reduceat(np.where(_known(held), weights, 0.0), starts, axis=1)
    sums = np.add.reduceat(_parts(held, weights), starts, axis=1)
    return np.asarray(sums / np.where(total > 0, total, np.nan))


def _sum(held: _Array, weights: _Array, starts: _Index) -> _Array:
    sums = np.add.reduceat(_parts(held, weights), starts, axis=1)
    return np.where(np.logical_or.reduceat(_known(held), starts, axis=1), sums, np.nan)


def _concentration(held: _Array, weights: _Array, starts: _Index) -> _Array:
    parts = _parts(held, weights)
    square = np.add.reduceat(parts, starts, axis=1) ** 2
    squares = np.add.reduceat(parts**2, starts, axis=1)
    return np.asarray(squares / np.where(square > 0, square, np.nan))


def _max(held: _Array, weights: _Array, starts: _Index) -> _Array:
    del weights
    return np.asarray(np.fmax.reduceat(held, starts, axis=1))


def _min(held: _Array, weights: _Array, starts: _Index) -> _Array:
    del weights
    return np.asarray(np.fmin.reduceat(held, starts, axis=1))


_STATISTICS: Mapping[How, Callable[[_Array, _Array, _Index], _Array]] = {
    "mean": _mean,
    "sum": _sum,
    "max": _max,
    "min": _min,
    "concentration": _concentration,
}
