"""A panel as of a month never holds what was published later, whatever the source.

The panel of a past month, built today, is compared with the one that could be built then: from
observations cut at that month, and from the files that a publisher would have had to offer then,
which end with the last period that was out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from riskkit.config import SourceEntry, load_params
from riskkit.family import references
from riskkit.months import first_day, month_id, month_id_expr
from riskkit.panel import Panel, build_panel
from riskkit.panel.hindsight import hindsight
from riskkit.panel.schedule import newest_out
from riskkit.registry import families, sources
from riskkit.sources.table import Table
from riskkit.store import read_file
from riskkit.tables import Indicator, Release
from riskkit.testing.panels import FIRST, made_up_releases, made_up_units, scrambled
from riskkit.units import countries
from riskkit.world import World, simulate
from tests.contracts.test_sources import sample_of

ABLATION = Path(__file__).parents[2] / "experiments" / "ablation" / "params.yaml"
OWN_PAST = (
    *("temperature_departure_mean_12", "temperature_hot_months_12", "temperature_hot_streak"),
    "temperature_heat_farming",
)
"""Departures from the country's own past: a constant normal of the calendar month drops out."""
JUNE_2015 = month_id("2015-06")
START = month_id("2009-01")


def known(release: Release, as_of: int) -> Release:
    """The release without anything that was published after a month."""
    told = month_id_expr("known_from") <= as_of
    dyads = release.dyads
    return replace(
        release,
        observations=release.observations.filter(told),
        dyads=dyads if dyads is None else dyads.filter(told),
    )


def extracts(release: Release, as_of: int) -> list[Release]:
    """Files as of a month: one per indicator, up to the last period that was out, and the ties."""
    cut = known(release, as_of)
    parts = [_extract(cut, indicator, as_of) for indicator in release.indicators]
    if release.relations:
        nothing = release.observations.clear()
        parts.append(replace(cut, observations=nothing, indicators=()))
    return parts


def _extract(cut: Release, indicator: Indicator, as_of: int) -> Release:
    first, last = (month_id(day) for day in cut.covers)
    out = min(last, newest_out(indicator, as_of))
    out -= out % 12 if indicator.frequency == "year" else 0
    rows = cut.observations.filter(indicator=indicator.name)
    late = rows.filter(month_id_expr("month") > out)
    assert late.is_empty(), f"{indicator.name} was out before it was due"
    return replace(
        cut,
        observations=rows,
        indicators=(indicator,),
        covers=(cut.covers[0], first_day(max(out, first))),
        dyads=None,
        relations=(),
    )


def assert_same(one: Panel, other: Panel) -> None:
    columns = sorted(set(one.frame.columns) & set(other.frame.columns))
    for column in columns:
        different = one.frame[column].ne_missing(other.frame[column])
        assert not different.any(), one.frame.filter(different).select("unit", "month", column)
    assert set(one.frame.columns) == set(other.frame.columns)
    assert one.networks.keys() == other.networks.keys()
    for name, network in one.networks.items():
        assert network.equals(other.networks[name], null_equal=True), name


def check_known(releases: Sequence[Release], units: pl.DataFrame, first: int, as_of: int) -> Panel:
    """Compare the panel of a month with those of what was known then, and cut from later ones."""
    asked = build_panel(releases, units, first, as_of)
    assert_same(asked, build_panel([known(r, as_of) for r in releases], units, first, as_of))
    for months in (12, 18):
        later = build_panel(releases, units, first, as_of + months)
        if later.exact_at(as_of):
            assert_same(asked, later.cut(as_of))
        else:
            assert not later.cut(as_of).frame.equals(asked.frame) or later.networks
    return asked


def check(releases: Sequence[Release], units: pl.DataFrame, first: int, as_of: int) -> Panel:
    """Compare the panel of a month also with the one of the files that were out then."""
    asked = check_known(releases, units, first, as_of)
    then = [part for release in releases for part in extracts(release, as_of)]
    assert_same(asked, build_panel(then, units, first, as_of))
    return asked


@pytest.mark.parametrize("as_of", ["2004-02", "2009-11", "2012-12"])
def test_releases_with_late_revisions(as_of: str) -> None:
    releases = made_up_releases(("deaths", "rain", "wealth"), relations=("borders", "trade"))
    check_known(releases, made_up_units(), FIRST, month_id(as_of))


@cache
def small_world() -> World:
    return simulate(seed=4, countries=60, months=300)


@pytest.mark.parametrize("as_of", ["2004-02", "2015-06", "2024-11"])
def test_the_simulated_world(as_of: str) -> None:
    world = small_world()
    panel = check(world.releases, world.units, world.months[0], month_id(as_of))
    assert panel.networks
    assert panel.frame.select(pl.all().is_not_null().any()).row(0).count(False) == 0


