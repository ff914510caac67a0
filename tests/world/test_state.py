"""States are stacked, cut and repeated without a change."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from riskkit.world.state import State, peaceful


def test_a_stack_gives_its_months_back():
    first = peaceful(5, 2, 3)
    second = replace(first, rain=np.arange(5.0), war=np.ones(5, dtype=bool))
    months = State.stack([first, second])
    assert months.ged_sb.shape == (2, 5)
    assert months.rain_regional.shape == (2, 2)
    assert months.pacts.shape == (2, 3)
    for field in fields(State):
        np.testing.assert_array_equal(
            getattr(months.at(1), field.name), getattr(second, field.name)
        )


def test_replicates_begin_alike_and_cannot_be_written():
    state = replace(peaceful(5, 2, 3), rain=np.arange(5.0)).repeat(4)
    assert state.rain.shape == (4, 5)
    assert state.pacts.shape == (4, 3)
    assert (state.rain == np.arange(5.0)).all()
    with pytest.raises(ValueError, match="read-only"):
        state.rain[0, 0] = 1.0
