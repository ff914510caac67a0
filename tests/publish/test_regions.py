import numpy as np
import polars as pl
import pytest

from riskkit.publish.regions import table
from tests.publish.sample import joint_publication, sample_publication


def test_sums_of_joint_draws():
    publication = sample_publication()
    frame = table(publication).filter(threat="conflict")
    assert frame["region"].to_list() == ["North", "South", "World"]
    assert frame["n_units"].to_list() == [4, 3, 7]
    north = publication.first.forecast.draws[::2].sum(axis=(0, 1))
    row = frame.row(0, named=True)
    assert row["expected"] == round(north.mean(), 2)
    assert row["q95"] == round(np.quantile(north, 0.95), 2)
    assert row["p_1000"] == round((north >= 1000).mean(), 4)


def test_expected_totals_add_up_to_the_world():
    frame = table(sample_publication(n_units=30)).filter(threat="conflict")
    *regions, world = frame["expected"].to_list()
    assert abs(sum(regions) - world) < 0.02


def test_the_composite_of_a_region_is_weighted_by_people():
    people = {"XAA": 3e6, "XAC": 1e6, "XAE": 0.0, "XAG": 0.0}
    publication = sample_publication(population=people)
    row = table(publication).filter(region="North", threat="composite").row(0, named=True)
    points = publication.composite
    expected = (3 * points[0] + points[2]) / 4
    assert row["score"] == pytest.approx(expected.mean(), abs=0.0051)
    assert row["score_max"] == pytest.approx(points[::2].mean(axis=1).max(), abs=0.0051)
    assert row["highest"].split()[0] == "XAA"


def test_every_threat_and_the_composite_have_rows_for_every_region():
    frame = table(joint_publication())
    counted = frame.group_by("threat").len().sort("threat").rows()
    assert counted == [("composite", 3), ("conflict", 3), ("displacement", 3)]
    assert frame.filter(pl.col("region") == "World").height == 3
