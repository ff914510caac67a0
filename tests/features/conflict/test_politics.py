"""What surrounds the violence: hand-worked values, two names of one thing, missing values."""

import math

import polars as pl
import pytest

from riskkit.months import first_day, month_id
from riskkit.panel import build_panel
from riskkit.sources import reign
from riskkit.sources.ucdp import country_year as ucdp_country_year
from riskkit.tables import Indicator, Release
from riskkit.testing.panels import made_up_units
from riskkit_features.conflict import FAMILY
from riskkit_features.conflict.politics import politics

START = month_id("2005-01")
NAMES = [feature.name for feature in politics()]


def latest(**records):
    """Features of the last month of one country with these monthly records."""
    months = len(next(iter(records.values())))
    rows = [
        ("XAA", first_day(START + m), name, float(value))
        for name, record in records.items()
        for m, value in enumerate(record)
        if value is not None
    ]
    observations = pl.DataFrame(
        rows, schema=["unit", "month", "indicator", "value"], orient="row"
    ).with_columns(known_from=pl.col("month").dt.month_end())
    indicators = tuple(Indicator(name, "things", "made-up") for name in records)
    covers = (first_day(START), first_day(START + months - 1))
    units = made_up_units().filter(pl.col("unit") == "XAA")
    release = Release(observations, indicators, covers)
    return FAMILY.build(build_panel([release], units, START, START + months - 1)).row(
        -1, named=True
    )


def test_politics_comes_after_the_history_of_violence():
    names = [feature.name for feature in FAMILY.features]
    assert names[-len(NAMES) :] == NAMES
    assert all(name.startswith("ged_") for name in names[: -len(NAMES)])
    assert len({feature.description for feature in FAMILY.features}) == len(names)


@pytest.mark.parametrize(
    "names",
    [
        ("sb", "sb_low", "sb_high", "sb_civ", "sb_interstate"),
        (
            "ucdp_sb_best",
            "ucdp_sb_low",
            "ucdp_sb_high",
            "ucdp_sb_civilians",
            "ucdp_sb_interstate",
        ),
    ],
    ids=["table", "reader"],
)
def test_the_toll_of_a_year(names):
    year = latest(**dict(zip(names, ([200], [99], [399], [50], [20]), strict=True)))
    assert year["sb_spread"] == pytest.approx(math.log(4))
    assert year["sb_civilian_share"] == pytest.approx(0.25)
    assert year["sb_interstate_share"] == pytest.approx(0.1)
    peace = latest(**{name: [0] for name in names})
    assert peace["sb_spread"] == 0
    assert peace["sb_civilian_share"] is None


@pytest.mark.parametrize("name", ["coup_attempts", "pt_attempt_num"])
def test_the_time_since_a_coup(name):
    assert latest(**{name: [0, 2] + [0] * 20})["coup_months_since"] == 20
    assert latest(**{name: [0] * 130})["coup_months_since"] == 120


def test_monthly_coups_go_before_yearly_ones():
    months, years = [0] * 11 + [1] + [0] * 4, [0] * 13 + [1] * 3
    assert latest(coup_attempts=months, pt_attempt_num=years)["coup_months_since"] == 4


def test_leaders():
    seat = latest(tenure_months=[7], leader_change=[1])
    assert seat["leader_tenure_log"] == pytest.approx(math.log(8))
    assert seat["leader_changes_60"] is None
    assert latest(leader_change=[1] * 3 + [0] * 12 + [1])["leader_changes_60"] == 4


def test_elections_behind_and_ahead():
    soon = latest(months_since_last_vote=[57], election_expected=[1], months_to_expected_vote=[3])
    assert soon["election_months_since"] == 57
    assert (soon["election_ahead"], soon["election_months_to"]) == (1, 3)
    none = latest(months_since_last_vote=[400], election_expected=[0])
    assert (none["election_months_since"], none["election_ahead"]) == (120, 0)
    assert none["election_months_to"] is None
    assert latest(election_expected=[0])["election_months_since"] is None


def test_the_readers_declare_what_the_features_read():
    read = {name for feature in politics() for name in feature.inputs}
    declared = {*reign.INDICATORS, *ucdp_country_year.INDICATORS, "coup_attempts", "pt_attempt_num"}
    assert read - declared == {"sb", "sb_low", "sb_high", "sb_civ", "sb_interstate"}
    assert "months_to_next_vote" not in FAMILY.inputs
