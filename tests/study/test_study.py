"""A study of a user's own table: late values, early reporters, too little and too old data."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.months import format_month, month_id
from riskkit.study.study import Study

CELLS = [str(gid) for gid in range(100_001, 100_016)]
"""Cells of the PRIO-GRID in the open sea: their figures are about nobody."""
START = month_id("2010-01")
STUDY = """
data:
  kind: files
  root: {root}
  sources:
    - source: table
      path: deaths.csv
      options:
        unit: {{column: cell, system: cell}}
        time: {{column: month}}
        indicators: {{deaths: {{unit: deaths, census: {census}}}}}
        known_from: {{column: known}}
        lag_months: 1
target: {{indicator: deaths}}
features: {{families: [conflict]}}
forecast: {{model: conflictology, draws: 100, horizons: 1-3}}
"""


def study(folder: Path, months: int = 96, more: dict[str, int] | None = None, **sets: str) -> Study:
    """Fifteen cells, some known for longer; February 2017 of the second is four months late."""
    rng = np.random.default_rng(1)
    lines = ["cell,month,known,deaths"]
    for number, code in enumerate(CELLS):
        for m in range(START, START + months + (more or {}).get(code, 0)):
            late = 4 if (code, m) == (CELLS[1], month_id("2017-02")) else 0
            deaths = 50 if late else rng.poisson(2 + number)
            known = f"{format_month(m + 1 + late)}-28"
            lines.append(f"{code},{format_month(m)},{known},{deaths}")
    (folder / "deaths.csv").write_text("\n".join(lines) + "\n")
    (folder / "params.yaml").write_text(STUDY.format(root=folder, census=str(not more).lower()))
    return Study.open(folder / "params.yaml", [f"{key}={value}" for key, value in sets.items()])


def test_a_late_value_reaches_outcome_and_panel_when_it_is_published(tmp_path: Path) -> None:
    shown = {}
    for origin in ("2017-06", "2017-07", "2017-12"):
        told = study(tmp_path, **{"panel.as_of": origin})
        march = pl.col("month") == pl.date(2017, 3, 1)
        row = told.panel.frame.filter(march, unit=CELLS[1])
        data = told.dataset(told.threats[0], month_id(origin), (1,))
        shown[origin] = (row["deaths"][0], data.y[1, month_id("2017-02") - START])
    assert shown == {"2017-06": (0, 0), "2017-07": (50, 50), "2017-12": (50, 50)}


def test_features_of_an_origin_are_those_of_its_own_panel(tmp_path: Path) -> None:
    """Cut where nothing came late since, and built anew where the late value was not out."""
    told = study(tmp_path)
    late, early = month_id("2017-05"), month_id("2016-05")
    assert told.features_at(early) is told.features
    assert told.features_at(late).height < told.features.height
    other = Study.open(tmp_path / "params.yaml", [f"panel.as_of={format_month(late)}"])
    assert told.features_at(late).equals(other.features)


def by_year(told: Study) -> Study:
    """The same study, as if the months of a year came out together each June."""
    releases = tuple(
        replace(one, indicators=tuple(replace(i, yearly_release=6) for i in one.indicators))
        for one in told.releases
    )
    return Study.of(told.params, releases, told.units)


def test_outcomes_alone_need_no_panel_and_are_those_beside_features(tmp_path: Path) -> None:
    told = study(tmp_path)
    threat, origin = told.threats[0], month_id("2016-05")
    bare = told.dataset(threat, origin, (1, 2), features=False)
    assert "panel" not in told.__dict__
    whole = told.dataset(threat, origin, (1, 2))
    assert "panel" in told.__dict__
    assert (bare.units, bare.first_month, bare.X.shape) == (
        whole.units,
        whole.first_month,
        (*whole.X.shape[:2], 0),
    )
    np.testing.assert_array_equal(bare.y, whole.y)


def test_where_the_calendar_says_no_an_origin_has_its_own_panel_alone(tmp_path: Path) -> None:
    """The months of a year come out together: its panel of December is no cut of one in June."""
    origin = month_id("2016-12")
    told, other = (
        by_year(study(tmp_path, **{"panel.as_of": day})) for day in ("2017-06", "2016-12")
    )
    found = told.features_at(origin)
    assert "panel" not in told.__dict__
    assert not told.panel.exact_at(origin)
    assert isinstance(found, pl.DataFrame)
    assert found.equals(other.features)


def test_a_panel_that_ends_before_it_starts_is_refused_without_building_it(tmp_path: Path) -> None:
    told = study(tmp_path, **{"panel.start": "2015-01", "panel.as_of": "2014-01"})
    with pytest.raises(RiskkitError, match="the panel would end in 2014-01"):
        told.dataset(told.threats[0], month_id("2013-12"), (1,), features=False)


@pytest.mark.parametrize(("families", "seen"), [(None, True), (("conflict",), True), ((), False)])
def test_a_threat_sees_its_own_families(
    tmp_path: Path, families: tuple[str, ...] | None, seen: bool
) -> None:
    study(tmp_path)
    params = tmp_path / "params.yaml"
    text = params.read_text().replace(
        "indicators: {deaths: {", "indicators: {ged_sb: {column: deaths, "
    )
    params.write_text(text.replace("indicator: deaths", "indicator: ged_sb"))
    told = Study.open(params)
    threat = replace(told.threats[0], families=families)
    data = told.dataset(threat, month_id("2017-06"), (1,))
    assert bool(data.features) is seen
    assert data.X.shape == (15, data.y.shape[1], len(data.features))


def test_one_early_reporter_does_not_empty_the_forecast(tmp_path: Path) -> None:
    outlook = study(tmp_path, more={CELLS[0]: 2}).forecast()
    (one,) = outlook.threats.values()
    assert one.forecast.units == tuple(CELLS)
    assert one.notes.findings["early"].startswith("Outcomes after 2017-12 are known of few units")
    assert format_month(one.notes.last_data) == "2017-12"


def test_who_lags_behind_for_long_is_left_out_by_name(tmp_path: Path) -> None:
    outlook = study(tmp_path, more={CELLS[2]: -3, CELLS[3]: -9}).forecast()
    (one,) = outlook.threats.values()
    assert one.forecast.units == tuple(code for code in CELLS if code != CELLS[3])
    assert one.notes.left_out == {
        CELLS[3]: "the last known outcome is 9 months older than that of most units"
    }


@pytest.mark.parametrize(
    ("months", "as_of", "told"),
    [
        (13, "2011-02", "only 13 months of outcomes of 'deaths' are known at 2011-02"),
        (96, "2042-12", "are of 2017-12 and ended 300 months before 2042-12"),
    ],
)
def test_too_little_and_too_old_is_refused(
    tmp_path: Path, months: int, as_of: str, told: str
) -> None:
    with pytest.raises(RiskkitError, match=told):
        study(tmp_path, months, **{"panel.as_of": as_of}).forecast()


def test_threats_share_the_features_of_an_origin(tmp_path: Path) -> None:
    told = study(tmp_path)
    threat, origin = told.threats[0], told.span[1]
    first, second = (told.dataset(threat, origin, (1,)) for _ in range(2))
    assert first.X is second.X
    assert first.X.shape == told.dataset(threat, origin, (2,), features=True).X.shape


def test_what_a_pool_says_of_a_member_goes_before_what_holds_everywhere(tmp_path: Path) -> None:
    study(tmp_path)
    params = tmp_path / "params.yaml"
    pool = "{members: [log_logistic, network], options: {log_logistic: {unsteady: true}}}"
    everywhere = "{log_logistic: {prior: 5.0, unsteady: false}, network: {epochs: 3}"
    params.write_text(f"{params.read_text()}models: {everywhere}, pool: {pool}}}\n")
    told = Study.open(params)
    assert told.model_options("pool")["options"] == {
        "log_logistic": {"prior": 5.0, "unsteady": True},
        "network": {"epochs": 3},
    }
    assert told.model_options("log_logistic") == {"prior": 5.0, "unsteady": False}
    of_a_threat = {"members": ["log_logistic"], "options": {"log_logistic": {"prior": 2.0}}}
    assert told.model_options("pool", of_a_threat)["options"] == {
        "log_logistic": {"prior": 2.0, "unsteady": False}
    }
