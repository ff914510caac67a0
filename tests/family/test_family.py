"""Families: built columns, missing indicators, positions in the panel, several side by side."""

from dataclasses import replace

import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.family import Family, Feature, join_families
from riskkit.family import transforms as tf
from riskkit.testing.panels import LAST, made_up_panel, made_up_releases

PANEL = made_up_panel(made_up_releases(["deaths", "rain"]))


def family(name, *features):
    return Family(name, "For a test", features)


def feature(name, expr, *inputs):
    return Feature(name, expr, "things", inputs, "things, of a test")


LEVEL = feature("deaths_level", pl.col("deaths"), "deaths")
LAGGED = feature("deaths_lag_1", tf.lag("deaths", 1), "deaths")
CONTRAST = feature("rain_less_deaths", pl.col("rain") - pl.col("deaths"), "rain", "deaths")


def test_inputs_are_those_of_all_features():
    assert family("f", CONTRAST, LEVEL, LAGGED).inputs == ("deaths", "rain")


def test_build_gives_one_row_per_panel_row_and_the_declared_columns():
    built = family("f", LAGGED, LEVEL).build(PANEL)
    assert built.columns == ["unit", "month", "deaths_lag_1", "deaths_level"]
    assert built.schema.dtypes()[2:] == [pl.Float32(), pl.Float32()]
    assert built.select("unit", "month").equals(PANEL.frame.select("unit", "month"))
    assert built["deaths_level"].equals(PANEL.frame["deaths"].cast(pl.Float32))


def test_transforms_start_anew_with_each_unit():
    built = family("f", LEVEL, LAGGED).build(PANEL)
    for _, rows in built.group_by("unit"):
        wanted = [None, *rows["deaths_level"].to_list()[:-1]]
        assert rows["deaths_lag_1"].to_list() == wanted


def test_an_absent_indicator_is_missing_not_zero():
    absent = feature("snow_sum_3", tf.rolling_sum("snow", 3), "snow")
    half = feature("rain_less_snow", pl.col("rain") - pl.col("snow"), "rain", "snow")
    built = family("f", absent, half, LEVEL).build(PANEL)
    assert built["snow_sum_3"].null_count() == built["rain_less_snow"].null_count() == len(built)
    assert built["deaths_level"].null_count() < len(built)


def test_what_cannot_be_computed_names_the_family():
    with pytest.raises(RiskkitError, match=r"'f' cannot be .*find column \"death\"; riskkit\.test"):
        family("f", feature("typo", pl.col("death"), "deaths")).build(PANEL)
    with pytest.raises(RiskkitError, match=r"'f' declares a feature twice .got \['deaths_level'"):
        family("f", LEVEL, LEVEL).build(PANEL)


def test_families_stand_side_by_side():
    one, other = family("one", LEVEL, LAGGED), family("other", CONTRAST)
    joined = join_families([one.build(PANEL), other.build(PANEL)], PANEL.frame)
    assert joined.columns == ["unit", "month", "deaths_level", "deaths_lag_1", "rain_less_deaths"]
    assert joined.drop("deaths_level", "deaths_lag_1").equals(other.build(PANEL))


def test_a_shared_feature_name_is_refused():
    built = family("one", LEVEL, LAGGED).build(PANEL)
    match = r"two families declare the same feature \(got \['deaths_lag_1'\]\)"
    with pytest.raises(RiskkitError, match=match):
        join_families([built, family("other", LAGGED).build(PANEL)], PANEL.frame)


def test_families_of_different_panels_are_refused():
    earlier = made_up_panel(made_up_releases(["deaths", "rain"]), as_of=LAST - 1)
    with pytest.raises(RiskkitError, match="built on different panels; rebuild"):
        join_families([family("other", CONTRAST).build(earlier)], PANEL.frame)


def test_without_any_family_there_are_units_and_months_only():
    assert join_families([], PANEL.frame).equals(PANEL.frame.select("unit", "month"))


def test_what_is_computed_anew_each_year_is_null_unless_it_is_allowed():
    revised = {**PANEL.indicators, "deaths": replace(PANEL.indicators["deaths"], revised=True)}
    hidden = replace(PANEL, indicators=revised)
    built = family("f", LEVEL, LAGGED).build(hidden)
    assert built["deaths_level"].null_count() == built.height
    shown = family("f", LEVEL, LAGGED).build(replace(hidden, shows_revised=True))
    assert shown.equals(family("f", LEVEL, LAGGED).build(PANEL))
