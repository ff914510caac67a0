"""V-Dem: democracy, rights, exclusion and civil society of each country and year."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from pathlib import Path, PurePosixPath
from typing import IO, Annotated

import polars as pl
from pydantic import Field, StringConstraints

from riskkit import refusals
from riskkit.errors import SourceError
from riskkit.reading.archives import refuse_bomb
from riskkit.reading.files import read_sheet, refuse_pointer
from riskkit.reading.selection import leave_out
from riskkit.reading.sheets import Form, Sheet
from riskkit.sources import MB, Address, offered
from riskkit.sources._options import FileOptions
from riskkit.sources._plain import Measure, PlainYears

FIRST_YEAR = 1950
INDEX = "index 0-1"
SCALE = "V-Dem scale"
REGIME = "0 closed autocracy to 3 liberal democracy"
_ANY = (-inf, inf)
_BOUNDS: dict[str, tuple[float, float]] = {INDEX: (0, 1), SCALE: (-10, 10), REGIME: (0, 3)}
INDICATORS = {
    "v2x_polyarchy": (INDEX, "Electoral democracy"),
    "v2x_libdem": (INDEX, "Liberal democracy"),
    "v2x_partipdem": (INDEX, "Participatory democracy"),
    "v2x_delibdem": (INDEX, "Deliberative democracy"),
    "v2x_egaldem": (INDEX, "Egalitarian democracy"),
    "v2x_cspart": (INDEX, "Participation in civil society"),
    "v2xcs_ccsi": (INDEX, "Core civil society"),
    "v2x_regime": (REGIME, "Regimes of the World"),
    "v2x_rule": (INDEX, "Rule of law"),
    "v2x_corr": (INDEX, "Political corruption, 1 the most corrupt"),
    "v2x_clphy": (INDEX, "Freedom from killings and torture by the state"),
    "v2x_civlib": (INDEX, "Civil liberties"),
    "v2x_freexp_altinf": (INDEX, "Freedom of expression and alternative information"),
    "v2x_frassoc_thick": (INDEX, "Freedom of association"),
    "v2xel_frefair": (INDEX, "Clean elections"),
    "v2x_jucon": (INDEX, "Constraints on the executive by courts"),
    "v2xlg_legcon": (INDEX, "Constraints on the executive by the legislature"),
    "v2x_neopat": (INDEX, "Neopatrimonial rule"),
    "v2x_execorr": (INDEX, "Corruption of the executive"),
    "v2x_accountability": (SCALE, "Accountability of the government"),
    "v2x_horacc": (SCALE, "Accountability to other institutions"),
    "v2x_veracc": (SCALE, "Accountability to voters"),
    "v2x_diagacc": (SCALE, "Accountability to media and civil society"),
    "v2cseeorgs": (SCALE, "Freedom of civil society to come and go"),
    "v2csreprss": (SCALE, "Freedom of civil society from repression"),
    "v2csprtcpt": (SCALE, "Popular participation in civil society"),
    "v2dlengage": (SCALE, "Engagement of the public in deliberation"),
    "v2caviol": (SCALE, "Political violence by others than the state"),
    "v2cademmob": (SCALE, "Mobilisation for democracy"),
    "v2caautmob": (SCALE, "Mobilisation for autocracy"),
    "v2cacamps": (SCALE, "Polarisation of society into camps"),
    "v2elintim": (SCALE, "Freedom of elections from intimidation by the government"),
    "v2clpolcl": (SCALE, "Equality of political groups in civil liberties"),
    "v2clsocgrp": (SCALE, "Equality of social groups in civil liberties"),
    "v2xpe_exlsocgr": (INDEX, "Exclusion by social group"),
    "v2xpe_exlgeo": (INDEX, "Exclusion by place, urban or rural"),
    "v2xpe_exlpol": (INDEX, "Exclusion by political group"),
    "v2pepwrsoc": (SCALE, "Power shared among social groups"),
    "v2peapssoc": (SCALE, "Access of social groups to public services"),
    "v2x_gender": (INDEX, "Political empowerment of women"),
    "v2smgovdom": (SCALE, "Freedom of social media from false information by the government"),
    "v2smgovfilprc": (SCALE, "Freedom of the internet from filtering by the government"),
    "v2smarrest": (SCALE, "Freedom from arrest for political content online"),
    "v2smorgviol": (SCALE, "Use of social media to organise violence, in V-Dem's own order"),
    "e_total_resources_income_pc": ("dollars per head", "Income from petroleum, coal and metals"),
    "e_pelifeex": ("years", "Life expectancy"),
}
"""Column, which is the indicator, -> unit of measurement, description."""

Column = Annotated[str, StringConstraints(pattern=refusals.COLUMN)]
_CODE, _YEAR, _ALWAYS = "country_text_id", "year", "v2x_polyarchy"
_LEFT_OUT = {
    "PSG": "row of Gaza, which is part of PSE",
    "SML": "row of Somaliland, which is part of SOM",
    "ZZB": "row of Zanzibar, which is part of TZA",
}
_EARLY = f"row of a year before {FIRST_YEAR}"
_AGAIN = "download it again"


class VdemOptions(FileOptions):
    """How to read a release.

    Attributes:
        columns: More columns to read, as `v2x_api`; indicators have their names in lower case.
        lag_months: Months from the end of a year to the publication of its figures.
    """

    columns: tuple[Column, ...] = ()
    lag_months: int = Field(default=3, ge=0, le=60)


class Vdem(PlainYears):
    """Reader of the Country-Year data, Core or Full+Others (V-Dem-CY-*.csv), as .csv or in the
    publisher's .zip. Written after the documented columns; tried on a table derived from them, not
    on the publisher's file.

    Of some thousand columns those in `INDICATORS` are read that the file has, and those that the
    option `columns` names. The csv of 400 MB is read line by line, only the wanted cells are kept:
    it takes time, not memory.

    Rows before 1950 are left out, and so are Gaza, Somaliland and Zanzibar, which have rows of
    their own beside the country they are part of; PSE is the West Bank alone, by V-Dem's count. SRB
    is Yugoslavia before 2006, CZE Czechoslovakia before 1993.

    Each release codes the past anew: experts of 2021 rated 2009 knowing what followed, and all
    ratings are estimated together. So features read them only with `features.revised: true`.
    """

    name = "vdem"
    sample = "country-years, core, as csv"
    layouts = (
        ("V-Dem-CY-Core-v16_csv.zip", "the publisher's archive, with its citation beside the csv"),
    )
    themes = ("development", "diplomacy")
    title = "Varieties of Democracy (V-Dem), country-year"
    licence = "CC BY-SA 4.0"
    citation = (
        "Coppedge, Gerring, Knutsen, Lindberg, Teorell and others, V-Dem Country-Year Dataset, "
        "Varieties of Democracy Project, with its version"
    )
    url = "https://www.v-dem.net/data/the-v-dem-dataset/"
    offer = offered(
        Address(
            "https://www.v-dem.net/media/datasets/V-Dem-CY-Core-v16_csv.zip",
            "V-Dem-CY-Core-v16_csv.zip",
            400 * MB,
            "16",
        ),
        newer="a version comes every March, its number one higher in the same name; "
        "https://www.v-dem.net/data/the-v-dem-dataset/ tells the newest",
    )
    cadence = "yearly, in March"
    lag_months = 3
    lag_reason = "version 11 of March 2021 and version 12 of March 2022 each end the year before"
    redistributable = True
    every_months = 12
    options = VdemOptions

    code = (_CODE, "iso3")
    times = (_YEAR,)
    first_year = 1700
    left_out = _LEFT_OUT
    missing = ("NA",)
    succeeded = False

    def declared(self, options: VdemOptions) -> dict[str, Measure]:
        """The columns of `INDICATORS`, of which releases differ in all but one, and the user's."""
        known = {
            name: Measure(
                name,
                unit,
                text,
                *_BOUNDS.get(unit, _ANY),
                optional=name != _ALWAYS,
                revised=True,
            )
            for name, (unit, text) in INDICATORS.items()
        }
        unit = "as in V-Dem's codebook"
        return known | {
            column.lower(): replace(known[column.lower()], column=column, optional=False)
            if column.lower() in known
            else Measure(column, unit, f"V-Dem's {column.lower()}", revised=True)
            for column in options.columns
        }

    def table(self, path: Path, form: Form) -> Sheet:
        """Read the file, line by line where it may be large."""
        return _read(path, form)

    def select(
        self, sheet: Sheet, path: Path, options: VdemOptions, dropped: dict[str, int]
    ) -> Sheet:
        """Leave early years out."""
        del path, options
        return leave_out(sheet, self.years(sheet) < FIRST_YEAR, _EARLY, dropped)


