"""The unit-month grid, and the one join of every source onto it as of a date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.months import first_day, first_day_expr, format_month, month_id, month_id_expr
from riskkit.panel._declared import by_name
from riskkit.panel.hindsight import kept_back
from riskkit.panel.networks import build_networks, network_among, networks_revised_since
from riskkit.panel.reporting import silence_known
from riskkit.panel.schedule import lag_as_of
from riskkit.panel.vintages import revised_since
from riskkit.tables import Indicator, Release, Units

AT_ONCE = 1000
"""Units that are laid out at once, so that memory does not grow with their number."""
_LENGTH = {"month": 1, "year": 12}
_CELL = ("unit", "indicator", "row")


@dataclass(frozen=True)
class Panel:
    """A balanced panel of what was known of each unit at one date, the end of `as_of`.

    Row (unit, t) of a monthly indicator with a lag of L months holds the value of month t - L as
    the newest vintage has it that was published by the end of `as_of`; a value that was not
    published by then is null. Row (unit, t) of a yearly indicator holds the newest year that was
    published by t. Nothing that came later than `as_of` is in the panel, and every row is aligned
    as the last one is, the one to forecast from.

    The panel of a past month holds older vintages. Cutting this one is the same only where nothing
    came late: ask `exact_at`, and build it for that month where the answer is no.

    Attributes:
        frame: Columns `unit, month, <indicators>`, sorted by unit and month, every unit with
            every month. A census indicator is zero where nothing was reported.
        units: Rows of `riskkit.tables.Units`.
        indicators: Declarations by column name.
        last_period: Month id of the last period that each indicator's source speaks of.
        as_of: Month id of the last row.
        simulated: True when any source is made up.
        networks: By relation who was known to be tied to whom, as `riskkit.panel.networks` says.
        revised: Month ids at whose end something in a row up to then was not known as it is here.
        vintages: Which version of a publisher's figures each indicator is of, in words.
        shows_revised: Whether features may read indicators that are computed anew each year.
    """

    frame: pl.DataFrame
    units: pl.DataFrame
    indicators: Mapping[str, Indicator]
    last_period: Mapping[str, int]
    as_of: int
    simulated: bool
    networks: Mapping[str, pl.Series] = field(default_factory=dict)
    revised: frozenset[int] = frozenset()
    vintages: Mapping[str, str] = field(default_factory=dict)
    shows_revised: bool = False

    @property
    def data_kind(self) -> Literal["observed", "simulated"]:
        """What publications must say of the data."""
        return "simulated" if self.simulated else "observed"

    @property
    def n_units(self) -> int:
        """Number of units."""
        return self.units.height

    @property
    def n_months(self) -> int:
        """Number of months, the same for every unit."""
        return self.frame.height // self.n_units

    @property
    def first_month(self) -> int:
        """Month id of the first row of each unit."""
        return self.as_of - self.n_months + 1

    def hides(self, indicator: str) -> bool:
        """Whether features see nulls for an indicator, because the panel lacks or withholds it."""
        if indicator not in self.frame.columns:
            return True
        declared = self.indicators.get(indicator)
        return declared is not None and declared.revised and not self.shows_revised

    def lag(self, indicator: str) -> int:
        """Months from the month that a monthly indicator's value is of to the row it stands in."""
        return lag_as_of(self.indicators[indicator], self.as_of)

    def exact_at(self, origin: int) -> bool:
        """Whether `cut` gives just what building the panel as of an earlier month gives.

        It does unless something was published or revised late: after `origin`, though it stands
        in a row up to it. Where the months of a year come out together, rows are aligned another
        way in each month between two releases, so that origins a whole year apart are exact only.
        """
        inside = self.first_month <= origin <= self.as_of
        same = aligned(self.indicators.values(), origin, self.as_of)
        return inside and same and origin not in self.revised

    def cut(self, origin: int) -> Panel:
        """Keep the rows up to a month, as they are known at the end of `as_of`.

        Raises:
            RiskkitError: The month lies outside the panel.
        """
        if not self.first_month <= origin <= self.as_of:
            raise RiskkitError(
                f"the panel runs from {format_month(self.first_month)} to "
                f"{format_month(self.as_of)}",
                got=format_month(origin),
                hint="choose a month in between",
            )
        early = self.frame["month"] <= first_day(origin)
        return replace(
            self,
            frame=self.frame.filter(early),
            as_of=origin,
            networks={name: network.filter(early) for name, network in self.networks.items()},
            revised=frozenset(month for month in self.revised if month <= origin),
        )

    def of(self, places: NDArray[np.integer[Any]]) -> Panel:
        """Keep some of the units, with the ties among them.

        Args:
            places: Their places among the units, ascending.
        """
        rows = (places[:, None] * self.n_months + np.arange(self.n_months)).ravel()
        return replace(
            self,
            frame=self.frame[rows],
            units=self.units[places],
            networks={
                name: network_among(network.gather(rows), places, self.n_units)
                for name, network in self.networks.items()
            },
        )

    def status(self, indicator: str) -> pl.DataFrame:
        """Say of each row whether its value is observed, zero, missing or not yet published.

        Returns:
            Columns `unit, month, status` with status one of "observed", "zero", "missing",
            "unpublished" and "no state" (before a state's birth or after its death).
        """
        period = month_id_expr("month") - self.lag(indicator)
        value = pl.col(indicator)
        status = (
            pl.when(value == 0)
            .then(pl.lit("zero"))
            .when(value.is_not_null())
            .then(pl.lit("observed"))
            .when(~_alive())
            .then(pl.lit("no state"))
            .when(period > self.last_period[indicator])
            .then(pl.lit("unpublished"))
            .otherwise(pl.lit("missing"))
        )
        lives = self.frame.join(
            self.units.select("unit", "born", "died"), on="unit", maintain_order="left"
        )
        return lives.select("unit", "month", status.alias("status"))


