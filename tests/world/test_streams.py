"""Named streams do not disturb each other."""

from __future__ import annotations

import pytest

from riskkit.world.streams import Streams


def test_a_stream_does_not_depend_on_which_others_were_opened():
    alone, crowded = Streams(7), Streams(7)
    crowded["new series"].random(1000)
    assert alone["rain"].random(5).tolist() == crowded["rain"].random(5).tolist()


def test_a_stream_goes_on_where_it_stopped():
    streams = Streams(7)
    assert streams["rain"].random() != streams["rain"].random()


@pytest.mark.parametrize("other", [Streams(8)["rain"], Streams(7, 1)["rain"], Streams(7)["heat"]])
def test_seed_purpose_and_name_tell_streams_apart(other):
    assert Streams(7)["rain"].random() != other.random()