def _read(path: Path, form: Form) -> Sheet:
    if path.suffix.lower() in {".csv", ".zip"} and path.is_file():
        with _open(path, form.encoding) as (file, text):
            return _thin(file, text, form)
    sheet = read_sheet(path, form)
    return replace(sheet, frame=sheet.frame.cast(pl.String))


@contextmanager
def _open(path: Path, encoding: str) -> Iterator[tuple[str, IO[str]]]:
    """Open the csv, or the one in the archive, without reading it."""
    encoding = "utf-8-sig" if encoding == "utf-8" else encoding
    try:
        with path.open("rb") as raw:
            refuse_pointer(str(path), raw.read(200))
            raw.seek(0)
            if path.suffix.lower() != ".zip":
                yield str(path), io.TextIOWrapper(raw, encoding, newline="")
                return
            with zipfile.ZipFile(raw) as archive, archive.open(_inner(path, archive)) as inner:
                yield f"{path}: {inner.name}", io.TextIOWrapper(inner, encoding, newline="")
    except SourceError:
        raise
    except UnicodeDecodeError as error:
        hint = "save it as UTF-8, or set its encoding, for example encoding: latin-1"
        raise SourceError(f"{path} is not {encoding} text", got=error.reason, hint=hint) from None
    except Exception as error:  # damaged archives lead zipfile into errors of any kind
        raise SourceError(f"{path} cannot be read", got=str(error), hint=_AGAIN) from None