def test_the_simulated_world_with_lies_about_the_future() -> None:
    world = small_world()
    first = world.months[0]
    lies = [scrambled(release, JUNE_2015) for release in world.releases]
    honest = build_panel(world.releases, world.units, first, JUNE_2015)
    assert_same(honest, build_panel(lies, world.units, first, JUNE_2015))


def invented(release: Release) -> pl.DataFrame:
    """The units of a sample, rows of `riskkit.tables.Units`."""
    ties = [] if release.dyads is None else [release.dyads["unit"], release.dyads["other"]]
    units = pl.concat([release.observations["unit"], *ties]).unique().sort()
    named = pl.DataFrame({"unit": units, "name": units, "region": units})
    nobody = pl.lit(None, dtype=pl.Date)
    return named.with_columns(born=nobody, died=nobody)


def months_of_publication(release: Release) -> list[int]:
    """Months after which something new is known: the first, one in the middle, the last but one."""
    ties = [] if release.dyads is None else [release.dyads["known_from"]]
    days = pl.concat([release.observations["known_from"], *ties])
    months = days.to_frame("day").select(month_id_expr("day").unique()).to_series().sort().to_list()
    return sorted({months[0], months[len(months) // 2], months[-1] - 1})


@pytest.mark.parametrize("name", sources())
def test_samples_of_every_source(name: str) -> None:
    release = sample_of(name).read()
    first = max(month_id(release.covers[0]), month_id("1960-01"))
    for as_of in months_of_publication(release):
        check([release], invented(release), min(first, as_of), as_of)


OPTIONS = {
    "unit": {"column": "country"},
    "time": {"year": "year", "month": "month"},
    "lag_months": 2,
    "indicators": {
        "attacks": {"unit": "attacks", "census": True},
        "rain": {"unit": "mm"},
        "refugees": {"unit": "people", "null": "zero"},
    },
}


def read_table(path: Path, rows: Iterable[tuple[str, int, int, int]]) -> Release:
    lines = [f"{u},{y},{m},{v},{v % 7 or ''},{v % 3 or ''}" for u, y, m, v in rows]
    path.write_text("\n".join(["country,year,month,attacks,rain,refugees", *lines]) + "\n")
    return Table().read(path, Table.options.model_validate(OPTIONS))


def test_a_table_cut_at_a_date(tmp_path: Path) -> None:
    """Of 28 countries, half have rows for their attacks only; the file of June ends with April."""
    codes = [f"XA{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"] + [
        "XBA",
        "XBB",
        "XBC",
        "XBD",
    ]
    rows = [
        (code, 2014 + month // 12, month % 12 + 1, value)
        for number, code in enumerate(codes)
        for month in range(36)
        if (value := (number * 31 + month * 17) % 11) > 3 or number % 2
    ]
    full = read_table(tmp_path / "full.csv", rows)
    early = [row for row in rows if row[1] * 12 + row[2] <= 2015 * 12 + 4]
    then = read_table(tmp_path / "then.csv", early)
    assert (full.covers[1], then.covers[1]) == (date(2016, 12, 1), date(2015, 4, 1))
    units, first = invented(full), month_id("2014-01")
    asked = build_panel([full], units, first, JUNE_2015)
    assert_same(asked, build_panel([then], units, first, JUNE_2015))
    assert asked.frame.filter(pl.col("attacks") == 0).height > 50


FIRST_YEAR, REFERENCE = 1981, (1991, 2020)


def rain_against(path: Path, last: int, **declared: Any) -> Release:
    """Rain of a made-up country as a publisher gives it after a year, in deviations from a normal.

    The normal is of 1991-2020, or of those of these years that have passed.
    """
    rain = np.random.default_rng(1).gamma(4, 250, 2024 - FIRST_YEAR + 1)[: last - FIRST_YEAR + 1]
    normal = rain[REFERENCE[0] - FIRST_YEAR : REFERENCE[1] - FIRST_YEAR + 1]
    deviations = (rain - normal.mean()) / normal.std()
    lines = [f"XAA,{FIRST_YEAR + i},{z:.6f}" for i, z in enumerate(deviations)]
    path.write_text("\n".join(["country,year,rain_z", *lines]) + "\n")
    options = {
        "unit": {"column": "country"},
        "time": {"year": "year"},
        "lag_months": 6,
        "indicators": {"rain_z": {"unit": "standard deviations", **declared}},
    }
    return Table().read(path, Table.options.model_validate(options))


def test_a_table_read_before_the_end_of_its_reference_period(tmp_path: Path) -> None:
    """In June 2015 nobody had the normal of 1991-2020, and so none of today's figures."""
    today = rain_against(tmp_path / "today.csv", 2024, reference=REFERENCE)
    then = rain_against(tmp_path / "then.csv", 2013, reference=REFERENCE)
    units = invented(today)
    asked = build_panel([today], units, START, JUNE_2015)
    assert_same(asked, build_panel([then], units, START, JUNE_2015))
    assert asked.frame["rain_z"].null_count() == asked.frame.height
    assert hindsight([today], {"rain_z"}, [JUNE_2015]) == ()
    known = build_panel([today], units, START, month_id("2021-06"))
    assert known.frame["rain_z"][-1] is not None
    assert known.frame["rain_z"][-2] is None


def test_a_table_that_looks_ahead_says_so(tmp_path: Path) -> None:
    """Allowed to, its figures are other ones than in 2015, and every study names them."""
    seen = {"reference": REFERENCE, "hindsight": True}
    today = rain_against(tmp_path / "today.csv", 2024, **seen)
    then = rain_against(tmp_path / "then.csv", 2013, **seen)
    units = invented(today)
    asked = build_panel([today], units, START, JUNE_2015)
    assert not asked.frame.equals(build_panel([then], units, START, JUNE_2015).frame)
    (told,) = hindsight([today], {"rain_z"}, [JUNE_2015])
    assert told.startswith("Measured against 1991-2020, which had not ended at an origin before")
    assert hindsight([today], {"rain_z"}, [month_id("2020-12")]) == ()


def test_features_declare_what_is_measured_against_a_reference_period() -> None:
    """All that read such an indicator, unless what they compare has the same normal."""
    normed = {
        indicator.name
        for name in sources()
        for indicator in sample_of(name).read().indicators
        if indicator.reference
    }
    assert {"era5_precip_anom_z", "cru_pre_anom_pct"} <= normed
    normed |= {f"{index}{months}_derived" for index in ("spi", "spei") for months in (3, 6, 12)}
    for feature in (feature for family in families().values() for feature in family.features):
        read = normed & set(feature.inputs)
        if feature.name not in OWN_PAST:
            assert read <= set(feature.against), feature.name
    declared = references(
        families().values(), [Indicator("spi3_derived", "", "", reference=REFERENCE)]
    )
    assert "rain_spi3" in declared[REFERENCE]


@pytest.mark.parametrize("name", ["cru", "era5-owid"])
def test_normals_of_our_own_are_known_from_the_end_of_their_period(name: str) -> None:
    """An anomaly is not there before its calendar month of the last of these years is out."""
    release = sample_of(name).read()
    measured = [i for i in release.indicators if i.reference]
    assert measured
    for indicator in measured:
        assert indicator.reference is not None
        rows = release.observations.filter(indicator=indicator.name)
        complete = pl.date(indicator.reference[1], pl.col("month").dt.month(), 1)
        assert rows.height
        assert rows.filter(pl.col("known_from") <= complete).is_empty()


@pytest.fixture(scope="module")
def tables(shared_data: Path) -> list[tuple[SourceEntry, Path, Release]]:
    """The sources of the study of all themes, their files, and the files as read."""
    listed = load_params(ABLATION, []).data.sources
    folders = [Path(entry.root).name if entry.root else "tables" for entry in listed]
    paths = [shared_data / f / entry.path for f, entry in zip(folders, listed, strict=True)]
    return [(e, p, read_file(e.source, p, e.options)) for e, p in zip(listed, paths, strict=True)]


@pytest.mark.slow
def test_every_table_of_real_data(tables: list[tuple[SourceEntry, Path, Release]]) -> None:
    panel = check([release for _, _, release in tables], countries(), START, JUNE_2015)
    assert len(panel.indicators) > 90
    assert len(panel.networks) > 5


@pytest.mark.slow
def test_every_table_of_real_data_cut_in_its_file(
    tables: list[tuple[SourceEntry, Path, Release]], tmp_path: Path
) -> None:
    files = [table for table in tables if table[1].is_file()]
    begun = [table for table in files if known(table[2], JUNE_2015).rows]
    then = []
    for number, (entry, path, _) in enumerate(begun):
        file = tmp_path / f"{number}" / path.name
        file.parent.mkdir()
        cut_file(path, entry).write_parquet(file)
        then.append(read_file(entry.source, file, entry.options))
    asked = build_panel([release for _, _, release in begun], countries(), START, JUNE_2015)
    assert_same(asked, build_panel(then, countries(), START, JUNE_2015))


def cut_file(path: Path, entry: SourceEntry) -> pl.DataFrame:
    """Rows of a table whose period and publication lag were over in June 2015."""
    frame = pl.read_parquet(path, glob=False)
    time = entry.options.get("time")
    if time is None:
        return frame
    month = pl.col(time["month"]) if "month" in time else 12
    ended = (pl.col(time["year"]).cast(pl.Int64) - 1980) * 12 + month
    return frame.filter(ended + entry.options.get("lag_months", 0) <= JUNE_2015)
