"""The world's ties are those of its map and its history, and are known when they are published."""

from __future__ import annotations

import polars as pl
import pytest

from riskkit.months import last_day, month_id
from riskkit.panel import build_panel
from riskkit.registry import families
from riskkit.tables import Dyads
from riskkit.world.ties import REACH, RELATIONS

DECLARED = [relation for group in RELATIONS.values() for relation in group]


def _dyads(world, name):
    listed = pl.concat([r.dyads for r in world.releases if r.dyads is not None])
    return listed.filter(relation=name)


@pytest.mark.parametrize("relation", DECLARED, ids=lambda relation: relation.name)
def test_relations_are_declared_as_simulated_and_published_with_their_lag(world, relation):
    dyads = _dyads(world, relation.name)
    Dyads.validate(dyads)
    assert relation.source == "world"
    assert relation.description.startswith("Simulated: ")
    assert dyads["value"].min() > 0
    assert relation in [r for release in world.releases for r in release.relations]
    for month, known in dyads.select("month", "known_from").unique().iter_rows():
        yearly = relation.frequency == "year"
        assert known == (last_day(month_id(month) + 11 + relation.lag_months) if yearly else month)


def test_refugees_are_listed_from_both_sides(world):
    origins, hosts = (_dyads(world, f"refugee_{side}") for side in ("origins", "hosts"))
    turned = hosts.rename({"unit": "other", "other": "unit"}).select(
        "unit", "other", "month", "value"
    )
    listed = origins.select(turned.columns).sort(pl.all())
    assert listed.equals(turned.sort(pl.all()))
    assert origins["value"].sum() == world.dyads["refugees"]["refugees"].sum()


def test_pacts_and_borders_hold_both_ways(world):
    for name in ("defence_pact", "contiguity", "proximity"):
        pairs = _dyads(world, name).select("unit", "other", "month")
        assert set(pairs.rows()) == {(o, u, m) for u, o, m in pairs.rows()}
    assert _dyads(world, "defence_pact").height == 2 * world.dyads["alliances"].height


def test_closeness_halves_with_every_step(world):
    near = _dyads(world, "proximity")
    assert near["value"].min() >= 0.5**REACH
    borders = near.join(_dyads(world, "contiguity"), on=["unit", "other"])
    assert borders.height == _dyads(world, "contiguity").height
    assert borders["value"].round(6).unique().to_list() == [0.5]


@pytest.mark.parametrize("name", ["migration", "neighbours"])
def test_features_over_the_world_s_ties_have_values(world, name):
    panel = build_panel(world.releases, world.units, world.months[0], world.months[-1])
    family = families()[name]
    assert set(family.relations) - set(panel.networks) <= {"rivalry"}, "of which the world has none"
    built = family.build(panel)
    for feature in family.features:
        known = {*panel.indicators, *panel.networks}
        if feature.relations and {*feature.inputs, *feature.relations} <= known:
            assert built[feature.name].null_count() < built.height / 2, feature.name
