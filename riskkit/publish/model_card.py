"""model-card.md: what the figures are, what they rest on, and what they cannot tell."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskkit.months import format_month
from riskkit.publish import Publication
from riskkit.tables import Citation

FILE = "model-card.md"

_SCORE = """\
The score runs from 0 to 10. It is the order of magnitude of a year's outcome, averaged over the
forecast's scenarios. With thresholds of 1, 25 and 100: 2.5 is about 10, 5 about 100, 7.5 about
1,000, and 10 is 10,000 or more. `score_low` and `score_high` span 90 % of the scenarios; they say
how differently the window may turn out. `rank_low` and `rank_high` do the same for the rank.
"""

_LIMITS = """\
- A forecast is a distribution, not a prediction of events. Use the interval, not only the rank.
- Drivers say what the model's forecast rests on. They do not say what causes violence.
- Countries that are at peace are hard to tell apart: their rank intervals are wide and overlap.
- Counts are as published by `as_of`. Later releases revise them, sometimes by a factor of two.
- Onsets without a history of violence are rare in the data and largely unpredicted.
- Units without a known outcome in the last month with data are not ranked; absence is not safety.
"""

_SIMULATED = """\
> **SIMULATED DATA.** Every country, figure and rank here is made up. Nothing in this folder says
> anything about the real world.

"""


def write(publication: Publication, folder: Path) -> None:
    """Write the card as Markdown."""
    (folder / FILE).write_text(card(publication), encoding="utf-8", newline="\n")


def card(publication: Publication) -> str:
    """Compose the card."""
    banner = _SIMULATED if publication.data_kind == "simulated" else ""
    parts = (
        f"# {publication.title}\n\n{banner}{_facts(publication)}",
        f"## What the score means\n\n{_SCORE}",
        f"## Record\n\n{_record(publication)}",
        f"## Limits\n\n{_LIMITS}",
        f"## Sources\n\n{_sources(publication.sources)}",
    )
    return "\n".join(parts)


def _facts(publication: Publication) -> str:
    forecast, target = publication.forecast, publication.target
    first, last = (format_month(month) for month in publication.window)
    thresholds = ", ".join(f"{threshold:,}" for threshold in target.thresholds)
    rows = {
        "Model": f"`{forecast.model}`: {publication.summary}",
        "Target": f"{publication.threat}, `{target.name}` by {target.period}",
        "Thresholds of `p_any`, `p_25`, `p_100`": thresholds,
        "Forecast made at the end of": format_month(publication.as_of),
        "Latest known outcome": format_month(publication.last_data),
        "Window": f"{first} to {last}",
        "Ranked units": str(len(forecast.units)),
        "Scenarios": f"{forecast.draws.shape[-1]:,}",
        "Licence": publication.licence,
    }
    return "".join(f"- {name}: {value}\n" for name, value in rows.items())


def _record(publication: Publication) -> str:
    """Tabulate how the model did in the backtest, if there was one."""
    record = publication.record
    if record is not None:
        record = record.filter(pl.col("model") == publication.forecast.model)
    if record is None or record.is_empty():
        return "No backtest of this model was handed to this publication.\n"
    head = (
        "Backtest figures; skill is relative to the reference model, with a 90 % interval.\n\n"
        "| target | window | rule | value | skill | low | high |\n|---|---|---|---|---|---|---|\n"
    )
    columns = ("target", "window", "rule", "value", "skill", "skill_low", "skill_high")
    return head + "".join(
        f"| {' | '.join(_cell(value) for value in row)} |\n"
        for row in record.select(columns).sort("target", "rule", "window").iter_rows()
    )


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _sources(sources: tuple[Citation, ...]) -> str:
    if not sources:
        return "None were named.\n"
    return "".join(
        f"- {source.title} ({source.licence}). {source.citation} <{source.url}>\n"
        for source in sources
    )
