"""Checks that every model passes, built in or plugged in.

Each check takes a class of models, builds it without settings, fits it on made-up data (see
`riskkit.testing.datasets`), and raises AssertionError with the broken promise. A plug-in's tests:

    @pytest.mark.parametrize("check", MODEL_CHECKS, ids=lambda check: check.__name__)
    def test_contract(check):
        check(MyModel)
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.forecasting.dataset import Dataset, build_dataset
from riskkit.forecasting.targets import Target
from riskkit.models import Model
from riskkit.models.parts.history import largest, part_of
from riskkit.models.parts.marginal import Marginal
from riskkit.months import month_id
from riskkit.registry import models
from riskkit.tables import Release
from riskkit.testing.datasets import (
    KnownFuture,
    dataset_of,
    extreme_datasets,
    known_future,
    made_up_dataset,
    made_up_years,
)
from riskkit.testing.panels import LAST, in_time, made_up_panel, made_up_releases, scrambled

Draws = NDArray[np.int64]
_SIZE, _SEED = 60, 7
_ORIGIN = month_id("2010-06")


def check_declaration(kind: type[Model]) -> None:
    """Name, sentence and members are there, and settings are optional."""
    _require(bool(re.fullmatch(r"[a-z][a-z0-9_]*", kind.name)), f"odd name {kind.name!r}")
    _require(kind.summary.endswith("."), f"{kind.summary!r} is no sentence")
    _require(isinstance(kind.calibrated, bool), "calibrated is not a truth value")
    strange = set(kind.members) - set(models())
    _require(not strange, f"members that nobody registered: {strange}")
    _require(kind().name == kind.name, "it cannot be built without settings")


def check_repeatable(kind: type[Model]) -> None:
    """Two fits with one seed give the same draws; the data are left as they were."""
    data = made_up_dataset()
    before = (data.X.tobytes(), data.y.tobytes())
    first = _sample(kind, data)
    _require(np.array_equal(_sample(kind, data), first), "two fits with one seed differ")
    again = _fitted(kind).sample(data, _SIZE, _SEED)
    _require(np.array_equal(again, first), "a later draw of the same model differs")
    _require(before == (data.X.tobytes(), data.y.tobytes()), "the data were changed in place")


def check_another_process(kind: type[Model]) -> None:
    """A process that starts afresh gives the same draws."""
    there = _elsewhere().submit(_fingerprint, kind).result()
    _require(there == _fingerprint(kind), "another process gives other draws")


def check_gaps_in_the_data(kind: type[Model]) -> None:
    """A feature without any value and units without a history, or with half of one, are fine."""
    data = made_up_dataset()
    y, X = data.y.copy(), data.X.copy()
    X[:, :, 1] = np.nan
    y[1], y[2, -20:], y[3, :30], y[4, -2:] = np.nan, np.nan, np.nan, np.nan
    holes = replace(data, X=X, y=y)
    _sample(kind, holes)
    forecast = kind().fit(holes, _SEED).forecast(holes, _SIZE, _SEED)
    known = tuple(unit for unit in data.units if unit not in (data.units[1], data.units[2]))
    _require(forecast.units == known, "it leaves out units, or forecasts some that are not known")


def check_small_panels(kind: type[Model]) -> None:
    """Two units and thirty months suffice; where nothing ever happened, nothing is forecast."""
    _sample(kind, made_up_dataset(units=2, months=30))
    quiet = _sample(kind, dataset_of(np.zeros((5, 40))))
    _require(not quiet.any(), "it forecasts what has never happened anywhere")


def check_periods(kind: type[Model]) -> None:
    """Years, outcomes that come out late, and horizons with gaps or beyond the past are fine."""
    years = made_up_years()
    _sample(kind, years)
    cut = replace(years, origin=years.origin - 5, horizons=(6, 18))
    _sample(kind, replace(cut, X=cut.X[:, :-5], y=_unknown(cut.y[:, :-5], 12)))
    months = made_up_dataset(horizons=(2, 5, 24))
    _sample(kind, months)
    _sample(kind, replace(months, y=_unknown(months.y, 2)))
    _sample(kind, made_up_dataset(months=30, horizons=(29, 60)))


def check_extremes(kind: type[Model]) -> None:
    """Whatever a dataset may hold, draws are whole numbers from 0 to the documented largest."""
    for told, data in extreme_datasets().items():
        try:
            draws = kind().fit(data, _SEED).forecast(data, _SIZE, _SEED).draws
        except Exception as error:
            raise AssertionError(f"{told}: {type(error).__name__}: {error}") from error
        top = largest(data)[data.eligibility.forecast]
        _require(len(draws) == len(top) > 0, f"{told}: other units than can be forecast")
        _require(draws.dtype == np.int64, f"{told}: draws are {draws.dtype}, not int64")
        within = (draws >= 0) & (draws <= top[:, None, None])
        _require(bool(within.all()), f"{told}: draws from {draws.min()} to {draws.max()}")


def check_apart(kind: type[Model]) -> None:
    """A model that says so forecasts some units, once it is fitted, as it does among all."""
    model, data = _fitted(kind), made_up_dataset()
    if not isinstance(model, Marginal) or not model.apart:
        return
    among, alone = (
        model.marginals(data, _SIZE)[1:4],
        model.marginals(part_of(data, slice(1, 4)), _SIZE),
    )
    _require(np.allclose(alone, among, rtol=1e-9), "units alone get other marginals than among all")


def check_saved_and_loaded(kind: type[Model]) -> None:
    """A saved model draws the same after loading; its file is arrays and JSON, never a pickle."""
    data, model = made_up_dataset(), _fitted(kind)
    with tempfile.TemporaryDirectory() as folder:
        path, twin = Path(folder, "model.zip"), Path(folder, "twin.zip")
        model.save(path)
        model.save(twin)
        _require(path.read_bytes() == twin.read_bytes(), "two saves differ")
        names = zipfile.ZipFile(path).namelist()
        _require(all(name.endswith(".npy") for name in names), f"odd content {names}")
        with np.load(path, allow_pickle=False) as content:
            _require(all(content[key].dtype != object for key in content), "it holds objects")
        loaded = kind().load(path)
    _require(
        np.array_equal(
            loaded.sample(data, _SIZE, _SEED),
            model.sample(data, _SIZE, _SEED),
        ),
        "the loaded model draws something else",
    )


def check_refuses_other_files(kind: type[Model]) -> None:
    """A damaged file, anything else, and another model's file are refused in one line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.zip")
        _fitted(kind).save(path)
        whole = path.read_bytes()
        middle = len(whole) // 2
        damages = {
            "truncated": whole[:middle],
            "overwritten": whole[: middle - 20] + bytes(40) + whole[middle + 20 :],
            "empty": b"",
            "text": b"not a model",
        }
        for how, content in damages.items():
            path.write_bytes(content)
            _require_refused(kind, path, f"a file that is {how}")
        np.save(path.with_suffix(".npy"), np.zeros(3))
        _require_refused(kind, path.with_suffix(".npy"), "an array")
        np.savez(path.with_suffix(".npz"), riskkit=np.array("{}"))
        _require_refused(kind, path.with_suffix(".npz"), "a foreign archive")
        _require_refused(kind, path.with_suffix(".none"), "a file that is not there")
        other = next(name for name in models() if name != kind.name)
        models()[other]().save(path)
        _require_refused(kind, path, f"a file of {other}")


