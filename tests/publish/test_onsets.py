"""Chances of onset and of a doubling in a publication, and how such chances turned out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.publish import Publication, _table, publish, read_table, verify
from riskkit.publish._wording import outbreaks
from riskkit.publish.components import Components, table
from riskkit.publish.explanation import explain_unit, explanation_text
from riskkit.publish.onsets import Onsets
from riskkit.risk.onset import Standing
from tests.publish.sample import sample_publication, told_publication

GRADED = pl.DataFrame(
    {
        "event": ["doubling", "onset_12", "onset_12", "onset_3"],
        "from_chance": [0.0, 0.5, 0.0, 0.0],
        "to_chance": [1.0, 1.0, 0.5, 1.0],
        "forecasts": [40, 9, 1234, 1243],
        "came": [1, 6, 20, 3],
        "chance": [0.2, 0.6, 0.02, 0.01],
        "first_origin": ["2017-06"] * 4,
        "last_origin": ["2023-06"] * 4,
    }
)


def published() -> Publication:
    """XAA is in conflict, XAB quiet and sure to break out, XAG quiet for ever; others neither."""
    quiet = np.array([False, True, False, False, False, False, True])
    before = np.array([100.0, np.nan, 3, 3, 3, 3, 0])
    standing = Standing(quiet, np.full(7, 0.5), before)
    return told_publication(standing=standing, onsets=GRADED)


def test_only_units_that_are_asked_have_a_chance():
    publication = published()
    rows = {row["unit"]: row for row in table(publication).filter(threat="conflict").to_dicts()}
    draws = publication.first.forecast.draws
    assert rows["XAA"]["doubling"] == pytest.approx((draws[0].sum(0) >= 200).mean(), abs=1e-4)
    assert rows["XAB"]["onset_12"] == pytest.approx((draws[1] > 0).any(0).mean(), abs=1e-4)
    assert rows["XAB"]["onset_3"] == pytest.approx((draws[1, :3] > 0).any(0).mean(), abs=1e-4)
    assert (rows["XAG"]["onset_3"], rows["XAG"]["onset_12"]) == (0, 0)
    for unit, event in (("XAA", "onset_12"), ("XAB", "doubling"), ("XAC", "doubling")):
        assert rows[unit][event] is None
    other = table(publication).filter(threat="displacement")
    assert other.select("onset_3", "onset_12", "doubling").null_count().row(0) == (7, 7, 7)
    plain = table(sample_publication())
    assert plain["onset_12"].null_count() == plain.height


def test_a_chance_that_falls_with_time_is_refused():
    frame = table(published())
    assert Components.is_valid(frame, cast=True)
    wrong = frame.with_columns(onset_3=pl.when(pl.col("unit") == "XAG").then(0.5))
    assert not Components.is_valid(wrong, cast=True)


def test_pages_and_the_terminal_say_it_in_words_with_counts(tmp_path: Path):
    publish(published(), tmp_path / "pub")
    assert verify(tmp_path / "pub") == []
    assert read_table(tmp_path / "pub", "onsets.csv")["forecasts"].to_list() == [1243, 1234, 9, 40]
    text = " ".join(explanation_text(explain_unit(tmp_path / "pub", "XAG")).split())
    quiet = (
        "armed conflict breaks out within 12 months: below 1 % (within 3: below 1 %), after 60 "
        "months without; in 1,234 past forecasts of 0 to 50 % it came 20 times"
    )
    assert quiet in text
    page = (tmp_path / "pub" / "units" / "XAA.html").read_text("utf-8").replace("\xa0", " ")
    assert "at least twice the deaths of the last 12 months known: " in page
    assert "in 40 past forecasts of 0 to 100 % it came 1 time<" in page
    assert "armed conflict breaks out" not in page
    report = (tmp_path / "pub" / "report.html").read_text("utf-8")
    assert "after 60 without (26 in 1,243 forecasts)" in report
    assert "replayed from June 2017 to June 2023" in report


def test_a_chance_between_two_rows_counts_to_the_upper_one():
    one = {"onset_3": 0.0, "onset_12": 0.5, "doubling": None}
    (said,) = outbreaks(one, GRADED.sort("from_chance").to_dicts())
    assert said.endswith("in 9 past forecasts of 50 to 100\xa0% it came 6 times")


def test_without_a_replay_nothing_is_said_of_the_past(tmp_path: Path):
    publication = told_publication(standing=published().first.standing)
    publish(publication, tmp_path / "pub")
    assert read_table(tmp_path / "pub", "onsets.csv").is_empty()
    text = explanation_text(explain_unit(tmp_path / "pub", "XAG"))
    assert "armed conflict breaks out within 12 months" in text
    assert "past forecast" not in text
    assert "Onsets and doublings" not in (tmp_path / "pub" / "report.html").read_text("utf-8")


def test_more_that_came_than_was_forecast_is_refused():
    wrong = GRADED.with_columns(came=pl.lit(10**6))
    with pytest.raises(RiskkitError, match="no_more_came_than_was_forecast"):
        _table.checked(wrong, Onsets, "onsets.csv")