def aligned(indicators: Iterable[Indicator], one: int, other: int) -> bool:
    """Whether panels as of two dates show the months of monthly indicators in the same rows."""
    return all(
        lag_as_of(declared, one) == lag_as_of(declared, other)
        for declared in indicators
        if declared.frequency == "month"
    )


def refuse_nothing(releases: Sequence[Release], first_month: int, as_of: int) -> None:
    """Refuse a panel of nothing.

    Raises:
        RiskkitError: There is no source, or the span is empty.
    """
    if not releases:
        raise RiskkitError("a panel needs a source", hint="name one under data.sources")
    if as_of < first_month:
        raise RiskkitError(
            f"the panel would end in {first_day(as_of):%Y-%m}, before it starts in "
            f"{first_day(first_month):%Y-%m}",
            hint="choose a later as_of or an earlier panel.start",
        )


def listed(units: pl.DataFrame) -> pl.DataFrame:
    """The units of a panel in its order, as rows of `riskkit.tables.Units`."""
    return Units.validate(units.select(Units.column_names()), cast=True).sort("unit")


def _alive() -> pl.Expr:
    born, died = pl.col("born"), pl.col("died")
    return (born.is_null() | (born <= pl.col("month").dt.month_end())) & (
        died.is_null() | (died >= pl.col("month"))
    )


def complete(release: Release, units: pl.DataFrame) -> pl.DataFrame:
    """Add the zeros of a census: periods in which a covered, living unit had no event.

    Args:
        release: One source as read.
        units: Rows of `riskkit.tables.Units`.

    Returns:
        The release's observations and, for its census indicators, a zero row for every period
        that was silent when it came out, known from then on; events that were reported later are
        a revision of it.
    """
    observations = kept_back(release)
    census = [i for i in release.indicators if i.census]
    if not census:
        return observations
    covered = (
        units
        if release.covered_units is None
        else units.filter(pl.col("unit").is_in(release.covered_units))
    )
    silent = [_zeros(i, release, covered) for i in census]
    period = ["unit", "month", "indicator"]
    ours = observations.join(covered.select("unit"), on="unit", how="semi")
    reported = ours.group_by(period).agg(pl.col("known_from").min().alias("told"))
    zeros = (
        pl.concat(silent)
        .join(reported, on=period, how="left")
        .filter(pl.col("told").is_null() | (pl.col("told") > pl.col("known_from")))
    )
    return pl.concat([observations, zeros.select(observations.columns)])


def _zeros(indicator: Indicator, release: Release, units: pl.DataFrame) -> pl.DataFrame:
    starts = _periods(indicator, release)
    known = silence_known(indicator, release, starts)
    told = [
        (first_day(m), first_day(k)) for m, k in zip(starts, known, strict=True) if k is not None
    ]
    schema = {"month": pl.Date, "known": pl.Date}
    published = pl.DataFrame(told, schema=schema, orient="row")
    grid = units.select("unit", "born", "died").join(published, how="cross").filter(_alive())
    return grid.select(
        "unit",
        "month",
        pl.lit(indicator.name).alias("indicator"),
        pl.lit(0.0).alias("value"),
        pl.col("known").dt.month_end().alias("known_from"),
    )


