from dataclasses import replace

import polars as pl
import pytest

from riskkit.publish.model_card import card
from tests.publish.sample import sample_publication


def record(model: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "model": [model, model, "other"],
            "target": ["ged_sb"] * 3,
            "window": ["2019", "2018", "2018"],
            "rule": ["crps", "crps", "crps"],
            "value": [12.3456, 3.0, 99.0],
            "skill": [0.1, None, 0.0],
            "skill_low": [-0.05, None, 0.0],
            "skill_high": [0.25, None, 0.0],
        }
    )


def test_the_card_names_model_target_dates_and_sources():
    text = card(sample_publication())
    for phrase in ("`invented`", "`ged_sb`", "2021-12", "2021-11", "Invented events (CC0-1.0)"):
        assert phrase in text


def test_the_record_shows_this_model_only():
    text = card(sample_publication(record=record("invented")))
    assert "| ged_sb | 2019 | crps | 12.35 | 0.1 | -0.05 | 0.25 |" in text
    assert "| ged_sb | 2018 | crps | 3 |  |  |  |" in text
    assert "99" not in text


@pytest.mark.parametrize("given", [None, record("another")])
def test_a_missing_record_is_said_to_be_missing(given):
    assert "No backtest of this model" in card(sample_publication(record=given))


def test_without_sources_the_card_says_so():
    assert "None were named." in card(sample_publication(sources=()))


def test_the_card_claims_no_cause():
    assert "They do not say what causes violence." in card(sample_publication())


def test_outliers_are_named_with_their_inputs():
    publication = sample_publication()
    assert "No unit has an input beyond anything it had." in card(publication)
    part = replace(publication.first, outliers={"XAB": ("9 deaths in a year, 2 at most before",)})
    text = card(replace(publication, parts=(part,)))
    assert "- Borduna (`XAB`): 9 deaths in a year, 2 at most before." in text
