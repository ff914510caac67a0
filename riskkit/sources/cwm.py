"""Civil Wars Mediation: attempts to mediate in each country and year, by who made them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import january, known_units, rows_of, succeeded
from riskkit.sources import Source
from riskkit.sources._options import FileOptions
from riskkit.sources._release import released
from riskkit.tables import Release
from riskkit.units import to_unit

FIRST_YEAR = 1946
_TOTAL = "cwm_n_mediations"
# What a part of the third party's name says of it; the first that fits counts.
_KINDS = {
    "cwm_n_by_igo": (
        r"\b(AU|EU|EC|OAS|OAU|OIC|OIF|OSCE|CSCE|ECOWAS|IGADD?|ASEAN|CIS|NATO|CPLP)\b"
        r"|(?i:african union|arab league|islamic conf|organi[sz]ation (of|for)|commonwealth sec"
        r"|contact group|minsk group|world bank)"
    ),
    "cwm_n_by_un": r"\bU\.?N\.?(\W|$)|\bUN[A-Z]{2,}\b|(?i:united nations|\bsec\w*\W+gen)",
    "cwm_n_by_track_two": (
        r"\b(NGO|NBCC|CMI)\b|(?i:church|bishop|pastor\b|\brev\b|msgr|pope\b|vatican|egid|red cross"
        r"|dunant|humanitarian dialogue|crisis management initiative|oxfam|elders|nobel"
        r"|\bformer\b|\bfmr\b|carter\b)"
    ),
}
_OFFICE = (
    r"\b(PM|FM|VP)\b|(?i:\b(pres|president|king|minister|min|ambassador|govt|government|envoys?"
    r"|secretary|dip|diplomats?|parliament\w*)\b)"
)
_STATE = "cwm_n_by_state"
_UNKNOWN = "cwm_n_by_unknown"
INDICATORS = {
    _TOTAL: "Attempts of third parties to mediate in civil wars of the country",
    "cwm_n_by_un": "Attempts in which the United Nations took part",
    "cwm_n_by_igo": "Attempts in which another intergovernmental organisation took part",
    _STATE: "Attempts in which a state took part",
    "cwm_n_by_track_two": "Attempts with churches, non-governmental bodies or former leaders",
    _UNKNOWN: "Attempts by third parties whose kind their name does not tell",
}
"""Indicator -> description."""

_DIVIDERS = r"[,;/&()]|\band\b"
_YEAR = r"/(\d{4}|\d{2})[?\s]*$"
_NO_YEAR = "mediation without a year"
_UNSURE = "episode of which it is not said whether it was mediated"
_LATE = "mediation that began after covers_to"


class CwmOptions(FileOptions):
    """How to count attempts.

    Attributes:
        covers_to: Last year the file speaks of.
        lag_months: Months from the end of a year to the publication of its attempts.
        encoding: Encoding of the text.
    """

    covers_to: int = Field(default=2009, ge=FIRST_YEAR, le=2100)
    lag_months: int = Field(default=84, ge=0, le=240)
    encoding: columns.Encoding = "latin-1"


class Cwm(Source):
    """Reader of CWM.csv; tried on the file of 762 rows, which reaches to 2009.

    A row is one attempt of third parties to mediate in a civil war, or an episode without any
    (`Med_yes.no` 0). An attempt counts in every calendar year from its first day to its last.
    Days are written by hand ("2/??/04", "//1976"): only their year is used, years of two digits
    lie in 1946-2045, the other end stands in for one that cannot be read, and `year_term`, when
    the episode ended, for both. A few rows of 2011 stand beside those to 2009: by default they
    are left out, since the file does not speak of these years as a whole.

    Third parties are told by words in their free-text names: organisations by their abbreviations,
    churches, former leaders and non-governmental bodies (track two), states by their name or, where
    no organisation is named, an office. Persons named alone stay unknown. One attempt may count
    under several kinds. Read these counts as rough.
    """

    name = "cwm"
    sample = "the file of the article, closed"
    themes = ("diplomacy",)
    title = "Civil Wars Mediation (CWM) dataset"
    licence = "free for research, with citation; no licence is stated"
    citation = (
        "DeRouen, Bercovitch and Pospieszna (2011), Introducing the Civil Wars Mediation (CWM) "
        "dataset, Journal of Peace Research 48(5), 663-672"
    )
    url = "https://journals.sagepub.com/doi/10.1177/0022343311406157"
    by_hand = "has no lasting address: download CWM.csv from the supplement of the article"
    cadence = "closed"
    lag_months = 84
    lag_reason = "the attempts until 2004 were published in 2011"
    redistributable = False
    tried_on = "real files"
    options = CwmOptions

    def read(self, path: Path, options: CwmOptions) -> Release:
        """Read the file.

        Returns:
            Yearly counts `cwm_n_mediations` and, by third party, `cwm_n_by_un` and others.
        """
        whole = read_sheet(path, _form(options))
        sheet, unsure = _mediated(whole)
        unit, nowhere = known_units(sheet, "country", "name", options.codes, None, {})
        first, last = _years(sheet)
        attempts = pl.DataFrame([unit, first, last, *_parties(sheet)]).drop_nulls("unit")
        known = attempts.drop_nulls("first")
        counted = known.filter(pl.col("first") <= options.covers_to)
        if counted.is_empty():
            what = f"{path}: no mediation has a year until {options.covers_to}"
            raise SourceError(what, hint="check covers_to and that it is the right file")
        dropped = {
            **nowhere,
            _UNSURE: unsure,
            _NO_YEAR: attempts.height - known.height,
            _LATE: known.height - counted.height,
        }
        yearly = _yearly(counted, options.covers_to)
        return released(
            self.name,
            yearly,
            {name: ("attempts", text) for name, text in INDICATORS.items()},
            (date(FIRST_YEAR, 1, 1), date(options.covers_to, 12, 1)),
            options.lag_months,
            census=True,
            dropped={reason: count for reason, count in dropped.items() if count},
        )


def _form(options: CwmOptions) -> Form:
    required = ("country", "Med_yes.no", "year_term", "med.begins", "med.ends")
    return Form(required=(*required, "name.of.third.party"), encoding=options.encoding)


def _mediated(whole: Sheet) -> tuple[Sheet, int]:
    """The attempts, and in how many episodes it is not said whether there was one."""
    said = whole.frame["Med_yes.no"].cast(pl.String).str.strip_chars().str.replace(r"\.0+$", "")
    said = said.replace("NaN", "NA").fill_null("NA") if _typed(whole) else said
    wrong = ~said.is_in(["0", "1", "NA"]).fill_null(value=False)
    whole.refuse("Med_yes.no", wrong, "this must be 0, 1 or NA", "download the file again")
    rows = (said == "1").arg_true()
    if rows.is_empty():
        raise SourceError(f"{whole.file}: no row is mediated", hint="check that it is the file")
    return rows_of(whole, rows), int((said == "NA").sum())


def _typed(sheet: Sheet) -> bool:
    """Whether other software has read the file, and emptied what was NA."""
    return sheet.frame["Med_yes.no"].dtype.is_numeric()


def _years(sheet: Sheet) -> tuple[pl.Series, pl.Series]:
    """First and last year of each attempt, as columns `first` and `last`; null if unknown.

    Raises:
        SourceError: More than a third of the days cannot be read.
    """
    begins, ends = (_year_of(sheet, column) for column in ("med.begins", "med.ends"))
    if 3 * begins.null_count() > len(begins):
        hint = "columns may have changed places: download the file again"
        sheet.refuse("med.begins", begins.is_null(), "this is not a day like 4/27/78", hint)
    term = "/" + sheet.frame["year_term"].cast(pl.String).str.strip_chars()
    first = begins.fill_null(ends).fill_null(_century(term))
    last = ends.fill_null(first)
    years = pl.DataFrame({"first": first, "last": last})
    return years["first"], years.select(last=pl.max_horizontal("first", "last"))["last"]


def _year_of(sheet: Sheet, column: str) -> pl.Series:
    return _century(sheet.frame[column].cast(pl.String))


def _century(days: pl.Series) -> pl.Series:
    year = days.str.extract(_YEAR).cast(pl.Int32)
    century = pl.when(year < 46).then(2000).when(year < 100).then(1900).otherwise(0)
    full = pl.select(pl.lit(year) + century).to_series()
    return full.set(~full.is_between(FIRST_YEAR, date.today().year), None)


def _parties(sheet: Sheet) -> list[pl.Series]:
    """Whether each kind of third party took part in each attempt."""
    names = sheet.frame["name.of.third.party"].cast(pl.String).fill_null("")
    parts = pl.DataFrame({"row": pl.int_range(len(names), eager=True), "name": names})
    parts = parts.with_columns(
        pl.col("name").str.replace_all(_DIVIDERS, "|").str.split("|")
    ).explode("name")
    kind = pl.coalesce(
        *(_worded(words, name) for name, words in _KINDS.items()),
        pl.when(to_unit(parts["name"], "name", unknown="null").is_not_null()).then(pl.lit(_STATE)),
        _worded(_OFFICE, "office"),
    )
    rows = parts.select("row", kind=kind).group_by("row", maintain_order=True).agg("kind")
    flags = {name: rows["kind"].list.contains(name) for name in (*_KINDS, _STATE, "office")}
    organised = flags["cwm_n_by_un"] | flags["cwm_n_by_igo"]
    flags[_STATE] |= flags.pop("office") & ~organised
    unknown = rows["kind"].list.drop_nulls().list.len() == 0
    return [flag.alias(name) for name, flag in {**flags, _UNKNOWN: unknown}.items()]


def _worded(words: str, kind: str) -> pl.Expr:
    return pl.when(pl.col("name").str.contains(words)).then(pl.lit(kind))


def _yearly(attempts: pl.DataFrame, covers_to: int) -> pl.DataFrame:
    last = pl.min_horizontal("last", pl.lit(covers_to))
    long = attempts.with_columns(year=pl.int_ranges("first", last + 1)).explode("year")
    month = january(long["year"])
    long = long.with_columns(month, succeeded(long["unit"], month), pl.lit(1).alias(_TOTAL))
    return long.group_by("unit", "month").agg(pl.col(*INDICATORS).sum())
