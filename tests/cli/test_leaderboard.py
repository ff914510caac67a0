"""riskkit leaderboard: the scores of a backtest again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from riskkit.scoring.evaluation import DURATIONS, LEVELS
from riskkit.study.results import open_result, result_folder
from tests.cli.running import SMALL, riskkit, settings


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


@pytest.mark.parametrize("columns", [80, 120])
def test_a_narrow_screen_has_whole_numbers_of_fewer_rules(
    backtest: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    out = riskkit("leaderboard", backtest).out
    assert all(len(line) <= columns for line in out.splitlines())
    assert "..." not in out
    assert "(no room for" in out
    assert "crps skill (90 %)" in out


def test_the_best_model_comes_first(backtest: Path) -> None:
    title, head, *rows = riskkit("leaderboard", backtest).out.strip().splitlines()
    assert title.strip() == "ged_sb, window all"
    assert head.split()[:2] == ["model", "crps"]
    scores = [float(row.split()[1]) for row in rows]
    assert len(scores) == 3
    assert scores == sorted(scores)


def test_windows_and_targets(backtest: Path) -> None:
    done = riskkit("leaderboard", backtest, "--window", "2023", "--target", "ged_sb_total_war")
    assert "ged_sb_total_war, window 2023" in done.out
    assert "auc_25" not in done.out


@pytest.fixture
def two_threats(backtest: Path, tmp_path: Path) -> Path:
    """The same scores under a second name, one window of which has another label."""
    board = pl.read_csv(backtest / "leaderboard.csv", schema_overrides={"window": pl.String})
    other = board.with_columns(
        pl.col("target").str.replace("ged_sb", "fled_year"),
        pl.col("window").str.replace("2023", "2023-07..2024-06"),
    )
    with result_folder(tmp_path / "two", open_result(backtest, "").identity) as fresh:
        pl.concat([board, other]).write_csv(fresh / "leaderboard.csv")
        scores = pl.read_parquet(backtest / "scores.parquet")
        renamed = scores.with_columns(pl.col("target").str.replace("ged_sb", "fled_year"))
        pl.concat([scores, renamed]).write_parquet(fresh / "scores.parquet")
    return tmp_path / "two"


def test_every_threat_is_shown(two_threats: Path) -> None:
    shown = riskkit("leaderboard", two_threats).out
    assert shown.index("fled_year, window all") < shown.index("ged_sb, window all")
    assert "_total" not in shown
    one = riskkit("leaderboard", two_threats, "--window", "2023").out
    assert "ged_sb, window 2023" in one
    assert "fled_year" not in one


def test_parts_are_of_one_threat(two_threats: Path) -> None:
    done = riskkit("leaderboard", two_threats, "--windows", code=1)
    assert "scores of 2 targets are there: fled_year, ged_sb; name one: --target" in done.err
    assert "fled" not in riskkit("leaderboard", two_threats, "--windows", "--target", "ged_sb").err


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--window", "1999", "has no window '1999'; there are: 2023, 2024, all"),
        ("--target", "ged", "has no target 'ged'; did you mean 'ged_sb"),
        ("--rule", "crsp", "has no rule 'crsp'; did you mean 'crps'?"),
    ],
)
def test_what_a_leaderboard_does_not_have_is_named(
    backtest: Path, option: str, value: str, told: str
) -> None:
    assert told in riskkit("leaderboard", backtest, option, value, code=1).err


def test_json_is_the_whole_table(backtest: Path) -> None:
    rows = riskkit("leaderboard", backtest, "--json").json
    assert len(rows) == pl.read_csv(backtest / "leaderboard.csv").height
    assert {row["window"] for row in rows} == {"2023", "2024", "all"}


def test_another_rule_sorts_the_models(backtest: Path) -> None:
    _, head, *rows = riskkit("leaderboard", backtest, "--rule", "ign").out.strip().splitlines()
    assert head.split()[1] == "ign"
    assert "ign skill" in head
    scores = [float(row.split()[1]) for row in rows]
    assert scores == sorted(scores)


def test_backtests_are_compared_on_the_same_rows(backtest: Path, tmp_path: Path) -> None:
    twin = tmp_path / "twin"
    twin.symlink_to(backtest, target_is_directory=True)
    done = riskkit("leaderboard", backtest, twin, "--json", "--reference", "twin/conflictology")
    rows = pl.DataFrame(done.json, infer_schema_length=None).filter(
        (pl.col("rule") == "crps") & (pl.col("target") == "ged_sb") & (pl.col("window") == "all")
    )
    skill = dict(rows.select("model", "skill").iter_rows())
    assert skill["twin/conflictology"] == skill[f"{backtest.name}/conflictology"] == 0
    assert len(skill) == 6


def test_rules_of_all_rows_are_compared_between_backtests(backtest: Path, tmp_path: Path) -> None:
    """As within one backtest: the same groups of units are left out, whatever the folder."""
    for name, models in (("one", ["conflictology"]), ("two", ["ewhistory", "last"])):
        with result_folder(tmp_path / name, open_result(backtest, "").identity) as fresh:
            for file in ("scores.parquet", "scores_together.parquet"):
                rows = pl.read_parquet(backtest / file).filter(pl.col("model").is_in(models))
                rows.write_parquet(fresh / file)
            shutil.copyfile(backtest / "outcomes.parquet", fresh / "outcomes.parquet")
    done = riskkit("leaderboard", tmp_path / "one", tmp_path / "two", "--json")
    ranked = pl.col("rule").is_in(["ap_25", "auc_25"])
    apart = pl.DataFrame(done.json, infer_schema_length=None).filter(ranked)
    apart = apart.with_columns(pl.col("model").str.split("/").list.last())
    columns, keys = ["skill", "skill_low", "skill_high"], ["model", "window", "rule"]
    whole = pl.read_csv(backtest / "leaderboard.csv", schema_overrides={"window": pl.String})
    whole = whole.filter(ranked)
    assert whole.drop_nulls("skill_low").height > 4
    assert_frame_equal(apart.sort(keys)[columns], whole.sort(keys)[columns], abs_tol=1e-5)


@pytest.fixture(scope="module")
def with_zero(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same windows with zero among the models."""
    folder = tmp_path_factory.mktemp("zero") / "backtest"
    chosen = settings(*SMALL, "backtest.processes=1", "backtest.origins=2022-10,2023-10")
    riskkit("backtest", *chosen, "--models", "ewhistory,zero", "--out", folder)
    return folder


