"""The benchmark compares like with like: pandas and mlforecast give riskkit's numbers."""

import pytest

from tests.benchmarks.grid import ENGINES, compare, counts, features, neighbours

WORLD = {"lags": [1, 5], "windows": [1, 3, 60], "half_lives": [3, 12]}


@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "riskkit"])
@pytest.mark.filterwarnings("ignore")
def test_the_same_numbers(engine: str) -> None:
    pytest.importorskip("scipy" if "pandas" in engine else "mlforecast", exc_type=ImportError)
    p = WORLD | {"space": True}
    x, near = counts(4, 20, 70), neighbours(4, 20)
    (mine, read_mine), (other, read) = (ENGINES[name](x, near, p) for name in ("riskkit", engine))
    ours, theirs = mine(), other()
    for name in features(p, engine):
        a, b = (values.reshape(x.shape) for values in (read_mine(ours, name), read(theirs, name)))
        compare(a, b, name, whole="pandas" in engine)
