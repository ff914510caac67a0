"""Rain: anomalies, drought indices, the main rainy season; without what is no measurement.

Where gauges fall silent, CRU repeats its climatology, and droughts vanish. Months that are marked
as such are missing here, and so is an index over several months where a quarter of them are.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit.family import Feature, Sign
from riskkit.family import transforms as tf
from riskkit_features.climate._past import against, same_month_mean

SUSPECT = "cru_pre_infill_suspect"
PERCENT = ("cru_pre_anom_pct", SUSPECT, "rain_anomaly")
"""Departure from the normal of a reference period; its mark; its name in the simulated world."""
MEASURED = ("cru_pre_mm", SUSPECT)
YEAR_Z = "era5_precip_anom_z"
FARMING = ("gm_agri_pct_gdp", "agriculture_share")
EXCLUSION = "v2xpe_exlsocgr"
EXCLUDED = "excluded_population"
DEVIATIONS = "standard deviations"
LOG_RATIO = "log ratio"


def rain() -> Iterator[Feature]:
    """All features of this module."""
    yield from _anomalies()
    yield from _own_past()
    yield _doubt()
    yield from _indices()
    yield from _spells()
    yield _year()
    yield from _where_it_hurts()


def _feature(
    what: str, expr: pl.Expr, unit: str, phrase: str, inputs: tuple[str, ...], sign: Sign = "-"
) -> Feature:
    text = f"rain, {phrase}"
    return Feature(f"rain_{what}", expr, unit, inputs, text, sign, against=against(inputs))


def _marked() -> pl.Expr:
    """Whether a month of CRU repeats a climatology."""
    return pl.col(SUSPECT) == 1


def _measured(indicator: str) -> pl.Expr:
    """A monthly figure of CRU, missing where the month repeats a climatology."""
    return pl.when(_marked().ne_missing(True)).then(pl.col(indicator))


def _anomaly() -> pl.Expr:
    """Percent of the normal that fell too much or, below zero, too little."""
    return pl.coalesce(_measured(PERCENT[0]), pl.col(PERCENT[-1]))


def _dryness() -> pl.Expr:
    """Missing rain in percent of the normal, fading with a half-life of four months."""
    return tf.ewm_mean((-_anomaly()).clip(lower_bound=0), 4)


def spi(months: int) -> pl.Expr:
    """Standardised precipitation index, where at least three quarters of it are measured."""
    return measured_index(f"spi{months}_derived", months)


def measured_index(indicator: str, months: int) -> pl.Expr:
    """An index over several months, where the rain of at least three quarters is measured."""
    doubtful = tf.count(_marked(), months, least=1).fill_null(0)
    return pl.when(4 * doubtful < months).then(pl.col(indicator))


def shortage(index: pl.Expr) -> pl.Expr:
    """How far an index is below zero."""
    return (-index).clip(lower_bound=0)


def agriculture() -> pl.Expr:
    """Share of agriculture in the economy, 0 to 1."""
    return pl.coalesce(pl.col(FARMING[0]) / 100, pl.col(FARMING[1]))


def _anomalies() -> Iterator[Feature]:
    """Against the reference period of the publisher."""
    mean = tf.rolling_mean(_anomaly(), 12, least=9)
    phrase = "mean monthly anomaly of the last 12 months"
    yield _feature("anomaly_mean_12", mean, "percent", phrase, PERCENT)
    yield _feature(
        "dryness", _dryness(), "percent", "shortfall of the past, half-life 4 months", PERCENT, "+"
    )


def _own_past() -> Iterator[Feature]:
    """Totals against the ten years before, and those of the main rainy season.

    A month belongs to the main rainy season when its normal is above a twelfth of the year's.
    """
    fallen, normal = _measured("cru_pre_mm"), same_month_mean(_measured("cru_pre_mm"))
    wet = normal > tf.rolling_mean(normal, 12)
    before = "against the same months of the 10 years before"
    ratio = _log_ratio(fallen, normal)
    phrase = f"total of the last 12 months {before}"
    yield _feature("departure_12", ratio, LOG_RATIO, phrase, MEASURED)
    ratio = _log_ratio(fallen * wet, normal * wet)
    phrase = f"rainy-season months of the last 12 {before}"
    yield _feature("season_departure", ratio, LOG_RATIO, phrase, MEASURED)
    excess = tf.rolling_sum((normal - tf.rolling_mean(normal, 12)).clip(lower_bound=0), 12)
    concentration = tf.ratio(excess, tf.rolling_sum(normal, 12))
    phrase = "share that falls in the rainy season beyond an even year's"
    yield _feature("seasonality", concentration, "share", phrase, MEASURED, "?")


def _log_ratio(fallen: pl.Expr, normal: pl.Expr) -> pl.Expr:
    """Log ratio of a year's sums in millimetres, one added to each so that deserts have one too."""
    return tf.rolling_sum(fallen, 12).log1p() - tf.rolling_sum(normal, 12).log1p()


def _doubt() -> Feature:
    share = tf.rolling_mean(_marked(), 12)
    phrase = "share of the last 12 months without a measurement"
    return _feature("doubtful_share_12", share, "share", phrase, (SUSPECT,), "?")


def _indices() -> Iterator[Feature]:
    """Standardised precipitation indices: drought of the soil, of rivers, of groundwater."""
    for months in (3, 6, 12):
        phrase = f"standardised index of {months} months"
        yield _feature(f"spi{months}", spi(months), DEVIATIONS, phrase, _spi_inputs(months))
    worst = tf.rolling_min(spi(3), 12, least=9)
    phrase = "driest quarter of the last 12 months"
    yield _feature("spi3_min_12", worst, DEVIATIONS, phrase, _spi_inputs(3))
    memory = tf.ewm_mean(shortage(spi(6)), 12)
    phrase = "drought of the past, half-life a year"
    yield _feature("spi6_drought_ewm_12", memory, DEVIATIONS, phrase, _spi_inputs(6), "+")


def _spi_inputs(months: int) -> tuple[str, ...]:
    return (f"spi{months}_derived", SUSPECT)


def _spells() -> Iterator[Feature]:
    """Months in which the index of three months is more than a standard deviation below zero."""
    dry, inputs = spi(3) < -1, _spi_inputs(3)
    months = tf.count(dry, 12, least=9)
    yield _feature("dry_months_12", months, "months", "dry months of the last 12", inputs, "+")
    streak = tf.streak(dry, 24)
    yield _feature("dry_spell", streak, "months", "length of the dry spell", inputs, "+")


def _year() -> Feature:
    """The whole calendar year, which is known sooner than CRU's months of a fixed age."""
    return _feature("year_z", pl.col(YEAR_Z), DEVIATIONS, "latest year", (YEAR_Z,))


def _where_it_hurts() -> Iterator[Feature]:
    """Drought where people live off the land, or have no say in who gets help."""
    unit, shortfall = "percent times share", "shortfall times the share of"
    farmed, phrase = _dryness() * agriculture(), f"{shortfall} agriculture"
    yield _feature("dryness_farming", farmed, unit, phrase, (*PERCENT, *FARMING), "+")
    drought = shortage(spi(6)) * pl.col(EXCLUSION)
    phrase = "drought times the exclusion of social groups"
    inputs = (*_spi_inputs(6), EXCLUSION)
    yield _feature("drought_exclusion", drought, f"{DEVIATIONS} times index", phrase, inputs, "+")
    excluded, phrase = _dryness() * pl.col(EXCLUDED), f"{shortfall} people without power"
    yield _feature("dryness_excluded", excluded, unit, phrase, (*PERCENT, EXCLUDED), "+")
