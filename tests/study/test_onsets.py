"""The study of onsets on base data."""

from riskkit.study.onsets import compare_onsets


def test_base_tells_onsets_apart_and_counts_are_said():
    found = compare_onsets([2015], months=(12,), samples=20)
    assert found["features"].to_list()[0] == "history"
    assert (found["auc"] > 0.7).all()
    assert (found["auc_low"] <= found["auc_high"]).all()
    assert found.select("rows", "onsets", "countries").unique().height == 1
    assert 1000 < found["rows"][0] < 195 * 12
    assert (found["ap"] > found["onsets"] / found["rows"]).all()
