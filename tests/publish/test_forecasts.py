from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.forecasting.forecast import from_frame
from riskkit.publish import publish
from riskkit.publish.forecasts import table
from tests.publish.sample import sample_publication, turned


def test_one_row_per_unit_and_month():
    publication = sample_publication()
    frame = table(publication)
    assert frame.height == 7 * 12
    row = frame.row(13, named=True)
    draws = publication.first.forecast.draws[1, 1]
    assert (row["unit"], str(row["month"]), row["horizon"]) == ("XAB", "2022-02-01", 2)
    assert row["expected"] == round(draws.mean(), 2)
    assert row["q25"] == round(np.quantile(draws, 0.25), 2)
    assert row["p_2"] == round((draws >= 25).mean(), 4)


def test_the_parquet_file_gives_the_forecast_back(tmp_path):
    publication = sample_publication()
    path = publish(turned(publication), tmp_path / "pub")["forecasts.parquet"]
    (back,) = from_frame(pl.read_parquet(path))
    np.testing.assert_array_equal(back.draws, publication.first.forecast.draws)
    told, meant = (replace(one, draws=None) for one in (back, publication.first.forecast))
    assert told == meant


def test_both_files_have_the_same_figures(tmp_path):
    paths = publish(sample_publication(), tmp_path / "pub")
    draws = pl.read_parquet(paths["forecasts.parquet"]).drop("draws")
    assert draws.equals(pl.read_csv(paths["forecasts.csv"], schema=draws.schema))


def test_draws_are_stored_as_small_integers(tmp_path):
    path = publish(sample_publication(), tmp_path / "pub")["forecasts.parquet"]
    assert pl.read_parquet_schema(path)["draws"] == pl.Array(pl.UInt32, 60)


def test_a_draw_beyond_32_bits_is_refused(tmp_path):
    publication = sample_publication()
    drawn = publication.first.forecast
    forecast = replace(drawn, draws=drawn.draws + 2**32)
    with pytest.raises(RiskkitError, match=r"too large for forecasts.parquet \(got 4294"):
        publish(sample_publication(forecast=forecast), tmp_path / "pub")