def check_calibration(kind: type[Model]) -> None:
    """Of an easy process, each horizon's distribution is right, among busy units as well.

    The probability integral transform is uniform but for the noise of 20 units. Models that are
    declared as not calibrated are let off.
    """
    if not kind.calibrated:
        return
    known = known_future()
    draws = _fitted_to_known(kind).sample(known.data, 400, _SEED)
    pit = _pit(draws, known)
    busy = known.data.y.mean(axis=1) > np.median(known.data.y.mean(axis=1))
    for who, units in (("busy", busy), ("quiet", ~busy)):
        for horizon, values in zip(known.data.horizons, pit[units].swapaxes(0, 1), strict=True):
            told = f"{who} units, horizon {horizon}"
            _require(0.4 < values.mean() < 0.6, f"{told}: biased, mean PIT {values.mean():.2f}")
            for level, low, high in ((0.9, 0.78, 0.97), (0.5, 0.36, 0.64)):
                share = float((abs(values - 0.5) < level / 2).mean())
                _require(low < share < high, f"{told}: {level:.0%} interval holds {share:.0%}")


def check_scale(kind: type[Model]) -> None:
    """A unit at three times the largest outcome of training keeps its level within a factor 2."""
    if not kind.calibrated:
        return
    data = known_future().data
    y, level = data.y.copy(), 3 * data.y.max()
    y[-1, -24:] = level * np.random.default_rng(3).gamma(20, 1 / 20, 24).round(2)
    at_war = replace(data, y=y.round())
    median = np.median(_fitted_to_known(kind).sample(at_war, 400, _SEED)[-1], axis=-1) / level
    _require(bool(((median > 0.5) & (median < 2)).all()), f"median / level is {median}")


