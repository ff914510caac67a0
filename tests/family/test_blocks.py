"""Families built block by block are those built at once, partners of other blocks included."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from riskkit.family import Family, Feature
from riskkit.family import transforms as tf
from riskkit.family.blocks import blocks, build_block, present, values_of
from riskkit.panel import build_panel
from riskkit.registry import families
from riskkit.world.grid import simulate_grid


@pytest.fixture(scope="module")
def panel():
    grid = simulate_grid(seed=1, cells=150, months=130)
    return build_panel(grid.releases, grid.units, grid.months[0], grid.months[-1])


def _feature(name: str, expr: pl.Expr) -> Feature:
    return Feature(name, expr, "deaths", ("ged_sb",), name)


TWICE = tf.network_lag(tf.network_lag("ged_sb", "contiguity"), "contiguity")
NESTED = Family("twice", "twice", (_feature("twice", TWICE), _feature("own", pl.col("ged_sb"))))


@pytest.mark.parametrize("family", [*families().values(), NESTED], ids=lambda family: family.name)
def test_blocks_are_parts_of_the_whole(panel, family):
    parts = [build_block(family, panel, places) for places in blocks(panel.n_units, 64)]
    assert_frame_equal(pl.concat(parts), family.build(panel))


def test_a_family_reaches_as_far_as_its_lags_are_nested():
    assert (families()["conflict"].reach, families()["neighbours"].reach, NESTED.reach) == (0, 1, 2)


def test_a_part_of_a_panel_keeps_the_ties_within_it(panel):
    places = np.array([0, 1, 2, 70])
    part = panel.of(places)
    assert part.units["unit"].to_list() == panel.units["unit"][places].to_list()
    assert (part.n_units, part.n_months) == (4, panel.n_months)
    lists = part.networks["contiguity"].drop_nulls().to_list()
    assert [[tie["other"] for tie in ties] for ties in lists] == [[1], [0, 2], [1], []]


def test_what_nothing_can_be_known_of_is_not_built(panel):
    chosen = [families()["conflict"], families()["neighbours"]]
    names = present(chosen, panel)
    assert "ged_sb_log" in names
    assert "neighbours_count" in names
    assert not [name for name in names if name.startswith(("neighbours_democracy", "allies"))]
    built = values_of(chosen[0].build(panel), names, panel.n_months)
    assert built.shape[:2] == (150, 130)
    assert not np.isnan(built).all(axis=(0, 1)).any()
