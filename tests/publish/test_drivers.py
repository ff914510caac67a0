import numpy as np
import polars as pl
import pytest

from riskkit.models.parts.attribution import FamilyShares
from riskkit.publish import COMPOSITE, ranking
from riskkit.publish.drivers import table
from tests.publish.sample import joint_publication, sample_publication


def shares(units: int = 7) -> FamilyShares:
    values = np.random.default_rng(4).normal(0, 0.3, (units, 2))
    return FamilyShares(("own history", "climate"), values, 2.0)


def test_a_model_that_does_not_say_has_no_rows():
    assert table(sample_publication()).is_empty()


@pytest.mark.parametrize("threat", ["conflict", COMPOSITE])
def test_points_sum_to_the_ranked_score(threat):
    publication = sample_publication(shares=shares())
    points = table(publication).filter(threat=threat).group_by("unit").agg(pl.col("points").sum())
    ranked = ranking.table(publication).select("unit", "score")
    both = ranked.join(points, on="unit")
    assert both.height == 7
    np.testing.assert_allclose(both["points"], both["score"], atol=0.01)


def test_a_composite_needs_every_threat_to_say():
    publication = joint_publication(shares=shares())
    assert set(table(publication)["threat"]) == {"conflict"}
