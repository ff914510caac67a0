from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from riskkit.config import AlertSettings
from riskkit.publish import SERIES, Dossier, Publication, _tables, alerts, ranking
from riskkit.publish.previous import Previous
from tests.publish.sample import sample_publication


def as_previous(publication: Publication) -> pl.DataFrame:
    return ranking.table(publication).select(Previous.column_names())


def scaled(factor: dict[int, float], **changes: Any) -> Publication:
    """A publication in which the counts of some units are multiplied."""
    made = sample_publication(n_units=30, size=400, **changes)
    draws = made.first.forecast.draws.copy()
    for unit, times in factor.items():
        draws[unit] = np.ceil(draws[unit] * times)
    part = replace(made.first, forecast=replace(made.first.forecast, draws=draws))
    return replace(made, parts=(part,))


def raised(now: Publication, before: Publication, **changes: Any) -> pl.DataFrame:
    made = replace(now, previous=as_previous(before), **changes)
    return _tables(made)["alerts.csv"]


BASE = scaled({}, as_of=503)


def test_a_war_is_told_by_every_rule_that_it_meets():
    found = raised(scaled({14: 400.0}), BASE).filter(pl.col("unit") == "XAO")
    assert found["rule"].to_list() == ["top ten", "class", "chance of 25"]
    assert found["direction"].unique().to_list() == ["up"]
    assert "is now likelier than not to be among the ten highest" in found["text"][0]


def test_peace_is_told_as_well():
    found = raised(BASE, scaled({14: 400.0}, as_of=502)).filter(pl.col("unit") == "XAO")
    assert found["direction"].unique().to_list() == ["down"]
    assert "is no longer likelier than not" in found["text"][0]


def test_the_first_violence_of_a_quiet_unit_is_told():
    now = sample_publication(n_units=30, size=400)
    draws = now.first.forecast.draws.copy()
    draws[-1, 0, :160] = 3
    part = replace(now.first, forecast=replace(now.first.forecast, draws=draws))
    past = [(unit, "conflict", 0.0 if unit == "XBD" else 1.0) for unit in now.ranked]
    series = pl.DataFrame(past, schema=["unit", "threat", "value"], orient="row").with_columns(
        month=pl.date(2020, 1, 1)
    )
    dossier = Dossier(series=series.select(*SERIES))
    found = raised(replace(now, parts=(part,), dossier=dossier), BASE)
    (alert,) = found.filter(pl.col("rule") == "first violence").to_dicts()
    assert (alert["unit"], alert["before"], alert["now"]) == ("XBD", 0.0, 0.4)
    assert "the first deaths since January 2020 or longer became more likely" in alert["text"]


def drawn_anew(publication: Publication, seed: int) -> Publication:
    """The same distributions, other draws of them: scenarios are taken with replacement."""
    rng = np.random.default_rng(seed)
    part = publication.first
    size = part.forecast.draws.shape[-1]
    chosen = part.forecast.draws[..., rng.integers(0, size, size)]
    other = replace(part, forecast=replace(part.forecast, draws=chosen))
    return replace(publication, parts=(other,))


@pytest.mark.parametrize("number", [10, pytest.param(50, marks=pytest.mark.slow)])
def test_other_draws_of_the_same_forecast_raise_no_alert(number):
    whole = sample_publication(n_units=60, size=1000)
    quiet = pl.DataFrame({"unit": whole.ranked, "threat": "conflict", "value": 0.0}).with_columns(
        month=pl.date(2020, 1, 1)
    )
    whole = replace(whole, dossier=Dossier(series=quiet.select(*SERIES)))
    pairs = [(drawn_anew(whole, 2 * k), drawn_anew(whole, 2 * k + 1)) for k in range(number)]
    fired = 0
    for before, now in pairs:
        made = replace(now, previous=as_previous(before))
        moved = _changes(made)
        fired += alerts.table(made, moved).height + moved["clear"].sum()
    assert fired == 0


def _changes(publication: Publication) -> pl.DataFrame:
    from riskkit.publish import changes

    return changes.table(publication, ranking.table(publication))


def test_chance_would_raise_alerts_without_the_margins():
    whole = sample_publication(n_units=60, size=1000)
    rules = AlertSettings(score=1e-9, probability=1e-9)
    before, now = drawn_anew(whole, 0), drawn_anew(whole, 1)
    made = replace(now, previous=as_previous(before), alert_rules=rules)
    assert alerts.table(made, _changes(made)).height > 0


@pytest.mark.parametrize(
    ("months", "factor", "again"),
    [(1, 400.0, False), (6, 400.0, False), (7, 400.0, True), (1, 40_000.0, True)],
    ids=["next month", "six months later", "seven months later", "worse"],
)
def test_an_alert_rests_for_six_months_unless_it_worsens(months, factor, again):
    first = raised(scaled({14: 400.0}), BASE)
    later = scaled({14: factor}, as_of=504 + months)
    found = raised(later, BASE, earlier_alerts=first)
    of_class = found.filter(pl.col("unit") == "XAO", pl.col("rule") == "class")
    assert (of_class["state"] == "new").any() == again
    assert (of_class["state"] == "earlier").any() == (months <= 6)


def test_the_history_survives_a_month_without_alerts():
    first = raised(scaled({14: 400.0}), BASE)
    calm = raised(scaled({14: 400.0}, as_of=505), scaled({14: 400.0}), earlier_alerts=first)
    assert calm["state"].unique().to_list() == ["earlier"]
    assert calm["raised"].unique().to_list() == ["2021-12"]
