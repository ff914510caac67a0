"""The one table of public addresses: what is fetched for each source, and from where.

docs/fetching.md says where each address was found, and how to add one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from riskkit.sources.world_bank import INDICATORS as WORLD_BANK
from riskkit.store.fetch.credentials import ACLED, HAPI, IDMC, UCDP, Credential

MB = 1_000_000
Way = tuple[str | int, ...]
"""Names of fields and positions in lists that lead to a value."""


@dataclass(frozen=True)
class Pages:
    """How an interface hands out its rows: JSON, page by page, each a numbered file.

    Attributes:
        field: Query parameter that names the page, or the first row of it.
        rows: Way to the list of rows.
        last: Way to the number of the last page; without it, pages follow until one is not full.
        size: Rows of a full page.
        first: Value of the parameter for the first page.
        step: By how much it grows.
    """

    field: str
    rows: Way
    last: Way | None = None
    size: int | None = None
    first: int = 1
    step: int = 1


@dataclass(frozen=True)
class Address:
    """One file of a publisher, or several that one address leads to.

    Attributes:
        url: Where it is, without secrets.
        file: What it is called here. Readers go by names, so it is the publisher's own.
        most: Largest number of bytes.
        vintage: Version that the address names; None: the date of the file tells it.
        optional: It may not be published yet.
        member: The one file of a zip archive that is kept, under this name.
        checksums: Address of a list of hashes (md5sum or sha256sum).
        pages: The address is of an interface that hands out pages.
        listing: The address is a folder; fetched are the files in it whose names match.
    """

    url: str
    file: str
    most: int = 200 * MB
    vintage: str | None = None
    optional: bool = False
    member: str | None = None
    checksums: str | None = None
    pages: Pages | None = None
    listing: str | None = None


@dataclass(frozen=True)
class Offer:
    """What can be fetched of one source.

    Attributes:
        addresses: Its files, as of a day.
        credential: What the publisher wants to see.
    """

    addresses: Callable[[date], tuple[Address, ...]]
    credential: Credential | None = None


def _fixed(*addresses: Address) -> Callable[[date], tuple[Address, ...]]:
    return lambda _: addresses


_UCDP = "https://ucdp.uu.se/downloads"
_FINAL = 26
"""UCDP's yearly release of June 2026 ends with 2025; candidate events follow."""


def _ucdp_ged(today: date) -> tuple[Address, ...]:
    """The yearly release, and the candidate releases of all months after it."""
    final = Address(
        f"{_UCDP}/ged/ged{_FINAL}1-csv.zip", f"ged{_FINAL}1-csv.zip", 400 * MB, f"{_FINAL}.1"
    )
    months = [
        (year % 100, month)
        for year in range(2000 + _FINAL, today.year + 1)
        for month in range(1, 13)
        if (year, month) < (today.year, today.month)
    ]
    names = [f"GEDEvent_v{year}_0_{month}" for year, month in months]
    names += [f"GEDEvent_v{y}_01_{y}_{m:02}" for y, m in months if m % 3 == 0]
    candidates = (
        Address(
            f"{_UCDP}/candidateged/{name}.csv",
            f"{name}.csv",
            50 * MB,
            name.removeprefix("GEDEvent_v").replace("_", "."),
            optional=True,
        )
        for name in names
    )
    return (final, *candidates)


_REIGN = "https://raw.githubusercontent.com/OEFDataScience/REIGN.github.io/gh-pages/data_sets"
_OWID = "https://ourworldindata.org/grapher"
_OWID_FULL = "v=1&csvType=full&useColumnShortNames=false"
_CRU = "https://crudata.uea.ac.uk/cru/data/hrg/cru_ts_4.10/crucy.2606161920.v4.10/countries"
_IDMC = "https://helix-tools-api.idmcdb.org/external-api/gidd"
_HAPI = "https://hapi.humdata.org/api/v2/coordination-context"
_HAPI_SINCE = "2018-01-01"
"""Districts are some 14,000 rows a month, by the size of a year's file: too many for all years."""
_COW = "https://correlatesofwar.org/wp-content/uploads"
_UNHCR = "https://api.unhcr.org/population/v1"
_WORLD_BANK = "https://api.worldbank.org/v2/country/all/indicator"
_WPP = "https://population.un.org/wpp/assets/Excel%20Files/1_Indicator%20(Standard)/CSV_FILES"
_ACLED_FIELDS = "event_id_cnty|event_date|event_type|iso|country|fatalities"


