from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.exchange import Published, export
from riskkit.exchange.views import LEFT_OUT, placed
from riskkit.forecasting.forecast import Forecast
from riskkit.scoring.submission import read_submission

DRAWS = np.array([[[1, 2]], [[3, 4]]])


def test_our_own_reader_of_submissions_reads_the_draws(of_cells: Path, tmp_path: Path) -> None:
    out = export("views", of_cells, tmp_path / "views")
    forecast = Published.open(of_cells).forecasts["conflict"]
    there = read_submission([out / "conflict.parquet"])
    assert there.height == len(forecast.units) * 12
    raw = pl.read_parquet(out / "conflict.parquet")
    assert raw.columns == ["month_id", "priogrid_gid", "draw", "outcome"]
    one = raw.filter(priogrid_gid=int(forecast.units[0]), month_id=forecast.months[3])
    assert one.sort("draw")["outcome"].to_list() == forecast.draws[0, 3].tolist()


def test_nothing_is_left_out_where_all_are_numbered(of_cells: Path, tmp_path: Path) -> None:
    out = export("views", of_cells, tmp_path / "views")
    assert (out / LEFT_OUT).read_text() == "threat,unit,reason\n"


def test_places_without_a_number_are_named(tmp_path: Path) -> None:
    kept, strangers = placed(Forecast("m", "t", 504, ("VAT", "149426"), (1,), DRAWS))
    assert kept.units == ("149426",)
    assert kept.draws.tolist() == [[[3, 4]]]
    assert strangers == ["VAT"]


def test_invented_countries_are_refused(publication: Path, tmp_path: Path) -> None:
    with pytest.raises(RiskkitError, match=r"these units have none \(got \['XAA', 'XAB'"):
        export("views", publication, tmp_path / "views")
    assert not (tmp_path / "views").exists()
