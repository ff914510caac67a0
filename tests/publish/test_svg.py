import math
import re
from datetime import date

from riskkit.publish import _places, _svg

AHEAD = [
    {"month": date(2022, m, 1), "median": 5.0, "q05": 0.0, "q25": 2.0, "q75": 9.0, "q95": 40.0 * m}
    for m in range(1, 13)
]
SERIES = [{"month": date(2021, m, 1), "value": float(m)} for m in range(1, 11)]


def test_equal_earth_keeps_areas():
    def area(lat: float) -> float:
        step = 0.5
        (x0, y0), (x1, _) = _svg.equal_earth(0, lat), _svg.equal_earth(step, lat)
        (_, y1) = _svg.equal_earth(0, lat + step)
        return (x1 - x0) * (y1 - y0)

    for lat in (0, 30, 60):
        share = area(lat) / area(0)
        true = math.cos(math.radians(lat + 0.25)) / math.cos(math.radians(0.25))
        assert abs(share - true) < 0.02


def test_a_map_shows_classes_points_and_what_is_not_ranked():
    where = _places.geometries(["CHE", "MLT", "FRA"])
    drawn = _svg.world_map(where, {"CHE": ("c4", "A & B"), "MLT": ("c0", "")}, "A map")
    assert drawn.count("<path") == 2
    assert drawn.count("<circle") == 1
    assert 'class="c4"' in drawn
    assert 'class="none"' in drawn
    assert "<title>A &amp; B</title>" in drawn
    assert 'aria-label="A map"' in drawn


def test_a_fan_lies_inside_its_frame_and_shades_what_is_not_published():
    drawn = _svg.fan(SERIES, AHEAD, "chart")
    numbers = [float(y) for _, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", drawn)]
    assert min(numbers) >= 0
    assert max(numbers) <= _svg.HEIGHT
    assert drawn.count("<circle") == len(SERIES)
    assert re.search(r'class="gap" x="[\d.]+" y="8" width="[1-9]', drawn)


def test_a_fan_without_a_past_and_one_without_a_future():
    assert 'class="b90"' in _svg.fan([], AHEAD, "chart")
    assert _svg.fan(SERIES, [], "chart") == ""


def test_past_scores_are_a_line_on_the_scale_of_scores():
    text = _svg.spark(["2020-01", "2020-07", "2021-01"], [0.0, 10.0, 5.0], 'of "A" & B')
    path = re.search(r'd="M(.+?)"', text)[1]
    points = [tuple(map(float, point.split())) for point in path.split("L")]
    _, height = _svg.SPARK
    assert [y for _, y in points] == [height - 2, height - 14, height - 8]
    assert points[0][0] == 2
    assert points[1][0] == points[0][0] + round((points[2][0] - points[0][0]) * 6 / 12, 1)
    assert "&quot;A&quot; &amp; B" in text
    assert _svg.spark(["2020-01"], [3.0], "one").count("<circle") == 1
