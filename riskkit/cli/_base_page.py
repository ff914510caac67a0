"""The page docs/base-data.md, from what is kept beside the embedded tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riskkit.base.provenance import Publisher, Table
    from riskkit.tables import Indicator

_HEAD = """\
# The embedded data

riskkit comes with open data of real countries, so that a forecast needs no download: small tables
of ten publishers, to December 2024, as they were out by the end of June 2025. `make docs` writes
this page from what is kept beside the tables in `riskkit/base`.

```sh
riskkit data status     # how old each table is, its licence, whether its file is intact
riskkit panel show      # of which source and vintage each indicator of a study is
riskkit run --set data.kind=base
```

`data.kind` is `auto` unless you say otherwise: the embedded data, and over them what
`data.sources` or the store bring. Exactly the indicators that a file brings are replaced, month by
month: where both speak, the vintage whose newest figure came out later counts, and a census
(events, deaths) counts in all months and countries that it covers, its zeros included. A relation
(who hosts whose refugees, who shares a border) is replaced by the year.

## When a figure was known

Every row carries the day from which it could be known, and nothing is used before. UCDP's and
UNHCR's year comes out at the end of June of the next: standing in May 2025, no month of 2024 is
known. What was not out by 30 June 2025 is left out and counted, as the World Bank's figures of
2024 are. All tables are of one vintage, revised since: what stood in the first release of a year
may have differed.

Weather and news were known within a month, and their rows say so. In a panel they are shifted by
the year all the same, like UCDP's months: the tables are renewed by the year, and a forecast must
look at features of the age that it was trained on. A file of your own with newer months lifts
that.

**What publishers compute anew each year** (INFORM's index, the UN ideal points) describes the past
as seen today. The panel has it, features read it only with `features.revised: true`, which lets a
backtest look ahead. What later releases restate (economy, people) features see, and every backtest
says so.

## Heat and drought

`heat_month_2sd` and `drought_year_15sd` are 1 where a month is warmer, or a year drier, than the
mean of the 30 years before it (of the same calendar month) by more than 2 or 1.5 of their standard
deviations; `heat_month_p95` and `drought_year_p5` where it is beyond 29 or all of the 30. The
reference ends with the year before, so that it was known, and moves, so that a warming country
does not stand at 1 for ever. Anomalies (`era5_t2m_anom_c`, `cru_pre_anom_pct`,
`era5_precip_anom_z`) are against 1961-1990 and known from 1991 on.

## Places

A unit is named by all that its rows hold as long as the target's source does not tell it apart:
"Israel (with Palestine)" and "Morocco (with Western Sahara)" in UCDP's tables, "Serbia (with
Kosovo)" in UNHCR's; the ranking says "Serbia (with Kosovo in displacement)", since only that
threat's source does so. An event file of your own that separates them (UCDP's with `separate:
true`) gives them back their own names; the months that it does not cover stay joined.
"""
_RENEW = """\
## Renewing the tables

```sh
python -m riskkit.base.make --from ../shared/data/base
```

writes the files of `riskkit/base/data` anew from a folder of base data, checks known figures on
the way (UCDP's world totals, refugees at the end of 2024, people in the world), and writes
`hashes.json`. The same folder and the same version of polars give the same bytes. Several figures
came by way of repositories without a licence of their own, which passed on openly licensed data;
before a public release rebuild these tables from the publishers' own files:
"""


def base_page() -> str:
    """Describe the embedded data as Markdown."""
    from riskkit.base.provenance import publishers, tables

    told = tables().values()
    parts = [_HEAD, *_contents(told), *_licences(publishers().values()), _RENEW]
    parts += [f"- `{t.name}`: {t.by_way_of}; publisher: <{t.publisher.url}>" for t in told]
    return "\n".join([*parts, ""])


def _contents(tables: Iterable[Table]) -> Iterator[str]:
    yield "## Tables\n"
    yield "| table | what | span | rows | KB | vintage | known | defects |"
    yield "|---|---|---|---|---|---|---|---|"
    for table in tables:
        span = " to ".join(table.span) or "-"
        size = f"{table.file.stat().st_size / 1000:,.0f}"
        known = f"{table.lag}: {table.lag_reason}"
        cells = (f"`{table.name}`", table.title, span, f"{table.rows:,}", size, table.vintage)
        yield f"| {' | '.join((*cells, known, table.defects))} |"
    yield "\n## Indicators\n"
    yield "| indicator | what | unit | by |\n|---|---|---|---|"
    for one in _declared():
        by = "year" if one.frequency == "year" else "month"
        told = " (computed anew each year)" if one.revised else " (restated)" * one.restated
        name = f"`{one.name}`{told}"
        yield f"| {name} | {one.description} | {one.unit} | {by} |"
    yield ""


def _declared() -> list[Indicator]:
    from riskkit.base import releases

    return [indicator for release in releases() for indicator in release.indicators]


def _licences(publishers: Iterable[Publisher]) -> Iterator[str]:
    yield "## Licences and attributions\n"
    yield "Publications and the model card carry the attributions of what was in.\n"
    yield "| publisher | licence | how that is known | to be cited |\n|---|---|---|---|"
    for one in publishers:
        yield f"| [{one.title}]({one.url}) | {one.licence} | {one.evidence} | {one.citation} |"
    yield ""
