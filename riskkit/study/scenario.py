"""What the fitted models would forecast if inputs were other than they are.

The models are fitted to the data as they are and are not fitted anew; the scenarios are drawn with
the same seeds. Only the features at the origin change, so that every difference is what the models
make of the stated change: their association, not an effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.months import first_day
from riskkit.panel import Panel
from riskkit.publish import COMPOSITE, Part, Publication
from riskkit.risk.composite import top_shares
from riskkit.risk.rank import rank_intervals, ranks
from riskkit.risk.score import summarise_scores
from riskkit.risk.summary import summarise
from riskkit.study.changes import (
    Beyond,
    Change,
    Scenario,
    beyond_data,
    beyond_features,
    changed_panel,
    count_values,
    readers,
)
from riskkit.study.forecasting import (
    Outlook,
    ThreatForecast,
    fitted,
    job_of,
    joined,
    read_outlook,
)
from riskkit.study.publishing import dimensions

if TYPE_CHECKING:
    from riskkit.study.study import Study

THEN = "_then"
_TOP = 10
_SUMMARY = ("expected", "median", "q05", "q95")
_CHANCES = ("p_any", "p_25", "p_100")


@dataclass(frozen=True)
class Moved:
    """What became of one stated change.

    Attributes:
        change: The change, in one line.
        values: How many values it is about.
        missing: How many of them are missing, and stay so unless they are set.
        features: Features that read the indicator and that a model sees.
        threats: Threats of which a forecast moved by this change alone.
        why_not: Why nothing moved; None where something did.
        beyond: Changed inputs that the data have nothing like.
    """

    change: str
    values: int
    missing: int
    features: tuple[str, ...]
    threats: tuple[str, ...]
    why_not: str | None
    beyond: tuple[Beyond, ...]


@dataclass(frozen=True)
class Contrast:
    """A forecast as it is, and as the models would make it in a scenario.

    Attributes:
        name: Of the scenario.
        units: Units that a change names; all for a change everywhere.
        moved: What became of each change.
        table: One row per unit and threat, and one of the `composite`: `unit, name, threat,
            counted, score, score_low, score_high, rank, rank_low, rank_high, p_top10, expected,
            median, q05, q95, threshold_1 to 3, p_1 to p_3`, and the same with `_then`; ranks and
            `p_top10` are the composite's, counts the threats'.
    """

    name: str
    units: tuple[str, ...]
    moved: tuple[Moved, ...]
    table: pl.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """Lay it out for machines."""
        return {
            "scenario": self.name,
            "meaning": "association in the fitted models, not an effect",
            "changes": [asdict(one) for one in self.moved],
            "rows": self.table.to_dicts(),
        }


def scenario(
    study: Study, wanted: Scenario | Path | str, outlook: Outlook | Path | str | None = None
) -> Contrast:
    """Forecast anew with changed inputs; see `Study.scenario`."""
    if not isinstance(wanted, Scenario):
        wanted = Scenario.read(Path(wanted))
    changed_panel(study.panel, wanted.changes)  # refuses what the data do not have
    if outlook is None:
        outlook = study.forecast()
    elif not isinstance(outlook, Outlook):
        folder = Path(outlook)
        outlook = fitted(study, read_outlook(study, folder), folder)
    base = outlook.threats
    moved = []
    for change in wanted.changes:
        alone = changed_panel(study.panel, [change])
        after = redrawn(study, base, alone)
        moved.append(_told(study, base, after, change, alone))
    panel = changed_panel(study.panel, wanted.changes)
    then = redrawn(study, base, panel) if len(wanted.changes) > 1 else after
    return Contrast(
        name=wanted.name,
        units=_units(study, wanted.changes),
        moved=tuple(moved),
        table=_table(
            study, _publication(study, base, study.panel), _publication(study, then, panel)
        ),
    )


def _units(study: Study, changes: Sequence[Change]) -> tuple[str, ...]:
    if not all(change.units for change in changes):
        return tuple(study.units["unit"])
    return tuple(dict.fromkeys(unit for change in changes for unit in change.units))


def redrawn(
    study: Study, base: Mapping[str, ThreatForecast], panel: Panel
) -> dict[str, ThreatForecast]:
    """The forecasts of the fitted models from the features of another panel."""
    features = study.features_of(panel)
    origin = features.filter(month=first_day(panel.as_of)).sort("unit")
    threats = {}
    for name, one in base.items():
        if one.model is None or one.data is None:
            raise RiskkitError(f"the forecast of '{name}' holds no fitted model")
        here = origin.select(one.data.features).to_numpy().astype(np.float32)
        X = one.data.X.copy()
        X[:, -1] = here
        data = replace(one.data, X=X)
        job = job_of(study, one.threat, data)
        drawn = one.model.forecast(data, job.size, job.stream)
        threats[name] = replace(one, forecast=drawn, data=data)
    return joined(study, threats)


def _told(
    study: Study,
    base: Mapping[str, ThreatForecast],
    then: Mapping[str, ThreatForecast],
    change: Change,
    panel: Panel,
) -> Moved:
    """What one change by itself does to features and forecasts."""
    inputs = {f.name: f.inputs for family in study.families for f in family.features}
    reading = readers(inputs, change.indicator)
    seen = {name for one in base.values() if one.data for name in one.data.features}
    features = tuple(name for name in reading if name in seen)
    moved = tuple(
        name
        for name, one in base.items()
        if not np.array_equal(one.forecast.draws, then[name].forecast.draws)
    )
    values, missing = count_values(study.panel, change)
    dims = {name for one in base.values() for name in one.threat.joined_with}
    why_not = None
    if not moved and change.indicator not in dims:
        why_not = _why_not(study, base, then, change, reading, features, values == missing)
    beyond = beyond_data(study.panel, panel, change)
    for name in moved:
        was, now = base[name].data, then[name].data
        if was is not None and now is not None:
            found = beyond_features(was.units, was.features, was.X, now.X[:, -1])
            beyond += [one for one in found if one not in beyond]
    return Moved(str(change), values, missing, features, moved, why_not, tuple(beyond))


def _why_not(
    study: Study,
    base: Mapping[str, ThreatForecast],
    then: Mapping[str, ThreatForecast],
    change: Change,
    reading: Sequence[str],
    features: Sequence[str],
    missing: bool,
) -> str:
    """Say why a change changes nothing."""
    if not reading:
        return "no feature reads it, so no member of the models uses it"
    if study.panel.hides(change.indicator):
        return "features do not read it, because its publisher computes all years anew each year"
    if not features:
        return "the features that read it are unknown everywhere at the origin"
    if missing and change.set_ is None:
        return "all of these values are missing, and stay so"
    same = all(
        np.array_equal(one.data.X[:, -1], then[name].data.X[:, -1], equal_nan=True)  # type: ignore[union-attr]
        for name, one in base.items()
    )
    if same:
        return "it does not reach the features of the origin: older months, or the same values"
    return "no member of the models gives its features any weight there"


def _publication(study: Study, threats: Mapping[str, ThreatForecast], panel: Panel) -> Publication:
    """The parts that scores and ranks are read off."""
    parts = tuple(
        Part(
            threat=one.threat,
            forecast=one.forecast,
            summary="",
            last_data=min(study.series(one.threat).last_known(panel.as_of), one.notes.last_data),
            counted=study.series(one.threat).unit,
            joined_with=dimensions(panel, one.threat, one.forecast.units, panel.as_of),
        )
        for one in threats.values()
    )
    kind = panel.data_kind
    return Publication(parts, study.units, kind, exponent=study.params.composite.exponent)


def _table(study: Study, before: Publication, after: Publication) -> pl.DataFrame:
    now, then = _rows(before), _rows(after)
    keys = ["unit", "threat"]
    fixed = ["counted", *(f"threshold_{i}" for i in (1, 2, 3))]
    joined_rows = now.join(then.drop(fixed), on=keys, how="left", suffix=THEN)
    names = study.units.select("unit", "name")
    order = {name: i for i, name in enumerate((COMPOSITE, *before.scores))}
    told = joined_rows.join(names, on="unit", how="left")
    return told.select("unit", "name", "threat", pl.exclude(*keys, "name")).sort(
        "rank",
        "unit",
        pl.col("threat").replace_strict(order, return_dtype=pl.Int32),
        nulls_last=True,
    )


def _rows(publication: Publication) -> pl.DataFrame:
    """Scores, counts, ranks of every unit and threat."""
    composite = publication.composite
    first = publication.first.forecast
    expected = first.totals().mean(axis=1)
    points = summarise_scores(composite)
    rank = ranks(points.mean, expected, first.units)
    low, high = rank_intervals(composite, rank)
    frame = pl.DataFrame(
        {
            "unit": first.units,
            "threat": COMPOSITE,
            **_points(composite),
            "rank": rank,
            "rank_low": low,
            "rank_high": high,
            "p_top10": top_shares(composite, _TOP),
        }
    )
    places = frame.select("unit", "rank")
    parts = [_part_rows(part).join(places, on="unit", how="left") for part in publication.parts]
    return pl.concat([frame, *parts], how="diagonal").fill_nan(None)


def _points(scores: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    told = summarise_scores(scores)
    return {"score": told.mean, "score_low": told.low, "score_high": told.high}


def _part_rows(part: Part) -> pl.DataFrame:
    thresholds = part.threat.target.thresholds
    counts = summarise(part.forecast.totals(), thresholds).select(*_SUMMARY, *_CHANCES)
    counts = counts.rename({name: f"p_{i}" for i, name in enumerate(_CHANCES, 1)})
    return (
        pl.DataFrame(
            {
                "unit": part.forecast.units,
                "threat": part.threat.name,
                "counted": part.counted,
                **_points(part.scores),
            }
        )
        .hstack(counts)
        .with_columns(
            pl.lit(int(value)).alias(f"threshold_{i}") for i, value in enumerate(thresholds, 1)
        )
    )
