import numpy as np

from riskkit.publish.sensitivity import table
from riskkit.risk.composite import composite
from tests.publish.sample import joint_publication, sample_publication


def test_one_threat_has_no_variants():
    assert table(sample_publication()).is_empty()


def test_every_variant_ranks_every_unit():
    publication = joint_publication()
    frame = table(publication)
    assert set(frame["variant"]) == {
        "exponent 1",
        "exponent 4",
        "without conflict",
        "without displacement",
        "twice the weight of conflict",
        "twice the weight of displacement",
    }
    assert (frame.group_by("variant").len()["len"] == 7).all()
    plain = composite(publication.scores, publication.weights, 1.0).mean(axis=1)
    shown = frame.filter(variant="exponent 1").sort("unit")["score"].to_numpy()
    np.testing.assert_allclose(shown, plain, atol=0.0051)


def test_a_unit_without_a_threat_left_comes_last():
    frame = table(joint_publication()).filter(variant="without conflict")
    last = frame.filter(rank=7).row(0, named=True)
    assert (last["unit"], last["score"]) == ("XAG", None)
