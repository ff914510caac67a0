from dataclasses import replace

import pytest

from riskkit.errors import RiskkitError
from riskkit.forecasting.forecast import Forecast
from riskkit.forecasting.targets import Target
from riskkit.publish import Publication, previous, publish
from tests.publish.sample import sample_publication


def run(folder, **changes) -> tuple[Publication, dict[str, bytes]]:
    """Publish as the command line does: compare with what the folder holds."""
    made = sample_publication(**changes)
    made = replace(made, previous=previous.find(folder, made))
    return made, {name: path.read_bytes() for name, path in publish(made, folder).items()}


def shorter(as_of: int, months: int = 6) -> Forecast:
    whole = sample_publication(as_of=as_of).first.forecast
    return replace(whole, horizons=whole.horizons[:months], draws=whole.draws[:, :months])


def test_the_first_publication_has_nothing_to_compare_with(tmp_path):
    made, files = run(tmp_path / "pub")
    assert made.previous is None
    assert files["previous.csv"].count(b"\n") == 1


def test_the_next_month_compares_with_the_last(tmp_path):
    run(tmp_path / "pub", as_of=504, seed=1)
    made, _ = run(tmp_path / "pub", as_of=505, seed=2)
    assert made.previous["as_of"].unique().to_list() == ["2021-12"]
    assert made.previous["rank"].to_list() == list(range(1, 8))


def test_running_a_month_again_gives_the_same_bytes(tmp_path):
    run(tmp_path / "pub", as_of=504, seed=1)
    runs = [run(tmp_path / "pub", as_of=505, seed=2)[1] for _ in range(3)]
    assert runs[0] == runs[1] == runs[2]
    assert b"2021-12" in runs[2]["previous.csv"]


def test_running_the_first_month_again_gives_the_same_bytes(tmp_path):
    assert run(tmp_path / "pub")[1] == run(tmp_path / "pub")[1]


@pytest.mark.parametrize(
    "change",
    [
        {"as_of": 503, "seed": 2},
        {"as_of": 505, "data_kind": "observed"},
        {"as_of": 505, "target": Target("ged_sb", thresholds=(5, 25, 100))},
        {"as_of": 505, "exponent": 3.0},
        {"as_of": 505, "forecast": shorter(505)},
        {"as_of": 505, "forecast": replace(shorter(505, 12), model="another")},
    ],
    ids=[
        "later",
        "other data",
        "other thresholds",
        "other exponent",
        "other window",
        "other model",
    ],
)
def test_what_cannot_be_compared_is_not(tmp_path, change):
    run(tmp_path / "pub", as_of=504)
    assert run(tmp_path / "pub", **change)[0].previous is None


def test_a_damaged_earlier_ranking_is_named(tmp_path):
    publish(sample_publication(), tmp_path / "pub")
    (tmp_path / "pub" / "ranking.csv").write_text("a,b\n1,2\n")
    with pytest.raises(RiskkitError, match=r"cannot read the earlier publication's .*ranking.csv"):
        previous.find(tmp_path / "pub", sample_publication(as_of=505))


def test_no_folder_means_no_earlier_ranking(tmp_path):
    assert previous.find(tmp_path / "pub", sample_publication(as_of=505)) is None
