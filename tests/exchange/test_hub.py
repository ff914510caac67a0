import json
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from riskkit.errors import RiskkitError
from riskkit.exchange import Options, Published, export
from riskkit.exchange.hub import OUTPUT, QUANTILES
from riskkit.publish import publish
from tests.publish.sample import sample_publication


@pytest.fixture
def hub(publication: Path, later: Path, tmp_path: Path) -> Path:
    return export("hub", publication, tmp_path / "hub", Options(team="we", later=(later,)))


def _output(hub: Path) -> pl.DataFrame:
    from hubdata import connect_hub

    return pl.DataFrame(connect_hub(hub).get_dataset().to_table())


def _by_kind(rows: pl.DataFrame) -> dict[tuple[str, str], float]:
    (value,) = {"value", "oracle_value"} & set(rows.columns)
    told = rows.select("output_type", "output_type_id", value).iter_rows()
    return {(kind, name): number for kind, name, number in told}


def test_hubdata_reads_the_model_output(hub: Path) -> None:
    rows = _output(hub)
    assert set(rows.columns) == {*OUTPUT, "model_id"}
    assert rows["model_id"].unique().to_list() == ["we-invented_other"]
    assert rows["origin_date"].unique().to_list() == [date(2021, 12, 31)]
    assert rows.schema["value"] == pl.Float64
    assert rows.null_count().sum_horizontal().item() == 0
    path = hub / "model-output" / "we-invented_other" / "2021-12-31-we-invented_other.csv"
    assert path.read_text().splitlines()[0] == ",".join(OUTPUT)


def test_the_values_are_those_of_the_draws(hub: Path, publication: Path) -> None:
    rows = _output(hub)
    forecast = Published.open(publication).forecasts["conflict"]
    one = rows.filter(location="XAA", target="ged_sb", horizon=3)
    assert one["target_end_date"].unique().to_list() == [date(2022, 3, 31)]
    values = _by_kind(one)
    draws = forecast.draws[0, 2]
    assert values["mean", "NA"] == pytest.approx(draws.mean(), abs=1e-4)
    for level in QUANTILES:
        wanted = np.quantile(draws, level)
        assert values["quantile", f"{level:g}"] == pytest.approx(wanted, abs=1e-4)
    assert values["cdf", "24"] == pytest.approx((draws < 25).mean(), abs=1e-4)
    bands = rows.filter(location="XAA", target="conflict band", horizon=3)
    assert bands["output_type_id"].to_list() == ["0", "1 to 24", "25 to 99", "100 or more"]
    assert bands["value"].sum() == pytest.approx(1, abs=1e-3)
    assert bands["value"][3] == pytest.approx((draws >= 100).mean(), abs=1e-4)


def test_a_period_of_a_year_ends_in_its_last_month(hub: Path) -> None:
    rows = _output(hub).filter(target="fled_year")
    assert rows["horizon"].unique().to_list() == [1]
    assert rows["target_end_date"].unique().to_list() == [date(2022, 12, 31)]


def test_every_row_is_a_task_of_the_configuration(hub: Path) -> None:
    tasks = json.loads((hub / "hub-config" / "tasks.json").read_text())["rounds"][0]["model_tasks"]
    rows = _output(hub).with_columns(pl.col(pl.Date).cast(pl.String))
    seen = 0
    for task in tasks:
        part = rows
        for name, values in task["task_ids"].items():
            part = part.filter(pl.col(name).is_in(values["optional"]))
        for kind, told in task["output_type"].items():
            ids = [str(i) for i in told["output_type_id"]["required"] or ["NA"]]
            given = part.filter(output_type=kind)
            assert sorted(given["output_type_id"].unique()) == sorted(ids)
            seen += given.height
    assert seen == rows.height


def test_hubdata_reads_what_came_from_later_publications(hub: Path, later: Path) -> None:
    from hubdata import connect_target_data
    from hubdata.create_target_data_schema import TargetType

    oracle = pl.DataFrame(connect_target_data(hub, TargetType.ORACLE_OUTPUT).to_table())
    series = pl.DataFrame(connect_target_data(hub, TargetType.TIME_SERIES).to_table())
    told = Published.open(later).table("series.csv").filter(unit="XAB", month=date(2022, 3, 1))
    (count,) = told["value"]
    one = oracle.filter(location="XAB", target_end_date=date(2022, 3, 31))
    values = _by_kind(one)
    assert values["mean", "NA"] == values["quantile", "NA"] == count
    assert values["cdf", "24"] == float(count < 25)
    assert sum(value for (kind, _), value in values.items() if kind == "pmf") == 1.0
    assert (
        series.filter(location="XAB", target_end_date=date(2022, 3, 31))["observation"][0] == count
    )
    assert oracle["target_end_date"].max() == date(2022, 5, 31)


def test_without_a_later_publication_nothing_is_known(publication: Path, tmp_path: Path) -> None:
    hub = export("hub", publication, tmp_path / "hub")
    assert len((hub / "target-data" / "oracle-output.csv").read_text().splitlines()) == 1
    assert (hub / "model-output" / "riskkit-invented_other").is_dir()


def test_the_metadata_are_yaml(hub: Path) -> None:
    told = yaml.safe_load((hub / "model-metadata" / "we-invented_other.yml").read_text())
    assert told["team_abbr"] == "we"
    assert told["data_inputs"] == "Invented events"


@pytest.mark.parametrize("team", ["", "a-b", "x" * 31, "ä"])
def test_a_name_that_no_hub_takes(team: str, publication: Path, tmp_path: Path) -> None:
    with pytest.raises(RiskkitError, match="at most 30 letters"):
        export("hub", publication, tmp_path / "hub", Options(team=team))


def test_a_publication_of_another_study_tells_nothing(publication: Path, tmp_path: Path) -> None:
    publish(sample_publication(as_of=516), tmp_path / "other")
    with pytest.raises(RiskkitError, match="threats differ"):
        export("hub", publication, tmp_path / "hub", Options(later=(tmp_path / "other",)))
