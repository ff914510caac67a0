"""The unit-month grid, and the one join of every source onto it as of a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from riskkit.errors import RiskkitError
from riskkit.months import first_day, first_day_expr, month_id, month_id_expr
from riskkit.panel.networks import build_networks
from riskkit.tables import Indicator, Release, Units

_LENGTH = {"month": 1, "year": 12}


@dataclass(frozen=True)
class Panel:
    """A balanced panel: row (unit, t) holds what was known of the unit at the end of month t.

    A monthly indicator with a publication lag of L months shows in row t the value of month
    t - L; a yearly one the latest year published by then. No row depends on anything published
    after its month, so a panel built today and cut at t equals the panel built at t.

    Attributes:
        frame: Columns `unit, month, <indicators>`, sorted by unit and month, every unit with
            every month. A census indicator is zero where nothing was reported.
        units: Rows of `riskkit.tables.Units`.
        indicators: Declarations by column name.
        last_period: Month id of the last period that each indicator's source speaks of.
        as_of: Month id of the last row.
        simulated: True when any source is made up.
        networks: By relation who was known to be tied to whom, as `riskkit.panel.networks` says.
    """

    frame: pl.DataFrame
    units: pl.DataFrame
    indicators: Mapping[str, Indicator]
    last_period: Mapping[str, int]
    as_of: int
    simulated: bool
    networks: Mapping[str, pl.Series] = field(default_factory=dict)

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

    def status(self, indicator: str) -> pl.DataFrame:
        """Say of each row whether its value is observed, zero, missing or not yet published.

        Returns:
            Columns `unit, month, status` with status one of "observed", "zero", "missing",
            "unpublished" and "no state" (before a state's birth or after its death).
        """
        declared = self.indicators[indicator]
        period = month_id_expr("month") - declared.lag_months
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
        that was silent when it was published; events that were reported later are a revision.
    """
    census = [i for i in release.indicators if i.census]
    if not census:
        return release.observations
    covered = (
        units
        if release.covered_units is None
        else units.filter(pl.col("unit").is_in(release.covered_units))
    )
    silent = [_zeros(i, release, covered) for i in census]
    period = ["unit", "month", "indicator"]
    reported = release.observations.group_by(period).agg(pl.col("known_from").min().alias("told"))
    zeros = (
        pl.concat(silent)
        .join(reported, on=period, how="left")
        .filter(pl.col("told").is_null() | (pl.col("told") > pl.col("known_from")))
    )
    return pl.concat([release.observations, zeros.select(release.observations.columns)])


def _zeros(indicator: Indicator, release: Release, units: pl.DataFrame) -> pl.DataFrame:
    length = _LENGTH[indicator.frequency]
    first, last = (month_id(day) for day in release.covers)
    if indicator.frequency == "year":
        first += (1 - first) % 12
        last -= 11
    starts = list(range(first, last + 1, length))
    published = pl.DataFrame(
        {
            "month": [first_day(m) for m in starts],
            "known": [first_day(m + length - 1 + indicator.lag_months) for m in starts],
        },
        schema={"month": pl.Date, "known": pl.Date},
    )
    grid = units.select("unit", "born", "died").join(published, how="cross").filter(_alive())
    return grid.select(
        "unit",
        "month",
        pl.lit(indicator.name).alias("indicator"),
        pl.lit(0.0).alias("value"),
        pl.col("known").dt.month_end().alias("known_from"),
    )


def _monthly_rows(observations: pl.DataFrame, lags: pl.DataFrame) -> pl.DataFrame:
    """Put each monthly value into the row whose month is the last one of its publication lag."""
    return (
        observations.join(lags, on="indicator")
        .with_columns(row=month_id_expr("month") + pl.col("lag"), known=month_id_expr("known_from"))
        .filter(pl.col("known") <= pl.col("row"))
        .sort("known_from")
        .group_by("unit", "indicator", "row", maintain_order=True)
        .agg(pl.col("value").last())
    )


def _yearly_rows(observations: pl.DataFrame, carry: pl.DataFrame, as_of: int) -> pl.DataFrame:
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
    return (
        newest.with_columns(end=end)
        .filter(pl.col("known") < pl.col("end"))
        .with_columns(row=pl.int_ranges("known", "end"))
        .explode("row")
        .select(*series, "row", "value")
    )


def _known_rows(releases: Sequence[Release], units: pl.DataFrame, as_of: int) -> pl.DataFrame:
    everything = pl.concat([complete(release, units) for release in releases])
    known = everything.filter(month_id_expr("known_from") <= as_of)
    declared = [indicator for release in releases for indicator in release.indicators]
    rules = pl.DataFrame(
        {
            "indicator": [i.name for i in declared],
            "lag": [i.lag_months for i in declared],
            "carry": [i.carry_months for i in declared],
            "yearly": [i.frequency == "year" for i in declared],
        },
        schema={"indicator": pl.String, "lag": pl.Int32, "carry": pl.Int32, "yearly": pl.Boolean},
    )
    monthly = _monthly_rows(known, rules.filter(~pl.col("yearly")).select("indicator", "lag"))
    yearly = _yearly_rows(known, rules.filter("yearly").select("indicator", "carry"), as_of)
    columns = ["unit", "indicator", pl.col("row").cast(pl.Int32), "value"]
    return pl.concat([monthly.select(columns), yearly.select(columns)])


def _declarations(releases: Sequence[Release]) -> dict[str, Indicator]:
    declared: dict[str, Indicator] = {}
    for indicator in (i for release in releases for i in release.indicators):
        other = declared.setdefault(indicator.name, indicator)
        if other is not indicator:
            raise RiskkitError(
                f"indicator '{indicator.name}' comes from {other.source} and {indicator.source}",
                hint="leave one of the two sources out, or rename its column",
            )
    return declared


def build_panel(
    releases: Sequence[Release], units: pl.DataFrame, first_month: int, as_of: int
) -> Panel:
    """Join every source onto the unit-month grid, using only what was published by `as_of`.

    Args:
        releases: The sources as read.
        units: Rows of `riskkit.tables.Units`; the panel holds these units and no others.
        first_month: Month id of the first row.
        as_of: Month id of the last row, at whose end one stands.

    Raises:
        RiskkitError: There is no source, two bring the same indicator or relation, or the span is
            empty.
    """
    if not releases:
        raise RiskkitError("a panel needs a source", hint="name one under data.sources")
    if as_of < first_month:
        raise RiskkitError(
            f"the panel would end in {first_day(as_of):%Y-%m}, before it starts in "
            f"{first_day(first_month):%Y-%m}",
            hint="choose a later as_of or an earlier panel.start",
        )
    declared = _declarations(releases)
    units = Units.validate(units.select(Units.column_names()), cast=True).sort("unit")
    months = pl.DataFrame({"row": pl.int_range(first_month, as_of + 1, dtype=pl.Int32, eager=True)})
    grid = units.select("unit").join(months, how="cross")
    known = _known_rows(releases, units, as_of).filter(pl.col("row") >= first_month)
    wide = known.pivot("indicator", index=["unit", "row"], values="value")
    frame = grid.join(wide, on=["unit", "row"], how="left", maintain_order="left")
    present = [
        pl.col(name) if name in frame.columns else pl.lit(None, dtype=pl.Float64).alias(name)
        for name in sorted(declared)
    ]
    return Panel(
        frame=frame.select("unit", first_day_expr("row").alias("month"), *present),
        units=units,
        indicators=declared,
        last_period={
            i.name: month_id(release.covers[1]) for release in releases for i in release.indicators
        },
        as_of=as_of,
        simulated=any(release.simulated for release in releases),
        networks=build_networks(releases, units["unit"].to_list(), first_month, as_of),
    )
