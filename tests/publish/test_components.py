import polars as pl

from riskkit.publish import ranking
from riskkit.publish.components import Components, table
from tests.publish.sample import sample_publication


def test_one_threat_has_the_figures_of_the_ranking():
    publication = sample_publication()
    shared = [
        "unit",
        "score",
        "score_low",
        "score_high",
        "p_any",
        "p_25",
        "p_100",
        "expected",
        "q95",
    ]
    frame = table(publication)
    assert frame.select(shared).equals(ranking.table(publication).sort("unit").select(shared))
    assert frame["threat"].unique().to_list() == ["state-based conflict"]


def test_the_format_takes_several_threats():
    frame = table(sample_publication())
    other = frame.with_columns(threat=pl.lit("terrorism"), target=pl.lit("gtd_attacks"))
    both = pl.concat([frame, other]).sort("unit", "threat")
    assert Components.is_valid(both, cast=True)
    assert not Components.is_valid(pl.concat([frame, frame]), cast=True)