def test_windows_are_compared_with_zero_too_and_the_worst_comes_first(with_zero: Path) -> None:
    rows = riskkit("leaderboard", with_zero, "--windows", "--json").json
    own = [row for row in rows if row["model"] == "ewhistory"]
    assert {row["part"] for row in own} == {"2023", "2024"}
    assert own[0]["skill"] <= own[1]["skill"]
    board = pl.read_csv(with_zero / "leaderboard.csv", schema_overrides={"window": pl.String})
    board = board.filter(pl.col("target") == "ged_sb", pl.col("rule") == "crps")
    for row in own:
        found = dict(board.filter(window=row["part"]).select("model", "value").iter_rows())
        assert row["value"] == pytest.approx(found["ewhistory"], abs=1e-5)
        assert row["skill"] == pytest.approx(1 - row["value"] / row["reference"])
        assert row["zero"] == pytest.approx(found["zero"], abs=1e-5)
        assert row["against_zero"] == pytest.approx(1 - row["value"] / row["zero"])
        assert row["zero_low"] < row["against_zero"] < row["zero_high"]
    text = riskkit("leaderboard", with_zero, "--windows").out
    assert "over zero" in text
    assert "zero was not forecast" not in text


def test_without_zero_it_says_so(backtest: Path) -> None:
    assert (
        "zero was not forecast: add it to --models"
        in riskkit("leaderboard", backtest, "--windows").out
    )


@pytest.mark.parametrize("by", ["level", "duration", "region", "unit", "horizon"])
def test_parts_make_up_the_whole(with_zero: Path, by: str) -> None:
    rows = pl.DataFrame(riskkit("leaderboard", with_zero, "--by", by, "--json").json)
    own = rows.filter(model="ewhistory")
    scores = pl.read_parquet(with_zero / "scores.parquet").filter(
        model="ewhistory", target="ged_sb", rule="crps"
    )
    assert own["rows"].sum() == scores.height
    if by == "level":
        groups = pl.read_parquet(with_zero / "groups.parquet")
        assert own["part"].to_list() == [x for x in LEVELS if x in set(groups["level"])]
    if by == "duration":
        groups = pl.read_parquet(with_zero / "groups.parquet")
        assert own["part"].to_list() == [x for x in DURATIONS if x in set(groups["duration"])]
        levels = groups.filter(pl.col("level").is_in(["war", "great war"]))
        assert set(levels["duration"]) <= set(DURATIONS[1:])
        long = groups.filter(duration=DURATIONS[2]).select("window", "unit")
        mine = scores.join(long, on=["window", "unit"])
        means = mine.group_by("window").agg(pl.col("value").mean())["value"]
        assert own.filter(part=DURATIONS[2])["value"][0] == pytest.approx(means.mean())
    if by == "unit":
        lost = own.with_columns(lost=(pl.col("value") - pl.col("reference")) * pl.col("rows"))
        assert lost["lost"].is_sorted(descending=True), "what costs most comes first"
        assert own.height == scores["unit"].n_unique()
    if by == "horizon":
        assert own["part"].to_list() == [str(h) for h in range(3, 15)]
        means = scores.group_by("horizon", "window").agg(pl.col("value").mean())
        means = means.group_by("horizon").agg(pl.col("value").mean()).sort("horizon")
        assert own["value"].to_list() == pytest.approx(means["value"].to_list())


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--by", "level", "--rule", "auc_25"), 1, "auc_25 needs all rows together"),
        (("--windows", "--target", "x"), 1, "there are no scores of target 'x' by rule 'crps'"),
        (("--windows", "--by", "level"), 2, "take one of --windows and --by"),
    ],
)
def test_parts_that_cannot_be_told(
    backtest: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    assert words in riskkit("leaderboard", backtest, *arguments, code=code).err


def test_the_comparison_is_kept_as_json(backtest: Path, tmp_path: Path) -> None:
    path = tmp_path / "study" / "metrics.json"
    riskkit("leaderboard", backtest, "--metrics", path)
    kept = json.loads(path.read_text())
    assert set(kept) == {"crps", "log1p_crps", "ign", "brier_25", "ap_25"}
    told = kept["ign"]
    assert set(told) == {"conflictology", "ewhistory", "last"}
    assert told["conflictology"]["skill"] == 0
    rows = pl.read_csv(backtest / "leaderboard.csv").filter(
        pl.col("rule") == "ign", pl.col("window") == "all", pl.col("target") == "ged_sb"
    )
    assert {name: told[name]["value"] for name in told} == dict(
        rows.select("model", "value").rows()
    )
