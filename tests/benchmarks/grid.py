"""Lags, moving sums and maxima, decay and spatial lags of a grid: riskkit, pandas, mlforecast.

Every hundredth cell of what another engine builds is compared with riskkit's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.family import Family, Feature
from riskkit.family import transforms as tf
from riskkit.months import first_day_expr
from riskkit.panel import Panel
from riskkit.panel.networks import NETWORK
from tests.benchmarks import Prepared

Array = NDArray[np.float64]
Build = Callable[[], Any]
Read = Callable[[Any, str], Array]
Keys = Callable[[Array], pl.DataFrame]


def counts(rows: int, columns: int, months: int) -> Array:
    """Simulate deaths per cell and month, 98 % of them zero: [cells, months]."""
    rng = np.random.default_rng(0)
    risk = rng.gamma(0.05, 1, (rows * columns, 1))
    return rng.poisson(risk * rng.gamma(0.3, 3, (rows * columns, months))).astype(np.float64)


def neighbours(rows: int, columns: int) -> list[list[int]]:
    """The up to eight cells around each cell."""
    near = [(dr, dc) for dr in (-1, 0, 1) for dc in (-1, 0, 1) if dr or dc]
    return [
        [
            (r + dr) * columns + c + dc
            for dr, dc in near
            if 0 <= r + dr < rows and 0 <= c + dc < columns
        ]
        for r in range(rows)
        for c in range(columns)
    ]


def table(x: Array) -> pl.DataFrame:
    """The counts as every engine gets them: columns `unit, month, x`, sorted."""
    cells, months = x.shape
    units = pl.DataFrame({"unit": [f"{i:06}" for i in range(cells)]})
    keys = units.join(pl.DataFrame({"m": range(1, months + 1)}), how="cross")
    return keys.select("unit", first_day_expr("m").alias("month"), pl.Series("x", x.ravel()))


def numbered(x: Array) -> pl.DataFrame:
    """The same with cells and months as whole numbers, which pandas and mlforecast take faster."""
    cells, months = x.shape
    unit, month = np.repeat(np.arange(cells), months), np.tile(np.arange(months), cells)
    return pl.DataFrame({"unit": unit, "month": month, "x": x.ravel()})


def riskkit(x: Array, near: list[list[int]], p: dict[str, Any]) -> tuple[Build, Read]:
    """A family of features on a panel."""
    import scipy.sparse  # noqa: F401 - loaded before anything is timed

    months = x.shape[1]
    frame = table(x)
    units = frame.select("unit").unique(maintain_order=True)
    networks = {"contiguity": _network(near, months)} if p["space"] else {}
    panel = Panel(frame, units, {}, {}, months, True, networks)
    exprs = {f"lag{k}": tf.lag("x", k) for k in p["lags"]}
    exprs |= {f"sum{w}": tf.rolling_sum("x", w, least=1) for w in p["windows"]}
    exprs |= {f"max{w}": tf.rolling_max("x", w, least=1) for w in p["windows"]}
    exprs |= {f"decay{h}": tf.decay("x", h) for h in p["half_lives"]}
    if p["space"]:
        exprs["near"] = tf.network_lag("x", over="contiguity", how="sum")
    family = Family("x", "x", tuple(Feature(n, e, "deaths", ("x",), n) for n, e in exprs.items()))
    return lambda: family.build(panel), lambda built, name: built[name].cast(pl.Float64).to_numpy()


def _network(near: list[list[int]], months: int) -> pl.Series:
    """Each cell's neighbours in its first month, as a panel holds what does not change."""
    lists: list[Any] = [None] * (len(near) * months)
    lists[::months] = [[{"other": other, "weight": 1.0} for other in some] for some in near]
    return pl.Series(lists, dtype=NETWORK)


def pandas(
    x: Array, near: list[list[int]], p: dict[str, Any], keys: Keys = table
) -> tuple[Build, Read]:
    """Group-by of a sorted frame; neighbours by a sparse matrix."""
    import pandas as pd
    from scipy.sparse import csr_array

    cells, months = x.shape
    frame = pd.DataFrame({column.name: column.to_numpy() for column in keys(x)})
    unit = np.repeat(np.arange(cells), [len(some) for some in near])
    ties = csr_array((np.ones(len(unit)), (unit, np.concatenate(near))), shape=(cells, cells))

    def build() -> Any:
        series = frame.groupby("unit", sort=False)["x"]
        out = {f"lag{k}": series.shift(k) for k in p["lags"]}
        for w in p["windows"]:
            windows = series.rolling(w, min_periods=1)
            out |= {f"sum{w}": windows.sum().to_numpy(), f"max{w}": windows.max().to_numpy()}
        first = frame["x"].to_numpy()[::months, None]
        for h in p["half_lives"]:
            kept = 0.5 ** (1 / h)
            smooth = series.ewm(halflife=h, adjust=False).mean().to_numpy().reshape(cells, months)
            out[f"decay{h}"] = _decay(smooth, first, kept).ravel()
        if p["space"]:
            out["near"] = (ties @ frame["x"].to_numpy().reshape(cells, months)).ravel()
        return pd.DataFrame(out | {"unit": frame["unit"], "month": frame["month"]})

    return build, lambda built, name: built[name].to_numpy()


