"""The embedded data as releases: when each figure could be known, and under which name."""

import subprocess
import sys
from datetime import date

import polars as pl
import pytest

from riskkit.base import releases
from riskkit.base._rows import PUBLISHED
from riskkit.months import month_id
from riskkit.panel import build_panel
from riskkit.registry import families
from riskkit.tables import Dyads, Indicator, Observations, Release
from riskkit.testing.panels import scrambled
from riskkit.units import countries

DECLARED = {i.name: i for release in releases() for i in release.indicators}
ROWS = pl.concat(release.observations for release in releases())
VIOLENCE, DISPLACEMENT = releases()[:2]


def rows(indicator: str) -> pl.DataFrame:
    return ROWS.filter(pl.col("indicator") == indicator)


def value(indicator: str, unit: str, month: date) -> float:
    return float(rows(indicator).filter(unit=unit, month=month)["value"].item())


@pytest.mark.parametrize("release", releases(), ids=lambda release: release.citation.title)
def test_a_release_keeps_the_contract(release: Release) -> None:
    Observations.validate(release.observations)
    assert {i.name for i in release.indicators} == set(release.observations["indicator"])
    if release.dyads is not None:
        Dyads.validate(release.dyads)
        assert {r.name for r in release.relations} == set(release.dyads["relation"])
    assert release.citation.citation
    assert release.vintage
    assert not release.simulated


def test_no_indicator_has_two_sources() -> None:
    names = [i.name for release in releases() for i in release.indicators]
    assert len(names) == len(set(names))
    assert all(i.source.startswith("base-") and i.description for i in DECLARED.values())


def test_all_units_are_countries() -> None:
    assert set(ROWS["unit"]) <= set(countries()["unit"])


def test_everything_is_known_at_the_end_of_june_2025_and_nothing_is_later() -> None:
    assert ROWS["known_from"].max() == PUBLISHED == date(2025, 6, 30)
    assert ROWS["month"].max() == date(2024, 12, 1)
    for release in releases():
        assert release.covers[1] <= date(2024, 12, 1)
        if release.dyads is not None:
            assert release.dyads["known_from"].max() <= PUBLISHED