def _inner(path: Path, archive: zipfile.ZipFile) -> str:
    names = [PurePosixPath(name) for name in archive.namelist()]
    tables = [n for n in names if n.suffix.lower() == ".csv" and "__MACOSX" not in n.parts]
    if len(tables) != 1:
        raise SourceError(
            f"{path} does not hold one csv file",
            got=[str(name) for name in tables or names][:8],
            hint="unpack it and give the path of one csv file",
        )
    refuse_bomb(str(path), archive.getinfo(str(tables[0])))
    return str(tables[0])


def _thin(file: str, text: IO[str], form: Form) -> Sheet:
    """Keep the wanted cells of each record; every record must be as long as the header."""
    reader = csv.reader(text)
    header = next(reader, [])
    if not any(header):
        raise SourceError(f"{file} is empty or has no column names", hint=_AGAIN)
    wanted = form.choose(file, header)
    rows: list[list[str | None]] = []
    lines: list[int] = []
    for record in reader:
        if not any(record):
            continue
        if len(record) != len(header):
            raise SourceError(
                f"{file}, line {reader.line_num}: {len(record)} columns instead of {len(header)}",
                hint=f"the file is cut off or was edited: {_AGAIN}",
            )
        rows.append([record[at] or None for at in wanted.values()])
        lines.append(reader.line_num)
    if not rows:
        raise SourceError(f"{file} has a header but no rows", hint=_AGAIN)
    frame = pl.DataFrame(rows, schema=dict.fromkeys(wanted, pl.String), orient="row")
    return Sheet(file, frame, lambda row: f"line {lines[row]}")
