import polars as pl

from riskkit.base import MAP
from riskkit.units import countries
from riskkit.units.latitudes import latitudes
from riskkit.units.points import points


def test_latitudes_agree_with_the_table_of_latitudes():
    other = dict(latitudes().select("unit", "latitude").iter_rows())
    assert {unit for unit, (_, lat) in points().items() if other[unit] != lat} == set()


def test_every_state_is_on_the_map_or_a_point():
    drawn = MAP.read_text(encoding="utf-8")
    living = countries("views").filter(pl.col("died").is_null())["unit"]
    lacking = [u for u in living if f'"iso3": "{u}"' not in drawn and f'"iso3":"{u}"' not in drawn]
    assert set(lacking) <= set(points())