@pytest.mark.parametrize(
    ("indicator", "month", "known"),
    [
        ("ged_sb", date(2024, 1, 1), date(2025, 6, 30)),
        ("ged_best", date(2023, 12, 1), date(2024, 6, 30)),
        ("ucdp_os_by_nonstate", date(2024, 1, 1), date(2025, 6, 30)),
        ("unhcr_refugees_origin", date(2023, 1, 1), date(2024, 6, 30)),
        ("unhcr_flow_total_origin", date(2024, 1, 1), date(2025, 6, 30)),
        ("era5_t2m_c", date(2024, 12, 1), date(2025, 1, 31)),
        ("heat_month_2sd", date(2024, 2, 1), date(2024, 3, 31)),
        ("era5_precip", date(2024, 1, 1), date(2025, 1, 31)),
        ("era5_t2m_anom_c", date(1962, 7, 1), date(1990, 8, 31)),
        ("cru_pre_mm", date(2022, 1, 1), date(2023, 6, 30)),
        ("inform_risk", date(2023, 1, 1), date(2024, 12, 31)),
        ("gdelt_protest_events", date(2024, 12, 1), date(2025, 1, 31)),
        ("unga_usagree", date(2023, 1, 1), date(2024, 6, 30)),
        ("wdi_gdppc_kd", date(2023, 1, 1), date(2024, 12, 31)),
        ("wpp24_pop", date(2023, 1, 1), date(2024, 7, 31)),
        ("wpp24_pop", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_when_a_figure_could_be_known(indicator: str, month: date, known: date) -> None:
    assert rows(indicator).filter(month=month)["known_from"].unique().to_list() == [known]


def test_months_of_a_year_that_come_out_together_say_so() -> None:
    monthly = [i for i in VIOLENCE.indicators if i.frequency == "month"]
    assert {i.yearly_release for i in monthly} == {6}
    assert all(i.census for i in VIOLENCE.indicators)


@pytest.mark.parametrize("indicator", ["ged_best", "ucdp_total_best"])
@pytest.mark.parametrize(
    ("year", "deaths"), [(2021, 234_846), (2022, 309_636), (2023, 161_237), (2024, 160_900)]
)
def test_deaths_in_the_world(indicator: str, year: int, deaths: int) -> None:
    found = rows(indicator).filter(pl.col("month").dt.year() == year)
    assert found["value"].sum() == deaths


@pytest.mark.parametrize(
    ("indicator", "year", "millions"),
    [
        ("unhcr_refugees_asylum", 2024, 30.96),
        ("unrwa_palestine_refugees_asylum", 2024, 5.91),
        ("unhcr_idps", 2024, 68.13),
        ("wpp24_pop", 2024, 8162),
        ("wpp24_pop", 2023, 8092),
    ],
)
def test_people_in_the_world(indicator: str, year: int, millions: float) -> None:
    found = rows(indicator).filter(pl.col("month").dt.year() == year)
    assert found["value"].sum() / 1e6 == pytest.approx(millions, rel=0.001)


def test_types_add_up_to_all_deaths_by_year() -> None:
    by_year = ROWS.group_by("unit", pl.col("month").dt.year().alias("year"), "indicator").agg(
        pl.col("value").sum()
    )
    wide = by_year.pivot("indicator", index=["unit", "year"], values="value").fill_null(0)
    for kind in ("sb", "ns", "os"):
        assert wide[f"ged_{kind}"].equals(wide[f"ucdp_{kind}_best"].rename(f"ged_{kind}"))
    parts = wide["ucdp_os_by_government"] + wide["ucdp_os_by_nonstate"]
    assert parts.equals(wide["ucdp_os_best"].rename(parts.name))


def test_deaths_within_a_month_are_part_of_all() -> None:
    keys = ["unit", "month"]
    both = rows("ged_best_within").join(rows("ged_best"), on=keys, suffix="_all")
    assert (both["value"] <= both["value_all"]).all()
    assert (both["value"] > 0).sum() == 13_892


def test_estimates_say_that_they_are() -> None:
    for kind in ("sb", "ns", "os"):
        assert "estimated" in DECLARED[f"ged_{kind}"].description
    assert "first day" in DECLARED["ged_best"].description


def test_what_is_computed_anew_each_year_is_marked() -> None:
    revised = {name for name, indicator in DECLARED.items() if indicator.revised}
    assert revised == {
        *("inform_risk", "inform_hazard_exposure", "inform_vulnerability"),
        *("inform_lack_of_coping_capacity", "unga_idealpointall"),
    }


def test_a_series_goes_on_under_its_unit() -> None:
    assert value("ucdp_total_best", "SSD", date(2014, 1, 1)) > 1000
    assert rows("ged_best").filter(unit="SSD")["month"].min() >= date(2011, 7, 1)
    assert "PSE" not in set(VIOLENCE.observations["unit"])
    assert "XKX" in set(VIOLENCE.observations["unit"])
    assert "XKX" not in set(DISPLACEMENT.observations["unit"])


def test_a_country_that_holds_another_is_displayed_with_it() -> None:
    assert VIOLENCE.unit_names == {
        "ISR": "Israel (with Palestine)",
        "MAR": "Morocco (with Western Sahara)",
    }
    assert DISPLACEMENT.unit_names == {"SRB": "Serbia (with Kosovo)"}
    assert set(VIOLENCE.unit_names) <= set(VIOLENCE.observations["unit"])


def test_nobody_dies_outside_the_life_of_a_state() -> None:
    deaths = rows("ged_best").join(countries(), on="unit")
    early = pl.col("born") > pl.col("month").dt.month_end()
    assert deaths.filter(early | (pl.col("died") < pl.col("month"))).is_empty()


def test_flows_of_the_years_in_which_few_countries_told_are_kept() -> None:
    flows = rows("unhcr_flow_total_origin")
    assert flows["month"].min() == date(1962, 1, 1)
    assert flows.filter(pl.col("month").dt.year() < 2000).height > 1000


def test_refugees_stand_on_both_sides() -> None:
    dyads = DISPLACEMENT.dyads.filter(month=date(2024, 1, 1))
    hosted = dyads.filter(relation="refugee_origins", unit="TUR", other="SYR")["value"].item()
    fled = dyads.filter(relation="refugee_hosts", unit="SYR", other="TUR")["value"].item()
    assert hosted == fled > 2e6


def test_borders_are_mutual() -> None:
    pairs = set(releases()[-1].dyads.select("unit", "other").rows())
    assert ("SDN", "TCD") in pairs
    assert all((other, unit) in pairs for unit, other in pairs)


@pytest.mark.parametrize("name", ["heat_month_2sd", "heat_month_p95", "drought_year_p5"])
def test_hazards_are_yes_or_no(name: str) -> None:
    assert set(rows(name)["value"].unique()) == {0.0, 1.0}
    recent = rows(name).filter(pl.col("month").dt.year() >= 2015)["value"]
    assert 0.05 < recent.mean() < 0.25


def test_most_families_read_base() -> None:
    relations = {relation.name for release in releases() for relation in release.relations}
    for name in ("conflict", "migration", "neighbours", "development", "climate"):
        family = families()[name]
        alive = [
            f
            for f in family.features
            if set(f.inputs) & set(DECLARED) or (not f.inputs and set(f.relations) <= relations)
        ]
        assert len(alive) >= 10, name


def test_importing_riskkit_reads_nothing() -> None:
    script = (
        "import sys, riskkit; assert not [m for m in sys.modules if m.startswith('riskkit.base')]"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_declaration_has_what_a_reader_needs() -> None:
    assert all(isinstance(i, Indicator) and i.unit for i in DECLARED.values())


@pytest.mark.parametrize("month", ["2020-05", "2020-06"])
def test_what_came_later_changes_no_feature_of_before(month: str) -> None:
    """Just before and just after a year comes out."""
    as_of, some = month_id(month), ["AFG", "ISR", "MLI", "NER", "SSD", "SYR", "UKR", "XKX"]
    units = countries().filter(pl.col("unit").is_in(some))
    built = []
    for read in (releases(), [scrambled(release, as_of) for release in releases()]):
        panel = build_panel(read, units, month_id("2015-01"), as_of, shows_revised=True)
        built.append([family.build(panel) for family in families().values()])
    assert all(before.equals(after) for before, after in zip(*built, strict=True))
    alive = [column for frame in built[0] for column in frame if column.is_not_null().any()]
    assert len(alive) > 120
