import json
import shutil

import numpy as np
import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.scoring import rules
from riskkit.scoring.submission import read_actuals, read_submission, score_submission

ONE_DRAW = {"month_id": [457], "country_id": [1], "draw": [0], "outcome": [3]}


def _forecast(months=range(457, 469), units=(1, 2, 3), draws=4, key="country_id", seed=0):
    rng = np.random.default_rng(seed)
    rows = [(m, u, d) for m in months for u in units for d in range(draws)]
    frame = pl.DataFrame(rows, schema=["month_id", key, "draw"], orient="row")
    return frame.with_columns(outcome=pl.Series(rng.negative_binomial(0.4, 0.01, len(rows))))


def _actuals(months=range(457, 469), units=(1, 2, 3), key="country_id"):
    return _forecast(months, units, draws=1, key=key, seed=9).drop("draw")


def _write(frame, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_csv(path) if path.suffix == ".csv" else frame.write_parquet(path)
    return path


@pytest.fixture
def forecast_file(tmp_path):
    return _write(_forecast(), tmp_path / "ours_2018.parquet")


def test_rows_become_arrays_in_the_order_of_their_draws(tmp_path):
    frame = _forecast()
    shuffled = _write(frame.sample(fraction=1, shuffle=True, seed=1), tmp_path / "f.parquet")
    got = read_submission([shuffled])
    assert got.columns == ["month_id", "country_id", "draws"]
    assert got.schema["draws"] == pl.Array(pl.Float64, 4)
    np.testing.assert_array_equal(got["draws"].to_numpy().ravel(), frame["outcome"].to_numpy())
    assert got.rows()[1][:2] == (457, 2)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_an_index_and_float_keys_do_no_harm(tmp_path, forecast_file, suffix):
    frame = _forecast().with_columns(pl.col("month_id", "draw").cast(pl.Float64))
    saved = _write(frame.with_row_index(""), tmp_path / f"saved{suffix}")
    assert read_submission([saved]).equals(read_submission([forecast_file]))


def test_folders_are_searched_to_any_depth(tmp_path, forecast_file):
    for part, months in (("late", range(457, 463)), ("early", range(463, 469))):
        frame = _forecast().filter(pl.col("month_id").is_in(list(months)))
        _write(frame, tmp_path / "team" / f"window={part}" / "part_0.parquet")
    assert read_submission([tmp_path / "team"]).equals(read_submission([forecast_file]))


def test_names_with_brackets_and_folders_named_like_files_do_no_harm(tmp_path, forecast_file):
    odd = _write(_forecast(), tmp_path / "a[1]" / "b.csv" / "c*.csv")
    assert read_submission([odd.parents[1]]).equals(read_submission([forecast_file]))


def test_grid_cells_work_alike(tmp_path):
    forecast = _write(_forecast(key="priogrid_gid"), tmp_path / "f.csv")
    actual = _write(_actuals(key="priogrid_gid"), tmp_path / "a.csv")
    result = score_submission(read_submission([forecast]), read_actuals([actual]))
    assert result["units"] == 3


@pytest.fixture
def result(tmp_path):
    months = range(457, 481)
    forecast = _write(_forecast(months, units=(1, 2, 3, 7)), tmp_path / "f.parquet")
    actual = _write(_actuals(months), tmp_path / "a.parquet")
    return score_submission(read_submission([forecast]), read_actuals([actual]))


def test_windows_are_calendar_years_and_overall_their_mean(result):
    assert list(result["windows"]) == ["2018", "2019"]
    for name in rules():
        windows = [result["windows"][year][name] for year in ("2018", "2019")]
        assert result["overall"][name] == pytest.approx(np.mean(windows))
    draws = _forecast(range(457, 481), units=(1, 2, 3, 7)).filter(pl.col("country_id") != 7)
    wanted = rules()["crps"](
        draws["outcome"].to_numpy().reshape(-1, 4), _actuals(range(457, 481))["outcome"]
    )
    assert result["windows"]["2018"]["crps"] == pytest.approx(wanted[:36].mean())


def test_what_was_scored_is_counted(result):
    counts = {key: result[key] for key in ("units", "unit_months", "draws", "ignored")}
    assert counts == {"units": 3, "unit_months": 72, "draws": 4, "ignored": 24}


def test_months_that_make_no_whole_years_are_one_window(tmp_path):
    months = range(535, 547)
    forecast = _write(_forecast(months), tmp_path / "f.csv")
    actual = _write(_actuals(months), tmp_path / "a.csv")
    result = score_submission(read_submission([forecast]), read_actuals([actual]))
    assert list(result["windows"]) == ["2024-07..2025-06"]


def test_undefined_scores_are_none_and_the_result_is_json(tmp_path, forecast_file):
    quiet = _write(_actuals().with_columns(outcome=pl.lit(0)), tmp_path / "a.csv")
    result = score_submission(read_submission([forecast_file]), read_actuals([quiet]))
    assert result["overall"]["auc_25"] is None
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def _broken(column, value):
    return pl.DataFrame({**ONE_DRAW, column: [value]}, strict=False)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (_forecast().drop("draw"), r"f.csv lacks the column draw .* files of one model"),
        (_forecast().drop("month_id"), "lacks the column month_id"),
        (_forecast(key="unit"), "lacks the column country_id or priogrid_gid"),
        (_forecast().with_columns(priogrid_gid=1), "has both country_id and priogrid_gid"),
        (_forecast().rename({"outcome": "pred"}), "lacks the column outcome"),
        (_broken("outcome", "many"), r"f.csv, line 2: no number in outcome .*'many'"),
        (_broken("outcome", None), "line 2: no number in outcome"),
        (_broken("outcome", float("nan")), "line 2: no number in outcome"),
        (_broken("outcome", float("inf")), "line 2: an infinite outcome"),
        (_broken("outcome", -1), "line 2: a negative outcome"),
        (_broken("country_id", 1.5), "line 2: a fractional country_id"),
        (_broken("month_id", "2018-01"), "line 2: no number in month_id"),
        (_forecast().clear(), "f.csv holds no rows"),
        (
            pl.concat([_forecast(), _forecast()[5:6]]),
            r"holds draw 1 of country_id 2 in 2018-01 \(month_id 457\) more than once",
        ),
        (
            _forecast()[:-1],
            r"has 3 draws for country_id 3 in 2018-12 \(month_id 468\), but 4 elsewhere",
        ),
    ],
)
def test_broken_forecasts_are_refused(tmp_path, frame, message):
    with pytest.raises(RiskkitError, match=message):
        read_submission([_write(frame, tmp_path / "f.csv")])


