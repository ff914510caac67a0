"""What a newcomer sees: `make demo`'s command on the embedded data, as a process of its own."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.cli.running import Done, process, riskkit
from tests.publish.browser import Visit, browser, needs_chromium

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """The publication, and what was printed."""
    out = tmp_path_factory.mktemp("demo") / "publication"
    done = process("run", "--set", "data.kind=base", "--out", out, cwd=out.parent)
    assert done.code == 0, done.err
    return out, done


def test_nothing_but_progress_is_on_the_error_stream(demo: tuple[Path, Done]) -> None:
    _, done = demo
    assert "Warning" not in done.err
    assert all(line.startswith(("riskkit run", "forecast")) for line in done.err.splitlines())


def test_the_top_ten_are_real_countries_with_four_threats(demo: tuple[Path, Done]) -> None:
    _, done = demo
    title, head, *rows = done.out.splitlines()
    assert title.startswith("Top 10 of 195 units for 2025-07 to 2026-06, as of 2025-06")
    assert head.split()[-5:] == ["terror", "displ.", "climate", "top", "10"]
    assert [int(row.split()[0]) for row in rows[:10]] == list(range(1, 11))
    assert all(len(row) <= 120 for row in done.out.splitlines() if not row.startswith("/"))


def test_the_model_card_names_the_members_of_each_pool(demo: tuple[Path, Done]) -> None:
    lines = (demo[0] / "model-card.md").read_text(encoding="utf-8").splitlines()
    told = {line.split("**")[1]: line for line in lines if line.startswith("- **")}
    assert "network, log_logistic, exponential_smoothing." in told["conflict"]
    assert "log_logistic, distribution_regression." in told["displacement"]
    assert "Members: climatology, " in told["climate"]
    headings = [number for number, line in enumerate(lines) if line.startswith("## ")]
    assert [lines[number - 1] for number in headings] == [""] * len(headings)


def test_the_publication_verifies_and_every_threat_is_in(demo: tuple[Path, Done]) -> None:
    out, _ = demo
    riskkit("verify", out)
    ranking = pl.read_csv(out / "ranking.csv")
    assert ranking.height == 195
    threats = ranking.select("conflict", "terrorism", "displacement", "climate")
    assert max(threats.null_count().row(0)) <= 20  # small states without a heat series
    lacking = threats.select(pl.any_horizontal(pl.all().is_null())).to_series()
    assert set(ranking.filter(lacking)["status"]) == {"partial"}
    assert "partial" not in set(ranking.filter(~lacking)["status"])
    assert set(ranking["data_kind"]) == {"observed"}
    assert json.loads((out / "datapackage.json").read_text())["licenses"]


@needs_chromium
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("name", ["report.html", "units/SDN.html"])
def test_the_pages_fit_real_names_and_numbers(
    demo: tuple[Path, Done], name: str, width: int
) -> None:
    """The sums of regions have intervals of six figures, which invented ones do not."""
    out, _ = demo
    with browser() as started:
        visit = Visit(started, out / name, width)
        assert visit.said == []
        assert visit.asked == [(out / name).as_uri()]
        assert visit.sideways() <= 0
        assert visit.findings() == []


def test_the_record_of_replayed_rankings_is_shown(demo: tuple[Path, Done]) -> None:
    out, _ = demo
    assert set(pl.read_csv(out / "record.csv")["kind"]) == {"replayed"}
    assert (out / "report.html").stat().st_size < 1_500_000


def test_a_country_explains_itself(demo: tuple[Path, Done]) -> None:
    out, _ = demo
    told = riskkit("explain", "Sudan", "--publication", out).out
    assert told.startswith("Sudan (SDN)")