def check_contributions(kind: type[Model]) -> None:
    """Contributions, if any, are finite, one per unit and feature, and rise with the forecast."""
    data = made_up_dataset(units=20, months=80)
    model = kind().fit(data, _SEED)
    found = model.contributions(data)
    if found is None:
        return
    shape = (len(data.units), len(found.features))
    _require(found.values.shape == shape, f"the shape is {found.values.shape}, not {shape}")
    _require(len(set(found.features)) == shape[1], "a feature occurs twice")
    _require(set(data.features) <= set(found.features), "features of the data are left out")
    _require(set(found.descriptions) <= set(found.features), "phrases for unknown features")
    _require(bool(np.isfinite(found.values).all()), "a contribution is not finite")
    _require(bool(found.margin), "the margin has no name")
    chance = (model.sample(data, 400, _SEED) > 0).mean(axis=(1, 2))
    together = float(np.corrcoef(found.values.sum(axis=1), chance)[0, 1])
    _require(together > 0.5, f"sums and chances correlate by {together:.2f} only")


def check_no_leakage(kind: type[Model]) -> None:
    """What the sources say after the origin changes no draw, nor do later months of a panel."""
    for honest, fooled in _pasts(build_dataset):
        _require(np.array_equal(_sample(kind, fooled), _sample(kind, honest)), "the future leaks")


MODEL_CHECKS: tuple[Callable[[type[Model]], None], ...] = (
    check_declaration,
    check_repeatable,
    check_another_process,
    check_gaps_in_the_data,
    check_small_panels,
    check_periods,
    check_extremes,
    check_apart,
    check_saved_and_loaded,
    check_refuses_other_files,
    check_calibration,
    check_scale,
    check_contributions,
    check_no_leakage,
)


def _sample(kind: type[Model], data: Dataset) -> Draws:
    """Fit, draw, and check what holds of all draws."""
    draws = kind().fit(data, _SEED).sample(data, _SIZE, _SEED)
    shape = (len(data.units), len(data.horizons), _SIZE)
    _require(draws.shape == shape, f"draws have the shape {draws.shape}, not {shape}")
    _require(draws.dtype == np.int64, f"draws are {draws.dtype}, not int64")
    _require(int(draws.min()) >= 0, "a draw is negative")
    return draws


@cache
def _fitted(kind: type[Model]) -> Model:
    return kind().fit(made_up_dataset(), _SEED)


@cache
def _fitted_to_known(kind: type[Model]) -> Model:
    return kind().fit(known_future().data, _SEED)


def _fingerprint(kind: type[Model]) -> str:
    return hashlib.sha256(_sample(kind, made_up_dataset()).tobytes()).hexdigest()


@cache
def _elsewhere() -> ProcessPoolExecutor:
    """One process for the checks of all models, because importing xgboost takes seconds."""
    return ProcessPoolExecutor(1, get_context("spawn"))


def _unknown(y: NDArray[np.float64], months: int) -> NDArray[np.float64]:
    """Outcomes of which the last months are not published yet."""
    return np.where(np.arange(y.shape[1]) < y.shape[1] - months, y, np.nan)


def _pit(draws: Draws, known: KnownFuture) -> NDArray[np.float64]:
    """Randomised probability integral transform, `[units, horizons, futures]`."""
    futures = known.futures[..., None]
    below = (draws[:, :, None] < futures).mean(axis=-1)
    equal = (draws[:, :, None] == futures).mean(axis=-1)
    return np.asarray(below + np.random.default_rng(1).random(below.shape) * equal)


@cache
def _pasts(build: Callable[..., Dataset]) -> tuple[tuple[Dataset, Dataset], ...]:
    """What was known at an origin, from sources that tell the truth about later, and that lie.

    Made once for all models by a way to build datasets.
    """
    releases = made_up_releases(["deaths", "index", "yearly_index"])
    lies = [scrambled(release, _ORIGIN) for release in releases]
    prompt, late_lies = ([in_time(release) for release in told] for told in (releases, lies))
    return (
        (_built(build, releases, _ORIGIN), _built(build, lies, _ORIGIN)),
        (_built(build, prompt, LAST), _built(build, late_lies, LAST)),
    )


def _built(build: Callable[..., Dataset], releases: Sequence[Release], as_of: int) -> Dataset:
    panel = made_up_panel(releases, as_of)
    return build(panel.frame, releases, panel.units, Target("deaths"), _ORIGIN, (1, 6))


def _require_refused(kind: type[Model], path: Path, what: str) -> None:
    try:
        kind().load(path)
    except RiskkitError as error:
        _require("\n" not in str(error), f"the refusal has several lines: {error}")
    else:
        raise AssertionError(f"{what} was loaded")


def _require(holds: bool, promise: str) -> None:
    if not holds:
        raise AssertionError(promise)