def test_the_line_is_that_of_the_file(tmp_path):
    lines = _forecast().write_csv().splitlines()
    lines[20] = "458,1,x,4"
    (tmp_path / "f.csv").write_text("\n".join(lines))
    with pytest.raises(RiskkitError, match=r"f.csv, line 21: no number in draw"):
        read_submission([tmp_path / "f.csv"])


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00PAR1\x80\x81"])
def test_files_that_are_something_else_are_refused(tmp_path, suffix, content):
    (tmp_path / f"f{suffix}").write_bytes(content)
    with pytest.raises(RiskkitError, match=rf"f{suffix} (cannot be read|lacks the column)"):
        read_submission([tmp_path / f"f{suffix}"])


def test_a_truncated_parquet_file_is_refused(tmp_path, forecast_file):
    content = forecast_file.read_bytes()
    forecast_file.write_bytes(content[: len(content) // 2])
    with pytest.raises(RiskkitError, match=r"ours_2018.parquet cannot be read as parquet"):
        read_submission([forecast_file])


def test_a_column_of_lists_is_refused(tmp_path):
    lists = pl.DataFrame({**ONE_DRAW, "outcome": [[1, 2]]})
    with pytest.raises(RiskkitError, match="column outcome is not numeric"):
        read_submission([_write(lists, tmp_path / "f.parquet")])


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        ([], "no file is given"),
        (["absent.csv"], r"no such file or folder .*absent.csv"),
        (["empty"], r"holds no .parquet or .csv file .*empty"),
        (["notes.txt"], r"notes.txt is neither .parquet nor .csv"),
    ],
)
def test_paths_that_lead_nowhere_are_refused(tmp_path, paths, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(RiskkitError, match=message):
        read_submission([tmp_path / path for path in paths])


def test_a_folder_of_several_models_is_refused(tmp_path, forecast_file):
    shutil.copy(forecast_file, tmp_path / "theirs_2018.parquet")
    message = r"country_id 1 in 2018-01 .*: ours_2018.parquet, theirs_2018.parquet; .* one model"
    with pytest.raises(RiskkitError, match=message):
        read_submission([tmp_path])


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (_forecast(range(469, 481), draws=5), r"number of draws \(got .*'o.csv': 5.*\)"),
        (_forecast(range(469, 481), key="priogrid_gid"), "different units of analysis"),
    ],
)
def test_files_that_do_not_fit_together_are_refused(tmp_path, forecast_file, other, message):
    with pytest.raises(RiskkitError, match=message):
        read_submission([forecast_file, _write(other, tmp_path / "o.csv")])


