"""Names, settings, horizons and extras are checked before anything is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskkit import Study
from riskkit.errors import RiskkitError
from riskkit.study import names
from tests.cli.running import riskkit, settings

MEASURES = "threats.conflict.measures=[{{name: ged_sb, {}}}]"


@pytest.fixture(autouse=True)
def _nothing_may_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("data were read")

    monkeypatch.setattr("riskkit.study.study.simulate", fail)
    monkeypatch.setattr("riskkit.study.study.read_releases", fail)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("features.families=[climat]", "no family 'climat'; did you mean 'climate'"),
        ("features.families=[climate, climate]", "features.families: 'climate' is named twice"),
        ("backtest.models=[zero, last, zero]", r"backtest\.models: 'zero' is named twice"),
        ("forecast.model=pol", "no model 'pol'; did you mean 'pool'"),
        ("backtest.models=[pool, xgbost]", "no model 'xgbost'; did you mean 'xgboost'"),
        (
            "backtest.reference=conflictolgy",
            "no model 'conflictolgy'; did you mean 'conflictology'",
        ),
        ("backtest.threats=[conflct]", "no threat 'conflct'; did you mean 'conflict'"),
        ("models.xgbost.rounds=3", "no model 'xgbost'; did you mean 'xgboost'"),
        ("models.xgboost.round=3", r"models\.xgboost has no setting 'round'"),
        (
            MEASURES.format("model: pol"),
            "threats.conflict, measure ged_sb: there is no model 'pol'",
        ),
        (
            MEASURES.format("model: xgboost, options: {round: 3}"),
            "threats.conflict, measure ged_sb: .*no setting 'round'",
        ),
        (
            MEASURES.format("families: [conflit]"),
            "threats.conflict, measure ged_sb: there is no family 'conflit'",
        ),
        (
            "data.sources=[{source: ucdp-gd, path: x}]",
            "no source 'ucdp-gd'; did you mean 'ucdp-ged",
        ),
        ("forecast.horizons=1,3", r"one window, without gaps .*take 1-3; backtest\.horizons may"),
        ("forecast.horizons=1-6,9", "take 1-9"),
        ("forecast.horizons=0-3", "horizons start at 1 month"),
        ("panel.as_of=2021-13", "panel.as_of"),
        ("backtest.origins=soon", "backtest.origins"),
    ],
)
def test_a_mistake_is_told_at_once(setting: str, told: str) -> None:
    with pytest.raises(RiskkitError, match=told):
        Study.open(None, [setting])


@pytest.mark.parametrize(
    "setting",
    [
        "backtest.horizons=1,3,6",
        "backtest.reference=oracle",
        "forecast.horizons=3-14",
        "backtest.threats=[climate, conflict]",
    ],
)
def test_what_is_allowed_is_taken(setting: str) -> None:
    Study.open(None, [setting])


def test_threats_of_a_backtest_are_those_of_the_target() -> None:
    target = "target={indicator: attacks, period: year}"
    Study.open(None, [target, "backtest.threats=[attacks_year]"])
    with pytest.raises(RiskkitError, match="no threat 'conflict'; known: attacks_year"):
        Study.open(None, [target, "backtest.threats=[conflict]"])


@pytest.mark.parametrize(
    ("entry", "extra"),
    [
        ("{source: natural-earth, path: borders.geojson}", "geo"),
        ("{source: cru, path: rain, options: {spi: [3]}}", "climate"),
    ],
)
def test_an_extra_that_is_not_installed_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, entry: str, extra: str
) -> None:
    monkeypatch.setattr(names, "find_spec", lambda _: None)
    with pytest.raises(RiskkitError, match=rf"not installed; pip install 'riskkit\[{extra}\]'"):
        Study.open(None, [f"data.sources=[{entry}]"])
    Study.open(None, ["data.sources=[{source: cru, path: rain}]"])


def test_training_curves_are_refused_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "find_spec", lambda _: None)
    done = riskkit("forecast", *settings("data.kind=world"), "--live", "live", code=1)
    assert "--live needs the package dvclive, which is not installed" in done.err
