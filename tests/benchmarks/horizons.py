"""Fit and predict 36 months ahead, a model each: riskkit, bare xgboost, mlforecast."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.family import Family, Feature
from riskkit.family import transforms as tf
from riskkit.models.parts.boosting import MAX_BIN, predict, train_each
from riskkit.panel import Panel
from tests.benchmarks import Prepared
from tests.benchmarks.grid import counts, numbered, table

SETTINGS = {"max_depth": 3, "eta": 0.15, "subsample": 0.7, "colsample_bytree": 0.25}
_ALL = {
    "tree_method": "hist",
    "max_bin": MAX_BIN,
    "min_child_weight": 5.0,
    "lambda": 5.0,
    "nthread": 1,
    "verbosity": 0,
    **SETTINGS,
}


def prepare(engine: str, p: dict[str, Any]) -> Prepared:
    """Simulate the series; bare xgboost gets the finished lags as well."""
    import xgboost  # loaded before anything is timed

    del xgboost
    y = np.log1p(counts(1, p["units"], p["months"]))
    work = {
        "riskkit": _riskkit,
        "xgboost, one matrix": _one_matrix,
        "xgboost, fresh matrices": _fresh,
        "mlforecast": _mlforecast,
    }[engine](y, p)

    def check(found: Any) -> None:
        if np.shape(found) != (p["units"], p["horizons"]) or not np.isfinite(found).all():
            raise AssertionError(f"{engine}: {np.shape(found)}")

    return work, check


def _lags(y: NDArray[np.float64], lags: int) -> NDArray[np.float32]:
    """The newest value and those before it, `[units, months, lags]`."""
    cube = np.full((*y.shape, lags), np.nan, dtype=np.float32)
    for k in range(lags):
        cube[:, k:, k] = y[:, : y.shape[1] - k]
    return cube


def _ahead(y: NDArray[np.float64], horizons: int) -> NDArray[np.float64]:
    """What comes so many months later, `[units, months, horizons]`."""
    out = np.full((*y.shape, horizons), np.nan)
    for h in range(1, horizons + 1):
        out[:, :-h, h - 1] = y[:, h:]
    return out


def _riskkit(y: NDArray[np.float64], p: dict[str, Any]) -> Any:
    frame = table(y)
    units = frame.select("unit").unique(maintain_order=True)
    panel = Panel(frame, units, {}, {}, p["months"], True, {})
    exprs = {f"lag{k}": tf.lag("x", k) if k else pl.col("x") for k in range(p["lags"])}
    family = Family("x", "x", tuple(Feature(n, e, "log", ("x",), n) for n, e in exprs.items()))

    def work() -> NDArray[np.float64]:
        cube = family.build(panel).drop("unit", "month").to_numpy().reshape(*y.shape, p["lags"])
        start = p["lags"] - 1
        X = np.ascontiguousarray(cube[:, start:-1]).reshape(-1, p["lags"])
        labels = _ahead(y, p["horizons"])[:, start:-1].reshape(-1, p["horizons"])
        boosters = train_each(X, labels, p["rounds"], **SETTINGS)
        return np.stack([predict(one, cube[:, -1]) for one in boosters], axis=1)

    return work


def _one_matrix(y: NDArray[np.float64], p: dict[str, Any]) -> Any:
    import xgboost as xgb

    cube, ahead = _lags(y, p["lags"]), _ahead(y, p["horizons"])
    start = p["lags"] - 1
    X = np.ascontiguousarray(cube[:, start:-1]).reshape(-1, p["lags"])
    labels = ahead[:, start:-1].reshape(-1, p["horizons"])
    known = ~np.isnan(labels)
    labels, now = np.nan_to_num(labels), np.ascontiguousarray(cube[:, -1])

    def work() -> NDArray[np.float64]:
        matrix = xgb.QuantileDMatrix(X, max_bin=MAX_BIN, nthread=1)
        found = []
        for h in range(p["horizons"]):
            matrix.set_label(labels[:, h])
            matrix.set_weight(known[:, h])
            found.append(xgb.train(_ALL, matrix, p["rounds"]).inplace_predict(now))
        return np.stack(found, axis=1)

    return work


def _fresh(y: NDArray[np.float64], p: dict[str, Any]) -> Any:
    import xgboost as xgb

    cube, ahead = _lags(y, p["lags"]), _ahead(y, p["horizons"])
    start = p["lags"] - 1
    now = np.ascontiguousarray(cube[:, -1])

    def work() -> NDArray[np.float64]:
        found = []
        for h in range(p["horizons"]):
            X = np.ascontiguousarray(cube[:, start : -h - 1]).reshape(-1, p["lags"])
            label = ahead[:, start : -h - 1, h].ravel()
            matrix = xgb.QuantileDMatrix(X, label, max_bin=MAX_BIN, nthread=1)
            found.append(xgb.train(_ALL, matrix, p["rounds"]).inplace_predict(now))
        return np.stack(found, axis=1)

    return work


def _mlforecast(y: NDArray[np.float64], p: dict[str, Any]) -> Any:
    from mlforecast import MLForecast
    from xgboost import XGBRegressor

    frame = numbered(y).select(unique_id="unit", ds="month", y="x")
    settings = {
        "learning_rate" if name == "eta" else "reg_lambda" if name == "lambda" else name: value
        for name, value in _ALL.items()
        if name not in ("nthread", "verbosity")
    }

    def work() -> NDArray[np.float64]:
        regressor = XGBRegressor(n_estimators=p["rounds"], n_jobs=1, verbosity=0, **settings)
        lags = list(range(1, p["lags"] + 1))
        model = MLForecast(models={"x": regressor}, freq=1, lags=lags, num_threads=1)
        model.fit(frame, max_horizon=p["horizons"], static_features=[])
        return np.asarray(model.predict(p["horizons"])["x"].to_numpy().reshape(len(y), -1))

    return work