def test_forecasts_are_not_actuals(forecast_file):
    with pytest.raises(RiskkitError, match=r"ours_2018.parquet has a column 'draw'"):
        read_actuals([forecast_file])


def test_repeated_actuals_are_refused(tmp_path):
    twice = pl.concat([_actuals(), _actuals()[4:5]])
    with pytest.raises(RiskkitError, match=r"holds country_id 2 in 2018-02 .* more than once"):
        read_actuals([_write(twice, tmp_path / "a.csv")])


@pytest.mark.parametrize(
    ("actuals", "message"),
    [
        (
            _actuals(units=(1, 2, 3, 9)),
            r"lack 12 of the 48 unit-months .* country_id 9 in 2018-01 .* country_id 9 in 2018-12",
        ),
        (_actuals(range(457, 481)), "lack 36 of the 72 .* instance country_id 1 in 2019-01"),
        (
            _actuals(range(469, 481)),
            "no unit and month .*forecasts of 2018-01 to 2018-12, actuals of 2019-01 to 2019-12",
        ),
        (_actuals(key="priogrid_gid"), "forecasts are by country_id, the actuals by priogrid_gid"),
    ],
)
def test_forecasts_that_do_not_match_the_actuals_are_refused(
    tmp_path, forecast_file, actuals, message
):
    forecasts = read_submission([forecast_file])
    observed = read_actuals([_write(actuals, tmp_path / "a.csv")])
    with pytest.raises(RiskkitError, match=message):
        score_submission(forecasts, observed)


@pytest.mark.parametrize(
    ("model", "crps", "log1p_crps", "ign", "mis", "auc", "brier"),
    [
        ("conflictology", 30.454, 0.1522, 1.216, 514.0, 0.946, 0.0268),
        ("last", 34.739, 0.2326, 1.146, 675.0, 0.892, 0.0362),
        ("boot", 41.020, 0.4652, 1.125, 798.6, 0.520, 0.0730),
        ("bodentien_rueter_cm_nbinom", 30.878, 0.1603, 0.617, 508.0, 0.979, 0.0265),
        ("cm_hurdle", 31.093, 0.1596, 0.705, 503.7, 0.980, 0.0278),
    ],
)
def test_the_published_benchmark(shared_data, model, crps, log1p_crps, ign, mis, auc, brier):
    folder = shared_data / "challenge"
    result = score_submission(
        read_submission(sorted(folder.glob(f"{model}_20*.parquet"))),
        read_actuals(sorted(folder.glob("actuals_*.parquet"))),
    )
    overall = result["overall"]
    assert list(result["windows"]) == ["2018", "2019", "2020", "2021"]
    assert result["unit_months"] == 4 * 2292
    assert round(overall["crps"], 3) == crps
    assert round(overall["log1p_crps"], 4) == log1p_crps
    assert round(overall["ign"], 3) == ign
    assert round(overall["mis"], 1) == mis
    assert round(overall["auc_25"], 3) == auc
    assert overall["brier_25"] == pytest.approx(brier, abs=5.1e-5)