def _cru(variable: str) -> Address:
    return Address(
        f"{_CRU}/{variable}/",
        f"{variable}.html",
        1 * MB,
        "4.10",
        listing=rf"crucy\.v4\.10\.1901\.2025\.[\w.'-]+\.{variable}\.per",
    )


def _unhcr(table: str) -> Callable[[date], tuple[Address, ...]]:
    """All pairs of origin and asylum since 1951, in pages of 10,000."""

    def addresses(today: date) -> tuple[Address, ...]:
        years = f"yearFrom=1951&yearTo={today.year - 1}"
        query = f"limit=10000&{years}&coo_all=true&coa_all=true&cf_type=ISO"
        pages = Pages("page", ("items",), ("maxPages",))
        return (Address(f"{_UNHCR}/{table}/?{query}", table, 50 * MB, pages=pages),)

    return addresses


def _hapi(query: str, file: str) -> Address:
    """Events of countries in crisis are given by district only, of all others by country only."""
    url = f"{_HAPI}/conflict-events?output_format=json&{query}&limit=10000"
    pages = Pages("offset", ("data",), size=10_000, first=0, step=10_000)
    return Address(url, file, 20 * MB, pages=pages)


def _world_bank(code: str) -> Address:
    pages = Pages("page", (1,), (0, "pages"))
    return Address(f"{_WORLD_BANK}/{code}?format=json&per_page=20000", code, 50 * MB, pages=pages)


TABLE: Mapping[str, Offer] = MappingProxyType(
    {
        "acled": Offer(
            _fixed(
                Address(
                    f"https://acleddata.com/api/acled/read?_format=json&limit=5000"
                    f"&fields={_ACLED_FIELDS}",
                    "acled",
                    20 * MB,
                    pages=Pages("page", ("data",), size=5000),
                )
            ),
            ACLED,
        ),
        "atop": Offer(
            _fixed(
                Address(
                    "https://www.atopdata.org/uploads/6/9/1/3/69134503/atop_5.1__.csv_.zip",
                    "atop_5.1.zip",
                    vintage="5.1",
                    member="atop5_1sy.csv",
                )
            )
        ),
        "coups": Offer(
            _fixed(
                Address(
                    "https://www.uky.edu/~clthyn2/coup_data/powell_thyne_coups_final.txt",
                    "powell_thyne_coups_final.txt",
                    5 * MB,
                )
            )
        ),
        "cru": Offer(_fixed(_cru("pre"), _cru("tmp"))),
        "era5-owid": Offer(
            _fixed(
                *(
                    Address(f"{_OWID}/{chart}.csv?{_OWID_FULL}", f"{chart}.csv", 50 * MB)
                    for chart in (
                        "monthly-average-surface-temperatures-by-year",
                        "average-precipitation-per-year",
                    )
                )
            )
        ),
        "hapi": Offer(
            _fixed(
                _hapi("admin_level=0", "conflict-events"),
                _hapi(f"admin_level=2&start_date={_HAPI_SINCE}", "conflict-events-of-districts"),
            ),
            HAPI,
        ),
        "idmc": Offer(
            _fixed(
                *(
                    Address(
                        f"{_IDMC}/{kind}s/{kind}-export/?release_environment=RELEASE",
                        f"IDMC_GIDD_{kind}s.xlsx",
                        50 * MB,
                    )
                    for kind in ("disaster", "displacement")
                )
            ),
            IDMC,
        ),
        "igo": Offer(
            _fixed(
                Address(f"{_COW}/state_year_formatv3.zip", "state_year_formatv3.zip", 50 * MB, "3")
            )
        ),
        "ndgain": Offer(
            _fixed(
                Address(
                    "https://gain.nd.edu/assets/647440/ndgain_countryindex_2026.zip",
                    "ndgain_countryindex_2026.zip",
                    100 * MB,
                    "2026",
                )
            )
        ),
        "reign": Offer(
            _fixed(
                Address(
                    f"{_REIGN}/leader_list_8_21.csv", "leaderlist_8_21.csv", 20 * MB, "2021-08"
                ),
                Address(
                    f"{_REIGN}/electionlist_8_21.csv", "electionlist_8_21.csv", 20 * MB, "2021-08"
                ),
                Address(f"{_REIGN}/regime_list.csv", "regime_list.csv", 20 * MB, "2021-08"),
            )
        ),
        "ucdp-country-year": Offer(
            _fixed(
                Address(
                    f"{_UCDP}/organizedviolencecy/organizedviolencecy-{_FINAL}1-csv.zip",
                    f"organizedviolencecy-{_FINAL}1-csv.zip",
                    50 * MB,
                    f"{_FINAL}.1",
                )
            ),
            UCDP,
        ),
        "ucdp-ged": Offer(_ucdp_ged, UCDP),
        "unga": Offer(
            _fixed(
                Address(
                    "https://dataverse.harvard.edu/api/access/datafile/11824371?format=original",
                    "IdealpointestimatesAll.csv",
                    50 * MB,
                )
            )
        ),
        "unhcr": Offer(_unhcr("population")),
        "unhcr-asylum": Offer(_unhcr("asylum-applications")),
        "vdem": Offer(
            _fixed(
                Address(
                    "https://www.v-dem.net/media/datasets/V-Dem-CY-Core-v16_csv.zip",
                    "V-Dem-CY-Core-v16_csv.zip",
                    400 * MB,
                    "16",
                )
            )
        ),
        "world-bank": Offer(_fixed(*(_world_bank(code) for code in WORLD_BANK))),
        "wpp": Offer(
            _fixed(
                Address(
                    f"{_WPP}/WPP2024_Demographic_Indicators_Medium.csv.gz",
                    "WPP2024_Demographic_Indicators_Medium.csv.gz",
                    100 * MB,
                    "2024",
                )
            )
        ),
    }
)

