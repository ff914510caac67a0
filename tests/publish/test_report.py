import re
import time
from dataclasses import replace

import polars as pl
import pytest

from riskkit.publish import Publication, _tables, publish, report, units
from tests.publish.sample import joint_publication, sample_publication, told_publication


def page(publication) -> str:
    return report.page(publication, _tables(publication))


def test_it_says_that_data_are_simulated():
    assert "SIMULATED DATA" in page(told_publication())
    assert "SIMULATED" not in page(told_publication(data_kind="observed"))


def test_a_publication_without_dossier_backtest_or_past_has_a_report():
    text = page(sample_publication())
    assert "There is no earlier publication to compare with" in text
    assert "No backtest was handed to this publication" in text
    assert "No comparable past is at hand" in text
    assert "The data at hand say nothing of it" not in text
    assert "These units have no place on a map" in text


def test_sections_stand_in_their_order():
    text = page(told_publication())
    places = [text.index(f'id="{anchor}"') for anchor, _ in report._SECTIONS]
    assert places == sorted(places)


def test_text_of_others_is_escaped():
    publication = told_publication()
    nasty = pl.col("name").replace("Aurelia", "<script>alert(1)</script>")
    text = page(replace(publication, units=publication.units.with_columns(nasty)))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_five_sentences_tell_the_figures_of_the_tables():
    publication = joint_publication(n_units=30)
    tables = _tables(publication)
    ranking = tables["ranking.csv"]
    said = report.sentences(publication, tables)
    assert len(said) == 5
    for name in ranking["name"].head(3):
        assert name in said[0]
    certain = ranking.filter(pl.col("p_25") >= 0.95).height
    assert f"almost certain in {certain or 'none'} of the countries" in said[2]
    assert "no earlier publication" in said[3]


def test_a_theme_without_a_table_says_what_brings_it():
    text = page(told_publication())
    assert "<b>Sanctions</b>: a table: <code>riskkit data add c d</code>" in text
    assert "votes cast as Aurelia" in text


def test_units_without_a_threat_say_why():
    assert "left out: no outcome is known since 2001" in page(told_publication())


@pytest.mark.parametrize("name", ["report.html", "map.geojson", "units/XAA.html"])
def test_every_page_is_described(tmp_path, name):
    paths = publish(told_publication(), tmp_path / "pub")
    assert paths[name].is_file()


def test_a_large_ranking_is_shortened(monkeypatch):
    monkeypatch.setattr(report, "MOST_ROWS", 5)
    text = page(told_publication(n_units=9))
    assert "The first 5 of 9 units are shown" in text
    assert text.count('<tr id="X') == 5


def test_the_record_is_that_of_the_published_models():
    columns = ["model", "target", "window", "rule", "value", "skill", "skill_low", "skill_high"]
    rows = [
        ("invented", "ged_sb", "all", "crps", 12.5, 0.061, 0.02, 0.1),
        ("invented", "ged_sb", "2020", "auc", None, None, None, None),
        ("another", "ged_sb", "all", "crps", 77.7, 0.5, 0.41, 0.63),
    ]
    record = pl.DataFrame(rows, schema=columns, orient="row")
    text = page(told_publication(record=record))
    assert "+0.02 to +0.10" in text
    assert "+0.41 to +0.63" not in text
    assert "No backtest was handed" not in text


def test_it_names_outliers_and_what_was_not_counted():
    publication = sample_publication()
    assert "Less sure than their brackets" not in page(publication)
    first = publication.first
    passed = ("killed in attacks, known to 2020-12 only",)
    joined = ("inform_vulnerability", "inform_lack_of_coping_capacity")
    threat = replace(first.threat, passed_over=passed, joined_with=joined)
    beyond = {"XAB": ("9 deaths (conflict) in a year, 2 at most before",)}
    text = page(replace(publication, parts=(replace(first, threat=threat, outliers=beyond),)))
    assert "<b>Borduna</b>: 9 deaths (conflict) in a year, 2 at most before</li>" in text
    assert "hazard’s and inform vulnerability and inform lack of coping capacity, of today" in text
    assert "; not counted: killed in attacks, known to 2020-12 only" in text


def test_diplomacy_is_a_table_for_each_theme_with_every_one_of_the_highest():
    text = page(told_publication())
    section = text[text.index('id="diplomacy"') : text.index('id="method"')]
    assert section.count("<caption>Votes</caption>") == 1
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th>', section)
    assert rows[:2] == ["Aurelia", "Borduna"]
    assert re.search(r"<b>\d+\xa0%</b> <span", section), "a share is told in percent"
    assert "of 7" in section


def test_a_unit_without_a_threat_has_no_data_rather_than_none():
    row = re.search(r'<tr id="XAG">.*?</tr>', page(told_publication()))
    assert row is not None
    assert "no data" in row[0]


@pytest.fixture(scope="module")
def of_the_world() -> tuple[Publication, dict[str, pl.DataFrame]]:
    made = told_publication(n_units=195)
    return made, _tables(made)


def test_the_report_of_all_countries_is_small_and_soon_made(of_the_world, tmp_path) -> None:
    """The limits are 1.5 MB and 10 s of processor time; real data take a third and a tenth."""
    start = time.process_time()
    report.write(*of_the_world, tmp_path)
    units.write(*of_the_world, tmp_path)
    assert time.process_time() - start < 10
    assert (tmp_path / "report.html").stat().st_size < 1_500_000
    pages = list((tmp_path / "units").iterdir())
    assert len(pages) == 195
    assert max(page.stat().st_size for page in pages) < 100_000
