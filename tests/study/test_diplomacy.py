from datetime import date

import polars as pl
import pytest

from riskkit.months import month_id
from riskkit.registry import families, sources
from riskkit.study.diplomacy import THEMES, facts, themes
from riskkit.tables import Indicator, Release

UNITS = pl.DataFrame(
    {"unit": ["XAA", "XAB"], "name": ["A", "B"], "region": ["R", "R"], "born": None, "died": None},
    schema_overrides={"born": pl.Date, "died": pl.Date},
)
ROWS = [
    ("XAA", date(2019, 3, 1), "pax_n_agreements", 2.0, date(2019, 4, 30)),
    ("XAA", date(2020, 6, 1), "pax_n_agreements", 1.0, date(2020, 7, 31)),
    ("XAA", date(2020, 6, 1), "pax_n_agreements", 3.0, date(2020, 9, 30)),
    ("XAB", date(2013, 1, 1), "pax_n_agreements", 9.0, date(2013, 2, 28)),
    ("XAA", date(2018, 1, 1), "v2x_cspart", 0.4, date(2019, 3, 31)),
    ("XAA", date(2019, 1, 1), "v2x_cspart", 0.5, date(2020, 3, 31)),
    ("XAB", date(2019, 1, 1), "v2x_cspart", 0.9, date(2020, 3, 31)),
    ("XAA", date(2020, 1, 1), "v2x_cspart", 0.1, date(2021, 3, 31)),
]


@pytest.fixture
def release() -> Release:
    names = ["unit", "month", "indicator", "value", "known_from"]
    return Release(
        observations=pl.DataFrame(ROWS, schema=names, orient="row"),
        indicators=(
            Indicator("pax_n_agreements", "agreements", "pax", census=True, lag_months=1),
            Indicator("v2x_cspart", "index", "vdem", frequency="year", lag_months=3),
        ),
        covers=(date(2013, 1, 1), date(2020, 12, 1)),
    )


def told(release: Release, as_of: str) -> dict[tuple[str, str], dict]:
    found = facts([release], UNITS, month_id(as_of), UNITS["unit"].to_list())
    return {(row["unit"], row["indicator"]): row for row in found.to_dicts()}


def test_agreements_are_added_up_over_five_years_and_silence_is_zero(release):
    found = told(release, "2020-12")
    assert found["XAA", "pax_n_agreements"]["value"] == 5.0  # 2 and 3, the newer vintage
    assert found["XAB", "pax_n_agreements"]["value"] == 0.0  # those of 2013 are long ago
    assert found["XAA", "pax_n_agreements"]["month"] == date(2020, 11, 1)


def test_nothing_later_than_the_date_is_told(release):
    found = told(release, "2020-12")
    assert found["XAA", "v2x_cspart"]["value"] == 0.5
    assert found["XAA", "v2x_cspart"]["month"] == date(2019, 1, 1)
    assert told(release, "2020-08")["XAA", "pax_n_agreements"]["value"] == 3.0


def test_places_count_from_the_highest(release):
    found = told(release, "2020-12")
    assert [found[u, "v2x_cspart"]["place"] for u in ("XAA", "XAB")] == [2, 1]
    assert found["XAA", "v2x_cspart"]["countries"] == 2


def test_themes_without_a_figure_name_a_reader_that_exists(release):
    found = {theme.name: theme for theme in themes([release])}
    assert [fact.indicator for fact in found["Civil society"].facts] == ["v2x_cspart"]
    assert found["Sanctions"].facts == ()
    for theme in found.values():
        command = theme.missing.split("`riskkit data add ")[1]
        assert command.split()[0] in sources()


def test_figures_are_indicators_that_a_family_or_reader_knows():
    read = {name for family in families().values() for name in family.inputs}
    alone = [
        figure.text
        for _, figures, _ in THEMES
        for figure in figures
        if not set(figure.indicators) & read
    ]
    assert set(alone) <= {
        "embassies received",
        "voted with India",
        "voted with Brazil",
        "protests at home in 12 months",
    }
