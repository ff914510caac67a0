"""What each column of the embedded tables measures, under the names that feature families read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskkit.tables import Indicator

JUNE = 6
"""UCDP and UNHCR publish a year in June of the next. The embedded tables are renewed then, so their
months of weather and news enter a panel by the year too, though they were known sooner: the last
row of a panel and those before it are then of the same age."""
ERA5_LAG, CRU_LAG, INFORM_LAG, NEWS_LAG = 1, 17, 12, 1
VOTES_LAG, ECONOMY_LAG, PEOPLE_LAG = 6, 12, 7

Columns = Mapping[str, Indicator]
_Told = Mapping[str, tuple[str, str, str]]
"""Column -> indicator, unit of measurement, description."""


def _declared(source: str, told: _Told, **common: Any) -> dict[str, Indicator]:
    return {
        column: Indicator(name, unit, f"base-{source}", text, **common)
        for column, (name, unit, text) in told.items()
    }


_ESTIMATED = "by month estimated, except in months of one type only"
_FIRST_DAY = "events of several months count in that of their first day"

VIOLENCE_BY_MONTH = _declared(
    "ucdp",
    {
        "best_sb": ("ged_sb", "deaths", f"Deaths in state-based conflict; {_ESTIMATED}"),
        "best_ns": ("ged_ns", "deaths", f"Deaths in non-state conflict; {_ESTIMATED}"),
        "best_os": ("ged_os", "deaths", f"Deaths in one-sided violence; {_ESTIMATED}"),
        "best": ("ged_best", "deaths", f"Deaths in all organised violence; {_FIRST_DAY}"),
        "best_within": (
            "ged_best_within",
            "deaths",
            "Deaths in all organised violence, of events that begin and end in the month",
        ),
        "high": ("ged_best_high", "deaths", "High estimate of deaths in all organised violence"),
        "civilians": ("ged_civilians", "deaths", "Civilians killed in all organised violence"),
        "events_os": ("ged_os_events", "events", "Events of one-sided violence, by anyone"),
    },
    census=True,
    lag_months=JUNE,
    yearly_release=JUNE,
)

VIOLENCE_BY_YEAR = _declared(
    "ucdp",
    {
        "sb_best": ("ucdp_sb_best", "deaths", "Best estimate of deaths in state-based conflict"),
        "sb_low": ("ucdp_sb_low", "deaths", "Low estimate of deaths in state-based conflict"),
        "sb_high": ("ucdp_sb_high", "deaths", "High estimate of deaths in state-based conflict"),
        "sb_civilians": (
            "ucdp_sb_civilians",
            "deaths",
            "Civilians killed in state-based conflict",
        ),
        "sb_interstate_best": (
            "ucdp_sb_interstate",
            "deaths",
            "Best estimate of deaths in conflict between states",
        ),
        "ns_best": ("ucdp_ns_best", "deaths", "Best estimate of deaths in non-state conflict"),
        "os_best": ("ucdp_os_best", "deaths", "Best estimate of deaths in one-sided violence"),
        "os_government_best": (
            "ucdp_os_by_government",
            "deaths",
            "Best estimate of civilians killed by any government in one-sided violence",
        ),
        "os_nonstate_best": (
            "ucdp_os_by_nonstate",
            "deaths",
            "Best estimate of civilians killed by non-state groups in one-sided violence",
        ),
        "civilians": ("ucdp_civilians", "deaths", "Civilians killed in all organised violence"),
        "total_best": (
            "ucdp_total_best",
            "deaths",
            "Best estimate of deaths in all organised violence",
        ),
    },
    frequency="year",
    census=True,
    lag_months=JUNE,
    yearly_release=JUNE,
)

NEWLY_FLED = "flow_total_origin"
DISPLACEMENT = _declared(
    "unhcr",
    {
        "refugees_origin": ("unhcr_refugees_origin", "people", "Refugees from the country"),
        "asylum_seekers_origin": (
            "unhcr_asylum_seekers_origin",
            "people",
            "People from the country whose claim to asylum is pending",
        ),
        "oip_origin": (
            "unhcr_oip_origin",
            "people",
            "Others from the country who need international protection, since 2018",
        ),
        "returned_refugees_origin": (
            "unhcr_returned_refugees_origin",
            "people",
            "Refugees who came back to the country in the year",
        ),
        "refugees_asylum": ("unhcr_refugees_asylum", "people", "Refugees in the country"),
        "asylum_seekers_asylum": (
            "unhcr_asylum_seekers_asylum",
            "people",
            "People in the country whose claim to asylum is pending",
        ),
        "oip_asylum": (
            "unhcr_oip_asylum",
            "people",
            "Others in the country who need international protection, since 2018",
        ),
        "idps_unhcr": (
            "unhcr_idps",
            "people",
            "Internally displaced people whom UNHCR protects or assists",
        ),
        "returned_idps_unhcr": (
            "unhcr_returned_idps",
            "people",
            "Internally displaced people who went home in the year",
        ),
        "stateless_asylum": ("unhcr_stateless_asylum", "people", "Stateless people in the country"),
        "flow_refugees_origin": (
            "unhcr_flow_refugees_origin",
            "people",
            "People newly recognised abroad as refugees, by group or temporarily",
        ),
        "flow_asylum_seekers_origin": (
            "unhcr_flow_asylum_seekers_origin",
            "people",
            "People from the country who newly asked for asylum",
        ),
        "flow_oip_origin": (
            "unhcr_flow_oip_origin",
            "people",
            "Others from the country who newly need international protection",
        ),
        "flow_refugees_asylum": (
            "unhcr_flow_refugees_asylum",
            "people",
            "People newly recognised in the country as refugees, by group or temporarily",
        ),
        "flow_asylum_seekers_asylum": (
            "unhcr_flow_asylum_seekers_asylum",
            "people",
            "People who newly asked for asylum in the country",
        ),
        "asylum_applications_origin": (
            "unhcr_asylum_apps_origin",
            "applications",
            "New asylum applications of people from the country, since 2000",
        ),
        "unrwa_asylum": (
            "unrwa_palestine_refugees_asylum",
            "people",
            "Palestine refugees in the country, under UNRWA's mandate",
        ),
        NEWLY_FLED: (
            "unhcr_flow_total_origin",
            "people",
            "People newly displaced across borders: refugees, applicants for asylum and others; "
            "before 2000 as few countries of asylum told",
        ),
    },
    frequency="year",
    lag_months=JUNE,
    yearly_release=JUNE,
    carry_months=24,
)

TEMPERATURE = _declared(
    "era5",
    {
        "temperature_c": (
            "era5_t2m_c",
            "degrees Celsius",
            "Mean temperature two metres above ground",
        ),
        "beyond": (
            "heat_month_2sd",
            "1 if so",
            "Warmer than the same calendar month of the 30 years before by more than two of their "
            "standard deviations",
        ),
        "extreme": (
            "heat_month_p95",
            "1 if so",
            "Warmer than 95 % of the same calendar month of the 30 years before: than 29 of them "
            "or all",
        ),
    },
    lag_months=ERA5_LAG,
    yearly_release=JUNE,
)
TEMPERATURE_ANOMALY = _declared(
    "era5",
    {
        "anomaly": (
            "era5_t2m_anom_c",
            "degrees Celsius",
            "Mean temperature against 1961-1990",
        ),
    },
    lag_months=ERA5_LAG,
    yearly_release=JUNE,
)

RAIN_BY_YEAR = _declared(
    "era5",
    {
        "precipitation_era5_mm": ("era5_precip", "millimetres", "Precipitation of the year"),
        "beyond": (
            "drought_year_15sd",
            "1 if so",
            "Less rain than the mean of the 30 years before by more than 1.5 of their standard "
            "deviations",
        ),
        "extreme": (
            "drought_year_p5",
            "1 if so",
            "Less rain than 95 % of the 30 years before: than 29 of them or all",
        ),
    },
    frequency="year",
    lag_months=ERA5_LAG,
    carry_months=18,
)
RAIN_BY_YEAR_ANOMALY = _declared(
    "era5",
    {
        "z": (
            "era5_precip_anom_z",
            "standard deviations",
            "Precipitation of the year against 1961-1990",
        ),
    },
    frequency="year",
    lag_months=ERA5_LAG,
    carry_months=18,
)

RAIN_BY_MONTH = _declared(
    "cru",
    {
        "precipitation_mm": ("cru_pre_mm", "millimetres", "Precipitation"),
    },
    lag_months=CRU_LAG,
)
RAIN_BY_MONTH_ANOMALY = _declared(
    "cru",
    {
        "percent": ("cru_pre_anom_pct", "percent", "Precipitation against 1961-1990"),
        "precipitation_suspect": (
            "cru_pre_infill_suspect",
            "1 if suspect",
            "Precipitation that repeats earlier years and may be a climatology",
        ),
    },
    lag_months=CRU_LAG,
)

RISK = _declared(
    "inform",
    {
        "inform_risk": (
            "inform_risk",
            "index 0-10",
            "Risk of humanitarian crises and disasters, as computed today",
        ),
        "hazard_exposure": (
            "inform_hazard_exposure",
            "index 0-10",
            "Hazards and exposure to them, of nature and of people, as computed today",
        ),
        "vulnerability": (
            "inform_vulnerability",
            "index 0-10",
            "Vulnerability of people to disasters, as computed today",
        ),
        "lack_of_coping": (
            "inform_lack_of_coping_capacity",
            "index 0-10",
            "Lack of capacity to cope, as computed today",
        ),
    },
    frequency="year",
    lag_months=INFORM_LAG,
    revised=True,
)

NEWS = _declared(
    "gdelt",
    {
        "conflict_events": (
            "gdelt_conflict_events",
            "events",
            "Reported assaults, fights and mass violence (CAMEO 18 to 20) in the country",
        ),
        "protest_events": (
            "gdelt_protest_events",
            "events",
            "Reported protests (CAMEO 14) in the country",
        ),
        "goldstein_mean": (
            "gdelt_goldstein_mean",
            "Goldstein points",
            "Mean score of reported violence and protests: a mix of the two counts",
        ),
    },
    lag_months=NEWS_LAG,
    yearly_release=JUNE,
)

_AGREEMENT = {
    "agree_usa": ("unga_usagree", "the USA"),
    "agree_rus": ("unga_russagree", "Russia"),
    "agree_chn": ("unga_chinaagree", "China"),
    "agree_ind": ("unga_indiaagree", "India"),
    "agree_bra": ("unga_brazilagree", "Brazil"),
    "agree_isr": ("unga_israelagree", "Israel"),
}
VOTES = {
    **_declared(
        "unga",
        {
            "votes": ("unga_nvotesall", "votes", "Votes in which the state took part"),
            **{
                column: (name, "share 0-1", f"Share of votes cast as {state} cast them")
                for column, (name, state) in _AGREEMENT.items()
            },
        },
        frequency="year",
        lag_months=VOTES_LAG,
    ),
    **_declared(
        "unga",
        {
            "ideal_point": (
                "unga_idealpointall",
                "ideal point",
                "Ideal point from all votes, as computed today; higher is nearer to the liberal "
                "order led by the USA",
            ),
        },
        frequency="year",
        lag_months=VOTES_LAG,
        revised=True,
    ),
}

ECONOMY = _declared(
    "world-bank",
    {
        "gdp_per_head_usd2015": (
            "wdi_gdppc_kd",
            "constant US dollars per head",
            "Gross domestic product per head, in dollars of 2015",
        ),
        "urban_share": ("gm_urban_pct", "percent of people", "People who live in towns"),
        "gdp_deflator_growth": ("gm_inflation", "percent a year", "Inflation, by the GDP deflator"),
        "agriculture_share_gdp": ("gm_agri_pct_gdp", "percent of GDP", "Agriculture in GDP"),
        "internet_users_share": (
            "gm_internet_pct",
            "percent of people",
            "People who use the internet",
        ),
        "trade_share_gdp": (
            "wdi_merchandise_trade_pct_gdp",
            "percent of GDP",
            "Merchandise trade in GDP",
        ),
        "infant_mortality": (
            "infmort",
            "deaths per 1,000 births",
            "Deaths before the age of one, without imputed values",
        ),
    },
    frequency="year",
    lag_months=ECONOMY_LAG,
    restated=True,
)

PEOPLE = _declared(
    "wpp",
    {
        "population": ("wpp24_pop", "people", "Population in the middle of the year"),
        "birth_rate": ("wpp24_cbr", "births per 1,000 people", "Crude birth rate"),
        "death_rate": ("wpp24_cdr", "deaths per 1,000 people", "Crude death rate"),
        "population_growth": ("wpp24_growthrate", "percent a year", "Growth of the population"),
        "net_migration": (
            "net_migration_wpp2024",
            "people",
            "People who moved into the country minus those who left it",
        ),
        "fertility": ("wpp24_fertility", "births per woman", "Total fertility"),
        "life_expectancy": ("wpp24_life_expectancy", "years", "Life expectancy at birth"),
    },
    frequency="year",
    lag_months=PEOPLE_LAG,
    restated=True,
)
