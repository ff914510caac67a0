"""From a study's outlook to a publication."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from riskkit.models import Contributions, Model
from riskkit.publish import Publication
from riskkit.publish import publish as write_publication
from riskkit.publish.previous import find
from riskkit.registry import lookup, models
from riskkit.scoring.leaderboard import RECORD, RECORD_WAR
from riskkit.study.evaluating import find_record
from riskkit.study.forecasting import Outlook, ThreatForecast, read_outlook

if TYPE_CHECKING:
    from riskkit.study.study import Study


def publish(
    study: Study, out: Path, outlook: Outlook | Path | str | None, record: Path | None
) -> Path:
    """Publish the ranking of a study.

    Args:
        study: The study.
        out: Folder of the publication.
        outlook: Its forecast, or the folder of one; None to make it.
        record: Folder with the scores of a backtest.

    Returns:
        `out`.

    Raises:
        RiskkitError: The forecast or the record is of another study, or `out` cannot be written.
    """
    if outlook is None:
        outlook = study.forecast()
    elif not isinstance(outlook, Outlook):
        outlook = read_outlook(study, Path(outlook))
    first = next(iter(outlook.threats.values()))
    write_publication(_publication(study, first, out, record), out)
    return out


def _publication(study: Study, one: ThreatForecast, out: Path, record: Path | None) -> Publication:
    threat, forecast = one.threat, one.forecast
    kind: type[Model] = lookup("model", models(), forecast.model)
    series, data_kind = study.series(threat), study.panel.data_kind
    return Publication(
        forecast=forecast,
        target=threat.target,
        threat=threat.target.threat,
        units=study.panel.units,
        summary=kind.summary,
        last_data=series.last_known(forecast.origin),
        data_kind=data_kind,
        contributions=one.contributions,
        descriptions=_phrases(study, one.contributions),
        sources=study.citations,
        record=None if record is None else _record(study, one, record),
        previous=find(out, threat.target, data_kind, forecast.origin),
    )


def _record(study: Study, one: ThreatForecast, folder: Path) -> pl.DataFrame:
    name = one.threat.target.name
    monthly = (pl.col("target") == name) & pl.col("rule").is_in(RECORD)
    war = (pl.col("target") == f"{name}_total_war") & pl.col("rule").is_in(RECORD_WAR)
    return find_record(study, folder).filter(monthly | war)


def _phrases(study: Study, contributions: Contributions | None) -> dict[str, str]:
    declared = {f.name: f.description for family in study.families for f in family.features}
    return declared if contributions is None else {**declared, **contributions.descriptions}
