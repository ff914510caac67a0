"""From a study's outlook to a publication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.archive import Archive
from riskkit.archive.ledger import GRADED, LIVE, read
from riskkit.errors import RiskkitError
from riskkit.forecasting.threats import Threat
from riskkit.models import Model
from riskkit.months import first_day, format_month
from riskkit.panel import Panel
from riskkit.panel.schedule import comes_out
from riskkit.publish import Part, Publication, warnings_of
from riskkit.publish import publish as write_publication
from riskkit.publish.previous import compare
from riskkit.registry import lookup, models
from riskkit.risk.onset import DEATHS, Standing
from riskkit.scoring.evaluation import TOTAL_WAR
from riskkit.scoring.leaderboard import RECORD_WAR, record_rules
from riskkit.study.cells import phrases
from riskkit.study.dossier import gather
from riskkit.study.evaluating import find_record
from riskkit.study.forecasting import Outlook, ThreatForecast, read_outlook
from riskkit.study.grading import with_baselines
from riskkit.study.shipped import Decided, broken_out, decided, replayed
from riskkit.study.stages import publication_identity

if TYPE_CHECKING:
    from riskkit.study.study import Study

_PEOPLE = ("wpp24_pop", "population", "pop")
"""Indicators of population, in order of preference."""


def publish(
    study: Study,
    out: Path,
    outlook: Outlook | Path | str | None,
    record: Path | None,
    filing: Filing | None = None,
    *,
    refuse_worse: bool = False,
) -> Path:
    """Publish the ranking of a study.

    Args:
        study: The study.
        out: Folder of the publication.
        outlook: Its forecast, or the folder of one; None to make it.
        record: Folder with the scores of a backtest or a replay.
        filing: Where to archive it; None for nowhere.
        refuse_worse: Do not publish what did worse than conflictology or zero lately.

    Returns:
        `out`.

    Raises:
        RiskkitError: The forecast or the record is of another study, `out` or the archive cannot
            be written, or the models did worse and that was to be refused.
    """
    if outlook is None:
        outlook = study.forecast()
    elif not isinstance(outlook, Outlook):
        outlook = read_outlook(study, Path(outlook))
    archive = None if filing is None else Archive(filing.archive)
    graded, ungraded = _turned_out(study, archive, record)
    publication = publication_of(study, outlook, None if record is None else _record(study, record))
    acted = _decided(study, record)
    publication = replace(
        publication,
        graded=graded,
        ungraded=ungraded,
        alarms=acted.alarms,
        costs=acted.costs,
        chances=acted.chances,
        onsets=_broken_out(study, record),
    )
    worse = warnings_of(publication)
    if worse and refuse_worse:
        raise RiskkitError(worse[0], hint="nothing was published, as --refuse-worse asks")
    if archive is None or filing is None:
        write_publication(compare(out, publication), out)
        return out
    with archive.newest(format_month(publication.as_of)) as before:
        publication = compare(before or out, publication)
        write_publication(publication, out)
    archive.publish(out, reason=filing.reason, due=_next_due(study))
    return out


@dataclass(frozen=True)
class Filing:
    """How a publication is archived.

    Attributes:
        archive: Folder or address of the archive.
        reason: Why its month is published again.
    """

    archive: str
    reason: str | None = None


def _next_due(study: Study) -> str:
    """Month at whose end newer figures of the first threat are out."""
    series = study.series(study.threats[0])
    after = series.covers[1] + 1
    return format_month(max(comes_out(indicator, after) for _, indicator in series))


def _turned_out(
    study: Study, archive: Archive | None, record: Path | None
) -> tuple[pl.DataFrame, str]:
    """Lines on how earlier rankings turned out, and what must be said of them."""
    text = "" if archive is None else archive.ledger()
    live = read(text).filter(kind=LIVE, state=GRADED)
    would, told = replayed(study, record)
    if would is None and not told:
        would, told = replayed(study)
    return pl.concat([live] if would is None else [live, would]).filter(state=GRADED), told


def _decided(study: Study, record: Path | None) -> Decided:
    """What acting on replayed rankings would have brought, of the user's replay or the shipped."""
    found = Decided() if record is None else decided(study, record)
    return decided(study) if found.alarms is None else found


def _broken_out(study: Study, record: Path | None) -> pl.DataFrame | None:
    """How replayed chances of onset turned out, of the user's replay or the shipped one."""
    found = None if record is None else broken_out(study, record)
    return broken_out(study) if found is None else found


