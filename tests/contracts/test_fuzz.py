"""Every reader, on files that chance has changed: a valid table or a refusal, nothing else.

`make test-all` tries the same ones in every run; more, others each time:
RISKKIT_FUZZ_EXAMPLES=2000 pytest tests/contracts/test_fuzz.py. A few are among the checks of the
contract, in test_sources.py.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from riskkit.registry import sources
from riskkit.testing.fuzz import CHANGES, CONTAINERS, Container
from riskkit.testing.sources import check_mangled, check_misplaced
from tests.contracts.test_sources import sample_of

pytestmark = pytest.mark.slow
EXAMPLES = int(os.environ.get("RISKKIT_FUZZ_EXAMPLES", "100"))
REPEATED = EXAMPLES <= 100
"""Whether every run tries the same."""
PHASES = (Phase.explicit, Phase.generate)
"""A case is three words already: to look for a smaller one takes minutes and finds none."""


@pytest.mark.parametrize("name", sources())
@given(
    container=st.sampled_from(list(CONTAINERS)),
    changes=st.lists(st.sampled_from(CHANGES), min_size=1, max_size=3),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=EXAMPLES, derandomize=REPEATED, phases=PHASES)
def test_a_mangled_file_is_refused_or_read(
    name: str, container: Container, changes: Sequence[str], seed: int
) -> None:
    check_mangled(sample_of(name), container, changes, seed)


@pytest.mark.parametrize("name", sources())
@given(container=st.sampled_from(list(CONTAINERS)), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=-(-EXAMPLES // 3), derandomize=REPEATED, phases=PHASES)
def test_a_row_of_a_place_that_is_no_unit_goes_to_nobody(
    name: str, container: Container, seed: int
) -> None:
    check_misplaced(sample_of(name), container, seed)