def silence(
    release: Release, indicator: Indicator, units: pl.DataFrame, months: range, as_of: int
) -> NDArray[np.float64]:
    """Lay out where an indicator is zero because nothing was reported, as known at a date.

    The same as the zeros of `complete`, but for periods of which anything was reported by then,
    which the reports fill.

    Args:
        release: One source as read.
        indicator: One of its indicators.
        units: Rows of `riskkit.tables.Units`.
        months: Month ids of the columns.
        as_of: Month id at whose end one stands.

    Returns:
        Array [units, months]: 0 in the first month of a silent period, else NaN.
    """
    values = np.full((units.height, len(months)), np.nan)
    if not indicator.census:
        return values
    starts = _periods(indicator, release)
    known = silence_known(indicator, release, starts)
    told = [m for m, k in zip(starts, known, strict=True) if k is not None and k <= as_of]
    columns = np.array([m - months.start for m in told if m in months], dtype=np.int64)
    covered = np.ones(units.height, dtype=np.bool_)
    if release.covered_units is not None:
        covered = units["unit"].is_in(release.covered_units).to_numpy()
    lives = np.ix_(covered, columns)
    values[lives] = np.where(_living(units, months)[lives], 0.0, np.nan)
    return values


def _living(units: pl.DataFrame, months: range) -> NDArray[np.bool_]:
    """Whether each unit lives on a day of each month: array [units, months]."""
    ids = np.array(months)
    born = units.select(month_id_expr("born").fill_null(-(10**6))).to_series().to_numpy()
    died = units.select(month_id_expr("died").fill_null(10**6)).to_series().to_numpy()
    return np.asarray((ids >= born[:, None]) & (ids <= died[:, None]))


def _periods(indicator: Indicator, release: Release) -> list[int]:
    """Month ids of the first months of the periods that a census speaks of."""
    first, last = (month_id(day) for day in release.covers)
    if indicator.frequency == "year":
        first += (1 - first) % 12
        last -= 11
    return list(range(first, last + 1, _LENGTH[indicator.frequency]))


def _monthly_rows(observations: pl.DataFrame, lags: pl.DataFrame) -> pl.DataFrame:
    """Put every vintage of a monthly value into the row that its month is shown in."""
    return observations.join(lags, on="indicator").with_columns(
        row=month_id_expr("month") + pl.col("lag"), known=month_id_expr("known_from")
    )


