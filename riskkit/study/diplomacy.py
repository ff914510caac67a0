"""What a publication tells of a country's diplomacy: themes, and the figures that speak of them.

A theme is declared once. Of each figure the first indicator that the data bring is told; a theme
of which they bring none says what would.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import polars as pl

from riskkit.months import last_day
from riskkit.panel import complete
from riskkit.publish import FACTS, Fact, Theme
from riskkit.tables import Release

_KEY = ("unit", "indicator", "month")


@dataclass(frozen=True)
class Figure:
    """One figure of a theme.

    Attributes:
        text: What it says, in words.
        unit: Unit of measurement of what is told.
        indicators: Names under which tables bring it, in order of preference.
        months: Months whose values are added up; 0 tells the latest value alone.
    """

    text: str
    unit: str
    indicators: tuple[str, ...]
    months: int = 0


def _reader(source: str, what: str) -> str:
    return f"{what}: `riskkit data add {source} FILE`"


FIVE_YEARS = 60
THEMES: tuple[tuple[str, tuple[Figure, ...], str], ...] = (
    (
        "Talks and mediation",
        (
            Figure("attempts by the United Nations to mediate", "attempts", ("cwm_n_by_un",)),
            Figure("attempts by other organisations", "attempts", ("cwm_n_by_igo",)),
            Figure("attempts by states", "attempts", ("cwm_n_by_state",)),
            Figure(
                "attempts by churches, NGOs, former leaders", "attempts", ("cwm_n_by_track_two",)
            ),
        ),
        _reader("cwm", "Civil Wars Mediation, which ends with 2009"),
    ),
    (
        "Peace agreements",
        (
            Figure(
                "signed in 5 years",
                "agreements",
                ("pax_n_agreements", "agreements"),
                FIVE_YEARS,
            ),
            Figure("ceasefires in 5 years", "agreements", ("pax_n_ceasefire",), FIVE_YEARS),
            Figure("comprehensive in 5 years", "agreements", ("pax_n_comprehensive",), FIVE_YEARS),
        ),
        _reader("pax", "PA-X, free with citation"),
    ),
    (
        "Peacekeeping missions",
        (Figure("missions in the country", "missions", ("geopko_n_missions", "peacekeeping")),),
        _reader("peacekeeping", "Geo-PKO"),
    ),
    (
        "Alliances",
        (
            Figure(
                "partners in defence pacts",
                "states",
                ("atop_n_defense", "defence_pacts"),
            ),
            Figure("obliged to defend a partner", "1 if so", ("atop_defense",)),
            Figure("obliged not to attack a partner", "1 if so", ("atop_nonagg",)),
        ),
        _reader("atop", "ATOP, state-year"),
    ),
    (
        "Treaties",
        (
            Figure("on arms control in force", "treaties", ("arms_treaties",)),
            Figure("on arms control left in 5 years", "treaties", ("arms_treaties_left",), 60),
            Figure("on terrorism in force", "treaties", ("treaties_terrorism",)),
            Figure("on climate in force", "treaties", ("treaties_climate",)),
            Figure("on refugees and migrants in force", "treaties", ("treaties_migration",)),
        ),
        _reader("treaties", "a list of your own, laid out as docs/sources-own.md says"),
    ),
    (
        "Sanctions",
        (
            Figure("cases against the state", "cases", ("gsdb_n_cases_target",)),
            Figure("by the United Nations", "1 if so", ("gsdb_target_un",)),
            Figure("by the USA", "1 if so", ("gsdb_target_us",)),
            Figure("by the European Union", "1 if so", ("gsdb_target_eu",)),
        ),
        _reader("gsdb", "Global Sanctions Data Base, sent on request"),
    ),
    (
        "Votes in the United Nations",
        (
            Figure("voted with the USA", "share", ("unga_usagree",)),
            Figure("voted with Russia", "share", ("unga_russagree",)),
            Figure("voted with China", "share", ("unga_chinaagree",)),
            Figure("voted with India", "share", ("unga_indiaagree",)),
            Figure("voted with Brazil", "share", ("unga_brazilagree",)),
            Figure("ideal point, higher is nearer to the USA", "points", ("unga_idealpointall",)),
        ),
        _reader("unga", "votes of the General Assembly"),
    ),
    (
        "Representation",
        (
            Figure("embassies sent", "states", ("embassies_sent",)),
            Figure("embassies received", "states", ("embassies_received",)),
            Figure("organisations of states, member of", "memberships", ("cow_sum_igo_full",)),
        ),
        _reader("embassies", "a table of your own, or `igo` for memberships"),
    ),
    (
        "Civil society",
        (
            Figure("participation in politics", "0 to 1", ("v2x_cspart",)),
            Figure("free of the state", "0 to 1", ("v2xcs_ccsi",)),
            Figure("public deliberation", "V-Dem scale", ("v2dlengage",)),
        ),
        _reader("vdem", "V-Dem, country-year"),
    ),
    (
        "Dealings in the news",
        (
            Figure("cooperation with other states", "points a day", ("gdelt_ext_pos_per_day",)),
            Figure("conflict with other states", "points a day", ("gdelt_ext_neg_per_day",)),
            Figure("protests at home in 12 months", "events", ("gdelt_protest_events",), 12),
        ),
        _reader("gdelt", "GDELT events"),
    ),
)
"""Name, figures, and what brings them."""


def brought_by(indicator: str) -> str:
    """Say what would bring a figure of diplomacy; empty for a name that is none.

    >>> brought_by("geopko_n_missions")
    'Geo-PKO: `riskkit data add peacekeeping FILE`'
    """
    of = (
        missing for _, figures, missing in THEMES if any(indicator in f.indicators for f in figures)
    )
    return next(of, "")


def themes(releases: Sequence[Release]) -> tuple[Theme, ...]:
    """Say of which themes the data speak."""
    brought = {i.name: i for release in releases for i in release.indicators}
    return tuple(
        Theme(
            name,
            tuple(
                Fact(found, figure.text, figure.unit)
                for figure in figures
                if (found := _brought(figure, brought))
            ),
            missing,
        )
        for name, figures, missing in THEMES
    )


def _brought(figure: Figure, brought: Collection[str]) -> str | None:
    return next((name for name in figure.indicators if name in brought), None)


def facts(
    releases: Sequence[Release], units: pl.DataFrame, as_of: int, states: Sequence[str]
) -> pl.DataFrame:
    """Tell the figures of every country as they were known.

    Args:
        releases: The sources as read.
        units: Rows of `riskkit.tables.Units`.
        as_of: Month id at whose end they were known.
        states: The units that a country is compared with.

    Returns:
        Columns of `riskkit.publish.FACTS`: the latest value or sum, the first day of its
        (last) period, and its place among the countries that have one, the highest first.
    """
    brought = {i.name: i for release in releases for i in release.indicators}
    told = {
        found: (name, figure)
        for name, figures, _ in THEMES
        for figure in figures
        if (found := _brought(figure, brought))
    }
    frames = [
        _latest(_known(release, name, units, as_of), theme, figure)
        for release in releases
        for name in (i.name for i in release.indicators)
        if name in told and brought[name] in release.indicators
        for theme, figure in [told[name]]
    ]
    if not frames:
        return pl.DataFrame(schema=dict(FACTS))
    return (
        pl.concat(frames)
        .filter(pl.col("unit").is_in(states))
        .with_columns(
            place=pl.col("value").rank("min", descending=True).over("indicator").cast(pl.Int32),
            countries=pl.len().over("indicator").cast(pl.Int32),
        )
        .select(*FACTS)
        .sort("unit", "indicator")
    )


def _known(release: Release, name: str, units: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """The newest vintage of an indicator, the zeros of a census among its values."""
    one = replace(
        release,
        observations=release.observations.filter(pl.col("indicator") == name),
        indicators=tuple(i for i in release.indicators if i.name == name),
    )
    known = complete(one, units).filter(pl.col("known_from") <= last_day(as_of))
    return known.sort(*_KEY, "known_from").unique(_KEY, keep="last", maintain_order=True)


def _latest(known: pl.DataFrame, theme: str, figure: Figure) -> pl.DataFrame:
    """The last value of each unit, or the sum of its last months."""
    if figure.months and known.height:
        last = known["month"].max()
        first = pl.lit(last).dt.offset_by(f"-{figure.months - 1}mo")
        known = known.filter(pl.col("month") >= first)
        value = pl.col("value").sum()
    else:
        value = pl.col("value").last()
    found = known.group_by("unit", "indicator", maintain_order=True)
    return found.agg(value, pl.col("month").last()).with_columns(theme=pl.lit(theme))
