"""The benchmark compares like with like: pandas and mlforecast give riskkit's numbers."""

import pytest

from tests.benchmarks.grid import prepare

GRID = {
    **{"rows": 20, "columns": 20, "months": 70, "lags": [1, 5], "windows": [1, 3, 60]},
    **{"half_lives": [3, 12], "space": True},
}


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["pandas", "mlforecast"])
@pytest.mark.filterwarnings("ignore")
def test_the_same_numbers(engine):
    pytest.importorskip("scipy" if engine == "pandas" else "mlforecast", exc_type=ImportError)
    build, check = prepare(engine, GRID)
    check(build())
