"""model-card.md: what the figures are, what they rest on, and what they cannot tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from riskkit.forecasting.outliers import MARGIN
from riskkit.months import format_month
from riskkit.publish import Part, Publication, _record, graded_lines, warnings_of
from riskkit.tables import Citation

FILE = "model-card.md"

_SCORE = """\
Every threat has a score from 0 to 10 in each scenario. For counts it is the order of magnitude of
a year's outcome on a scale that never moves: with a first threshold of 1 and a top of 10,000, 2.5
is about 10, 5 about 100, 7.5 about 1,000, and 10 is 10,000 or more. The composite is the weighted
power mean of the threats' scores, scenario by scenario, so that `score_low` and `score_high` span
90 % of the joint scenarios; they say how differently the window may turn out. `rank_low` and
`rank_high` do the same for the rank.
"""

_LIMITS = """\
- A forecast is a distribution, not a prediction of events. Use the interval, not only the rank.
- Weights and scales are a choice. `sensitivity.csv` tells how far ranks move under others.
- Drivers say what the model's forecast rests on. They do not say what causes violence.
- Countries that are at peace are hard to tell apart: their rank intervals are wide and overlap.
- Counts are as published by `as_of`. Later releases revise them, sometimes by a factor of two.
- Onsets without a history of violence are rare in the data and largely unpredicted.
- Of a climate threat only the hazard is a forecast and is verified; vulnerability and coping
  capacity describe today.
- A unit that is not ranked is unknown, not safe; components.csv says why it is not ranked.
"""

_KINDS = {
    _record.LIVE: "How published rankings turned out:",
    _record.REPLAYED: "Replayed: how rankings would have turned out if they had been made then, "
    "with what was known then:",
}
_HEAD = (
    "| window | top ten right | last year's | conflictology's | rank correlation | last year's | "
    "conflictology's | CRPS | last year's | conflictology's |\n"
    "|---|---|---|---|---|---|---|---|---|---|\n"
)
_READ = """\
Top ten right: share of the first ten that were among the ten highest. Rank correlation: Spearman's,
of all that were ranked. CRPS: distance of the forecast scores from what came, in points; lower is
better. Conflictology: what each had in its own last twelve months.

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
        f"## Record\n\n{_turned_out(publication)}",
        f"## Outliers\n\n{_outliers(publication)}",
        f"## Limits\n\n{_LIMITS}",
        f"## Sources\n\n{_sources(publication.sources)}",
    )
    return "\n".join(parts)


def _facts(publication: Publication) -> str:
    first, last = (format_month(month) for month in publication.window)
    rows = {
        "Forecast made at the end of": format_month(publication.as_of),
        "Window": f"{first} to {last}",
        "Ranked units": str(len(publication.ranked)),
        "Scenarios": f"{publication.first.forecast.draws.shape[-1]:,}",
        "Composite": f"weighted power mean with exponent {publication.exponent:g}",
        "Licence": ": ".join(publication.licence),
    }
    facts = "".join(f"- {name}: {value}\n" for name, value in rows.items())
    threats = "".join(f"{_threat(part)}\n" for part in publication.parts)
    absent = "".join(f"- {one.name}: absent, {one.reason}\n" for one in publication.absent)
    return f"{facts}\n## Threats\n\n{threats}{absent}"


def _threat(part: Part) -> str:
    threat, target = part.threat, part.threat.target
    first, last = (format_month(month) for month in part.window)
    thresholds = ", ".join(f"{threshold:,}" for threshold in target.thresholds)
    joined = f", joined with {' and '.join(threat.joined_with)}" if threat.joined_with else ""
    said = "".join(f" {finding}" for finding in part.findings)
    said += "".join(f" Not counted: {one}." for one in threat.passed_over)
    return (
        f"- **{threat.name}** (weight {threat.weight:g}): {threat.title}, `{target.name}` by "
        f"{target.period}{joined}. Window {first} to {last}; latest known outcome "
        f"{format_month(part.last_data)}; thresholds {thresholds}; "
        f"{len(part.forecast.units)} units. Model `{part.forecast.model}`: {part.summary}{said}"
    )


def _turned_out(publication: Publication) -> str:
    """Say how the last rankings and the models turned out."""
    told = "".join(f"> **Warning.** {text}\n\n" for text in warnings_of(publication))
    return told + _graded(publication) + _backtest(publication)


def _graded(publication: Publication) -> str:
    """Tabulate how the last rankings turned out."""
    lines = graded_lines(publication)
    made = ""
    for kind, words in _KINDS.items():
        rows = _record.windows(lines, kind)
        if rows:
            body = "".join(_window(row) for row in rows)
            made += f"{words}\n\n{_HEAD}{body}\n"
    made += _READ if made else ""
    return made + (f"{publication.ungraded}\n\n" if publication.ungraded else "")


def _window(row: dict[str, Any]) -> str:
    top, crps, order = row["top_10"], row["crps"], row["spearman"]
    cells = [
        f"{row['window_start']} to {row['window_end']}",
        *(_three(top, ".1f")),
        *(_three(order, ".2f")),
        *(_three(crps, ".3f")),
    ]
    return f"| {' | '.join(cells)} |\n"


def _three(row: dict[str, Any], form: str) -> list[str]:
    named = (row["value"], row["last_year"], row["conflictology"])
    return ["" if value is None else format(value, form) for value in named]


def _backtest(publication: Publication) -> str:
    """Tabulate how the model did in the backtest, if there was one."""
    record = publication.record
    if record is not None:
        published = [part.forecast.model for part in publication.parts]
        record = record.filter(pl.col("model").is_in(published))
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


def _outliers(publication: Publication) -> str:
    """Name the inputs that no model has seen the like of."""
    if not publication.outliers:
        return "No unit has an input beyond anything it had.\n"
    names = dict(publication.places.select("unit", "name").iter_rows())
    head = (
        "These units have an input beyond anything they had: a last known year of more "
        f"than {MARGIN:g} times any before, or a feature outside all that training held. Read "
        "their forecasts with more doubt than the intervals say.\n\n"
    )
    return head + "".join(
        f"- {names[unit]} (`{unit}`): {'; '.join(texts)}.\n"
        for unit, texts in publication.outliers.items()
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
