"""What a publication tells beside its forecast, gathered from a study in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.forecasting.targets import outcomes
from riskkit.forecasting.threats import Threat
from riskkit.models.parts.coupling import nearest
from riskkit.models.parts.history import History, history
from riskkit.months import first_day
from riskkit.publish import INPUTS, SERIES, SITUATIONS, Dossier
from riskkit.study.diplomacy import facts, themes

if TYPE_CHECKING:
    from riskkit.study.forecasting import Outlook
    from riskkit.study.study import Study

PERIODS = {1: 24, 12: 10}
"""Periods of the past that are told, by their length in months."""
SITUATIONS_TOLD = 3


def gather(study: Study, outlook: Outlook) -> Dossier:
    """Gather the past of every threat, the nearest situations of the first, and diplomacy."""
    threats = list(outlook.threats.values())
    past = [_seen(study, one.threat, one.forecast.horizons) for one in threats]
    series = [_series(one.threat, data) for one, data in zip(threats, past, strict=True)]
    as_of, states = threats[0].forecast.origin, threats[0].forecast.units
    return Dossier(
        series=pl.concat(series).sort("unit", "threat", "month"),
        situations=_situations(study, past[0], history(past[0])),
        facts=facts(study.releases, study.units, as_of, states),
        themes=themes(study.releases),
        inputs=_inputs(study),
    )


def _seen(study: Study, threat: Threat, horizons: tuple[int, ...]) -> Dataset:
    """The outcomes of a threat that were known at the study's date, without features."""
    panel = study.panel
    first, origin = panel.first_month, panel.as_of
    y = outcomes(threat.target, study.releases, study.units, range(first, origin + 1), as_of=origin)
    units = tuple(study.units["unit"])
    nothing = np.empty((*y.shape, 0), dtype=np.float32)
    return Dataset(threat.target, units, first, origin, horizons, (), nothing, y)


def _series(threat: Threat, data: Dataset) -> pl.DataFrame:
    """The last known periods of each unit."""
    past = history(data)
    count = min(PERIODS[past.period], past.values.shape[1])
    months = [first_day(past.first + past.period * j) for j in range(past.values.shape[1])]
    frame = pl.DataFrame(
        {
            "unit": np.repeat(np.array(data.units), count),
            "threat": threat.name,
            "month": months[-count:] * len(data.units),
            "value": past.values[:, -count:].ravel(),
        }
    )
    return frame.with_columns(pl.col("value").fill_nan(None)).drop_nulls().select(*SERIES)


def _situations(study: Study, data: Dataset, past: History) -> pl.DataFrame:
    """What the year before and after the most similar past situations brought."""
    found = nearest(past, SITUATIONS_TOLD, past.window)
    if found is None:
        return pl.DataFrame(schema=dict(SITUATIONS))
    names = dict(study.units.select("unit", "name").iter_rows())
    year = 12 // past.period
    rows = [
        {
            "unit": unit,
            "place": place,
            "past_unit": data.units[there],
            "past_name": names[data.units[there]],
            "month": first_day(past.first + past.period * at),
            "before": _total(past.values, there, at - year + 1, year),
            "after": _total(past.values, there, at + 1, year),
        }
        for unit, chosen in zip(data.units, found.tolist(), strict=True)
        for place, (there, at) in enumerate(chosen, 1)
    ]
    return pl.DataFrame(rows, schema=dict(SITUATIONS))


def _total(values: NDArray[np.float64], unit: int, start: int, count: int) -> float | None:
    part = values[unit, max(start, 0) : start + count]
    return None if len(part) < count or np.isnan(part).any() else float(part.sum())


def _inputs(study: Study) -> pl.DataFrame:
    """What the data are, and which months they speak of."""
    rows = []
    for release in study.releases:
        first, last = release.covers
        dated = first < last
        rows.append(
            {
                "title": release.citation.title if release.citation else "simulated world",
                "vintage": release.vintage or None,
                "licence": release.citation.licence if release.citation else None,
                "indicators": len(release.indicators) + len(release.relations),
                "first_month": first if dated else None,
                "last_month": last if dated else None,
            }
        )
    frame = pl.DataFrame(rows, schema=dict(INPUTS))
    return frame.unique("title", keep="first", maintain_order=True)
