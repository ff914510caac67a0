import numpy as np

from riskkit.publish.regions import table
from tests.publish.sample import sample_publication


def test_sums_of_joint_draws():
    publication = sample_publication()
    frame = table(publication)
    assert frame["region"].to_list() == ["North", "South", "World"]
    assert frame["n_units"].to_list() == [4, 3, 7]
    north = publication.forecast.draws[::2].sum(axis=(0, 1))
    row = frame.row(0, named=True)
    assert row["expected"] == round(north.mean(), 2)
    assert row["q95"] == round(np.quantile(north, 0.95), 2)
    assert row["p_1000"] == round((north >= 1000).mean(), 4)


def test_expected_totals_add_up_to_the_world():
    frame = table(sample_publication(n_units=30))
    *regions, world = frame["expected"].to_list()
    assert abs(sum(regions) - world) < 0.02