def publication_of(study: Study, outlook: Outlook, record: pl.DataFrame | None) -> Publication:
    """Bring together what a publication is made from.

    Args:
        study: The study.
        outlook: Its forecast.
        record: Rows of a leaderboard.
    """
    identity = publication_identity(study, {"forecast": outlook.identity})
    parts = {name: _part(study, one) for name, one in outlook.threats.items()}
    return Publication(
        parts=tuple(with_baselines(study, parts).values()),
        units=study.units,
        data_kind=study.panel.data_kind,
        exponent=study.params.composite.exponent,
        alert_rules=study.params.alerts,
        absent=outlook.absent,
        population=_latest(study.panel, _PEOPLE, study.span[1]),
        sources=study.citations,
        record=record,
        identity=identity.to_json(),
        parameters=_parameters(study),
        dossier=gather(study, outlook),
        owners=study.owners,
    )


def _parameters(study: Study) -> dict[str, Any]:
    """The study's parameters, but for where its data lie, which is another place elsewhere."""
    told = study.params.model_dump(mode="json", exclude={"data": {"root", "store", "include"}})
    first, as_of = study.span
    return {**told, "panel": {"start": format_month(first), "as_of": format_month(as_of)}}


def _part(study: Study, one: ThreatForecast) -> Part:
    forecast = one.forecast
    series = study.series(one.threat)
    return Part(
        threat=one.threat,
        forecast=forecast,
        summary=_summary(study, one),
        last_data=min(series.last_known(forecast.origin), one.notes.last_data),
        counted=series.unit,
        contributions=one.contributions,
        descriptions=_phrases(study, one, series.unit),
        measured_in=_units(study, one, series.unit),
        shares=one.shares,
        joined_with=dimensions(study.panel, one.threat, forecast.units, forecast.origin),
        left_out=one.notes.left_out,
        findings=tuple(one.notes.findings.values()),
        stale="stale" in one.notes.findings,
        names=study.names(one.threat),
        outliers=one.notes.outliers,
        standing=_standing(study, one),
    )


def _summary(study: Study, one: ThreatForecast) -> str:
    """What a threat's model is; of a pool also whose draws it puts together."""
    name = one.forecast.model
    kind: type[Model] = lookup("model", models(), name)
    members = study.model_options(name, one.threat.options).get("members", kind.members)
    return kind.summary + (f" Members: {', '.join(members)}." if members else "")


def _standing(study: Study, one: ThreatForecast) -> Standing | None:
    """Which units are quiet and which in conflict, as known at the origin."""
    forecast, counted = one.forecast, study.series(one.threat).unit
    if counted != DEATHS:
        return None
    data = one.data or study.dataset(one.threat, forecast.origin, forecast.horizons, features=False)
    return Standing.of(data, counted, forecast.units)


def dimensions(
    panel: Panel, threat: Threat, units: Sequence[str], origin: int
) -> NDArray[np.float64] | None:
    """What a hazard is joined with, [units, dimensions], as known at the origin; else None."""
    if not threat.joined_with:
        return None
    columns = [_latest(panel, (name,), origin) for name in threat.joined_with]
    return np.array([[column.get(unit, np.nan) for column in columns] for unit in units])


def _latest(panel: Panel, names: Sequence[str], origin: int) -> dict[str, float]:
    """The value by unit, last known at the origin, of the first indicator that there is."""
    name = next((name for name in names if name in panel.indicators), None)
    if name is None:
        return {}
    seen = panel.frame.filter(pl.col("month") <= first_day(origin)).select("unit", name)
    return dict(seen.drop_nulls().group_by("unit").agg(pl.col(name).last()).iter_rows())


def _record(study: Study, folder: Path) -> pl.DataFrame:
    kept = pl.lit(False)
    for target in (threat.target for threat in study.threats):
        monthly = pl.col("rule").is_in(record_rules(target.thresholds))
        kept |= (pl.col("target") == target.name) & monthly
        war = pl.col("rule").is_in(RECORD_WAR)
        kept |= (pl.col("target") == target.name + TOTAL_WAR) & war
    rows = find_record(study, folder).filter(kept)
    return rows.with_columns(pl.col(pl.Float64).round(6))  # as backtest.csv keeps them


def _phrases(study: Study, one: ThreatForecast, counted: str) -> dict[str, str]:
    """A phrase for each feature, the families' and the model's own."""
    declared = phrases(study)
    own = {} if one.contributions is None else one.contributions.descriptions
    return declared | _filled(own, one.threat, counted)


def _units(study: Study, one: ThreatForecast, counted: str) -> dict[str, str]:
    """The unit of measurement of each feature."""
    declared = {f.name: f.unit for family, _ in study.described for f in family.features}
    own = {} if one.contributions is None else one.contributions.units
    return declared | _filled(own, one.threat, counted)


def _filled(texts: Mapping[str, str], threat: Threat, counted: str) -> dict[str, str]:
    """Say what is counted in the texts of the model's own features."""
    words = {"counted": counted, "period": threat.target.period}
    return {name: text.format(**words) for name, text in texts.items()}
