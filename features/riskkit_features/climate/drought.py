"""Drought as the rain less what the air takes of it: heat dries a country that has its usual rain.

The index is missing where that of the rain alone is, because the rain is no measurement.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit.family import Feature, Sign
from riskkit.family import transforms as tf
from riskkit_features.climate._past import against
from riskkit_features.climate.rain import (
    DEVIATIONS,
    FARMING,
    SUSPECT,
    agriculture,
    measured_index,
    shortage,
)


def drought() -> Iterator[Feature]:
    """All features of this module."""
    for months in (3, 6, 12):
        yield _feature(f"spei{months}", spei(months), f"index of {months} months", _inputs(months))
    memory = tf.ewm_mean(shortage(spei(6)), 12)
    phrase = "deficit of the past, half-life a year"
    yield _feature("spei6_deficit_ewm_12", memory, phrase, _inputs(6), sign="+")
    yield _feature(
        what="spei6_deficit_farming",
        expr=shortage(spei(6)) * agriculture(),
        phrase="deficit times the share of agriculture",
        inputs=(*_inputs(6), *FARMING),
        unit=f"{DEVIATIONS} times share",
        sign="+",
    )


def spei(months: int) -> pl.Expr:
    """Standardised precipitation evapotranspiration index, where its rain is measured."""
    return measured_index(f"spei{months}_derived", months)


def _inputs(months: int) -> tuple[str, ...]:
    return (f"spei{months}_derived", SUSPECT)


def _feature(
    what: str,
    expr: pl.Expr,
    phrase: str,
    inputs: tuple[str, ...],
    unit: str = DEVIATIONS,
    sign: Sign = "-",
) -> Feature:
    text = f"rain less evaporation, {phrase}"
    return Feature(f"drought_{what}", expr, unit, inputs, text, sign, against=against(inputs))