_OWN = "is a table of your own: add it with `riskkit data add`"
BY_HAND: Mapping[str, str] = MappingProxyType(
    {
        "cow-contiguity": "comes in a zip of several tables: download Direct Contiguity 3.2 from "
        "https://correlatesofwar.org/data-sets/direct-contiguity/ and add contdird.csv",
        "cwm": "has no lasting address: download CWM.csv from the supplement of the article",
        "dyad-table": _OWN,
        "embassies": _OWN,
        "emdat": "wants an account: register at https://www.emdat.be, download the public table",
        "gdelt": "has a file for every day, gigabytes in all: download those you need from "
        "http://data.gdeltproject.org/events/index.html",
        "gsdb": "is sent on request: fill in the form at https://www.globalsanctionsdatabase.com",
        "gtd": "wants an account: ask for the file with the form at https://www.start.umd.edu/gtd/",
        "gtd-yearly": "comes with a package: docs/source-list.md tells how to write its tables",
        "inform": "changes its address with every release: download the table of trends from "
        "https://drmkc.jrc.ec.europa.eu/inform-index/INFORM-Risk/Results-and-data, "
        "INFORM2026_TREND_*.xlsx or a later one",
        "natural-earth": "has a small map: download the countries at 1:110 million from "
        "https://www.naturalearthdata.com/downloads/ and save them as geojson",
        "pax": "offers its newest release on its front page: download the dataset as csv from "
        "https://pax.peaceagreements.org",
        "peacekeeping": "moves with the university's pages: download Geo-PKO from "
        "https://www.uu.se/en/department/peace-and-conflict-research/research/research-data",
        "table": _OWN,
        "treaties": _OWN,
        "unhcr-flows": "is a table of UNHCR's R package refugees: write it as csv, see "
        "docs/source-list.md",
    }
)
"""Source -> one sentence on how to get it, where there is no address that could be fetched."""