def _yearly_spells(observations: pl.DataFrame, carry: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Let each yearly value serve from its publication to the next one, or until it is stale."""
    series = ["unit", "indicator"]
    newest = (
        observations.join(carry, on="indicator")
        .with_columns(known=month_id_expr("known_from"))
        .sort(*series, "known", "month", "known_from")
        .filter(pl.col("month") == pl.col("month").cum_max().over(series))
        .unique([*series, "known"], keep="last", maintain_order=True)
    )
    following = pl.col("known").shift(-1).over(series)
    stale = pl.col("known") + pl.col("carry")
    end = pl.min_horizontal(following, stale, pl.lit(as_of + 1))
    return newest.select(*series, pl.col("known").alias("row"), end.alias("end"), "value")


def _rules(declared: Mapping[str, Indicator], as_of: int) -> pl.DataFrame:
    """What decides where the values of each indicator stand."""
    return pl.DataFrame(
        {
            "indicator": list(declared),
            "lag": [lag_as_of(i, as_of) for i in declared.values()],
            "carry": [i.carry_months for i in declared.values()],
            "yearly": [i.frequency == "year" for i in declared.values()],
        },
        schema={"indicator": pl.String, "lag": pl.Int32, "carry": pl.Int32, "yearly": pl.Boolean},
    )


def _known(
    releases: Sequence[Release],
    declared: Mapping[str, Indicator],
    units: pl.DataFrame,
    months: range,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Vintages of monthly values and spells of yearly ones, of what was published by a date."""
    as_of = months.stop - 1
    published = month_id_expr("known_from") <= as_of
    ours = units.select("unit")
    known = pl.concat(
        complete(release, units).filter(published).join(ours, on="unit", how="semi")
        for release in releases
    )
    # Whole numbers in the order of the names: what follows sorts, groups and joins them many times.
    places, names = pl.Enum(ours["unit"].sort()), pl.Enum(sorted(declared))
    known = known.with_columns(
        pl.col("unit").cast(places),
        pl.col("indicator").cast(names, strict=False),  # null, and left out, if not declared
    )
    rules = _rules(declared, as_of).with_columns(pl.col("indicator").cast(names))
    monthly = _monthly_rows(known, rules.filter(~pl.col("yearly")).select("indicator", "lag"))
    yearly = _yearly_spells(known, rules.filter("yearly").select("indicator", "carry"), as_of)
    return monthly.filter(pl.col("row").is_between(months.start, as_of)), yearly


def _frame(
    spells: pl.DataFrame, declared: Mapping[str, Indicator], units: pl.DataFrame, months: range
) -> pl.DataFrame:
    """Lay out values that serve from a row to before another as one row per unit and month.

    Args:
        spells: Columns `unit, indicator, row, end, value`; of several values that serve in the
            same row the last one counts.
        declared: Declarations by column name.
        units: The panel's units.
        months: Month ids of the rows.
    """
    row = pl.int_range(months.start, months.stop, dtype=pl.Int32, eager=True)
    grid = units.select("unit").join(pl.DataFrame({"row": row}), how="cross")
    place = units.select(pl.col("unit").cast(spells.schema["unit"])).with_row_index("place")
    inside = (
        spells.with_columns(
            pl.col("row").clip(lower_bound=months.start),
            pl.col("end").clip(upper_bound=months.stop),
        )
        .filter(pl.col("row") < pl.col("end"))
        .join(place, on="unit", maintain_order="left")
        .with_columns(first=pl.col("place") * len(months) + pl.col("row") - months.start)
    )
    parts = inside.partition_by("indicator", as_dict=True)
    empty = inside.clear()
    columns = [_column(name, parts.get((name,), empty), grid.height) for name in sorted(declared)]
    return grid.select("unit", first_day_expr("row").alias("month")).with_columns(columns)


def _column(name: str, spells: pl.DataFrame, height: int) -> pl.Series:
    """One indicator's values in the rows of the panel, null where none serves."""
    values = np.full(height, np.nan)
    lengths = (spells["end"] - spells["row"]).to_numpy()
    before = np.cumsum(lengths) - lengths
    steps = np.arange(lengths.sum()) - np.repeat(before, lengths)
    values[np.repeat(spells["first"].to_numpy(), lengths) + steps] = np.repeat(
        spells["value"].to_numpy(), lengths
    )
    return pl.Series(name, values, nan_to_null=True)


def _block(
    releases: Sequence[Release],
    declared: Mapping[str, Indicator],
    units: pl.DataFrame,
    months: range,
    cuts: bool,
) -> tuple[pl.DataFrame, set[int]]:
    """Lay out some units, and find the months of which they have late news: all if nobody cuts."""
    monthly, yearly = _known(releases, declared, units, months)
    columns = [*_CELL, "end", "value"]
    served = monthly.sort("known_from").with_columns(end=pl.col("row") + 1).select(columns)
    spells = pl.concat([served, yearly.select(columns)], how="vertical_relaxed")
    late = revised_since(monthly, _CELL, months) if cuts else set(months)
    return _frame(spells, declared, units, months), late


def build_panel(
    releases: Sequence[Release],
    units: pl.DataFrame,
    first_month: int,
    as_of: int,
    shows_revised: bool = False,
    *,
    cuts: bool = True,
) -> Panel:
    """Join every source onto the unit-month grid as it was known at the end of `as_of`.

    What was published later is not used, whichever month it speaks of; `Panel` says what stands
    in which row.

    Args:
        releases: The sources as read.
        units: Rows of `riskkit.tables.Units`; the panel holds these units and no others.
        first_month: Month id of the first row.
        as_of: Month id of the last row, at whose end one stands.
        shows_revised: Let features read indicators that are computed anew each year.
        cuts: Whether the panel is to be cut: without, no month counts as exact, and finding out
            which are takes no time.

    Raises:
        RiskkitError: There is no source, two bring the same indicator or relation, or the span is
            empty.
    """
    refuse_nothing(releases, first_month, as_of)
    declared = by_name("indicator", (i for release in releases for i in release.indicators))
    units = listed(units)
    months = range(first_month, as_of + 1)
    names = units["unit"].to_list()
    frames = []
    revised = networks_revised_since(releases, names, first_month, as_of) if cuts else set(months)
    for block in units.iter_slices(AT_ONCE):
        frame, late = _block(releases, declared, block, months, cuts)
        frames.append(frame)
        revised |= late
    return Panel(
        frame=pl.concat(frames),
        units=units,
        indicators=declared,
        last_period={
            i.name: month_id(release.covers[1]) for release in releases for i in release.indicators
        },
        as_of=as_of,
        simulated=any(release.simulated for release in releases),
        networks=build_networks(releases, names, first_month, as_of),
        revised=frozenset(revised),
        vintages={i.name: release.vintage for release in releases for i in release.indicators},
        shows_revised=shows_revised,
    )