def mlforecast(
    x: Array,
    near: list[list[int]],
    p: dict[str, Any],
    keys: Keys = table,
    dtype: type[pl.DataType] = pl.Float64,
) -> tuple[Build, Read]:
    """`preprocess` of a polars frame; sums are read off the means, for there are no moving sums."""
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import ExponentiallyWeightedMean, RollingMax, RollingMean

    cells, months = x.shape
    frame = keys(x).select(unique_id="unit", ds="month", y=pl.col("x").cast(dtype))
    smooth = [ExponentiallyWeightedMean(1 - 0.5 ** (1 / h)) for h in p["half_lives"]]
    moving = [kind(w, min_samples=1) for w in p["windows"] for kind in (RollingMean, RollingMax)]

    def build() -> Any:
        model = MLForecast(
            models=[],
            freq="1mo" if keys is table else 1,
            lags=p["lags"],
            lag_transforms={1: [*moving, *smooth]},
            num_threads=2,
        )
        return model.preprocess(frame, dropna=False, static_features=[])

    names = {f"lag{k}": f"lag{k}" for k in p["lags"]}
    for w in p["windows"]:
        names[f"sum{w}"] = f"rolling_mean_lag1_window_size{w}_min_samples1"
        names[f"max{w}"] = f"rolling_max_lag1_window_size{w}_min_samples1"
    for h, transform in zip(p["half_lives"], smooth, strict=True):
        names[f"decay{h}"] = f"exponentially_weighted_mean_lag1_alpha{transform.alpha}"

    def read(built: Any, name: str) -> Array:
        """Undo the lag of one month, which leaves the last month out, and the scale."""
        values = built[names[name]].cast(pl.Float64).to_numpy().reshape(cells, months)
        if name.startswith("lag"):
            return np.asarray(values.ravel())
        values = np.column_stack([values[:, 1:], np.full(cells, np.nan)])
        if name.startswith("sum"):
            values = values * np.minimum(np.arange(1, months + 1), int(name[3:]))
        if name.startswith("decay"):
            values = _decay(values, x[:, :1], 0.5 ** (1 / float(name[5:])))
        return np.asarray(values.ravel())

    return build, read


def _decay(smooth: Array, first: Array, kept: float) -> Array:
    """Turn the recursive mean s(t) = (1 - kept) x(t) + kept s(t - 1), s(0) = x(0), into decay."""
    ages = np.arange(1, smooth.shape[1] + 1)
    return np.asarray((smooth - first * kept**ages) / (1 - kept))


def prepare(engine: str, p: dict[str, Any]) -> Prepared:
    """Load what the engine needs on a tiny grid, and the counts.

    Returns:
        What builds the features, and what compares them with riskkit's.
    """
    make = _ENGINES[engine]
    make(counts(4, 5, p["months"]), neighbours(4, 5), p)[0]()
    x, near = counts(p["rows"], p["columns"], p["months"]), neighbours(p["rows"], p["columns"])
    build, read = make(x, near, p)

    def check(built: Any) -> None:
        if engine in ("riskkit", "writing") or not p.get("compared", True):
            return
        mine_build, mine_read = riskkit(x, near, p)
        mine = mine_build()
        for name in _features(p, engine):
            values = mine_read(mine, name), read(built, name)
            pair = (one.reshape(x.shape)[::100] for one in values)
            _compare(*pair, name, whole="mlforecast" not in engine)

    return build, check


def writing(x: Array, near: list[list[int]], p: dict[str, Any]) -> tuple[Build, Read]:
    """No features at all: as many columns of 32-bit numbers are filled, one per feature."""
    del near

    def build() -> list[NDArray[np.float32]]:
        return [np.full(x.size, k, dtype=np.float32) for k in range(len(_features(p, "riskkit")))]

    return build, lambda built, name: built[0]


_ENGINES: dict[str, Callable[..., tuple[Build, Read]]] = {
    "riskkit": riskkit,
    "writing": writing,
    "pandas": pandas,
    "pandas, numbered": partial(pandas, keys=numbered),
    "mlforecast": mlforecast,
    "mlforecast, numbered": partial(mlforecast, keys=numbered),
    "mlforecast, numbered, 32 bit": partial(mlforecast, keys=numbered, dtype=pl.Float32),
}


def _compare(mine: Array, other: Array, name: str, *, whole: bool) -> None:
    """Refuse results that differ; without `whole`, the last month of each unit is left out."""
    if not whole and not name.startswith("lag"):
        mine, other = mine[:, :-1], other[:, :-1]
    np.testing.assert_allclose(other, mine, rtol=1e-4, atol=1e-4, err_msg=name)


def _features(p: dict[str, Any], engine: str) -> list[str]:
    """Names of what is built; mlforecast has no spatial lags."""
    kinds = (("lag", "lags"), ("sum", "windows"), ("max", "windows"), ("decay", "half_lives"))
    names = [f"{kind}{value}" for kind, key in kinds for value in p[key]]
    return [*names, "near"] if p["space"] and "mlforecast" not in engine else names
