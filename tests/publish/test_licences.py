import json

import pytest

from riskkit.publish import publish
from riskkit.publish._licences import STRICTEST_FIRST, duties, strictest, terms_of
from riskkit.publish.model_card import card
from riskkit.registry import sources
from riskkit.tables import Citation
from tests.publish.sample import sample_publication


def cited(title: str, licence: str) -> Citation:
    return Citation(title, f"{title} (2021).", licence, "https://example.org")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("gtd", "LicenseRef-not-to-be-passed-on"),
        ("acled", "LicenseRef-not-to-be-passed-on"),
        ("emdat", "LicenseRef-not-to-be-passed-on"),
        ("pax", "LicenseRef-not-to-be-passed-on"),
        ("hapi", "LicenseRef-not-to-be-passed-on"),
        ("coups", "LicenseRef-unknown"),
        ("table", "LicenseRef-unknown"),
        ("idmc", "CC-BY-NC-4.0"),
        ("vdem", "CC-BY-SA-4.0"),
        ("ucdp-ged", "CC-BY-4.0"),
        ("cru", "CC-BY-4.0"),
        ("unga", "CC-BY-4.0"),
        ("natural-earth", "CC-BY-4.0"),
    ],
)
def test_terms_of_the_publishers(source, name):
    assert terms_of(sources()[source].licence).name == name


def test_nothing_that_may_not_be_passed_on_is_called_open():
    for source in sources().values():
        if not source.redistributable:
            assert terms_of(source.licence).name != "CC-BY-4.0", source.name


def test_the_strictest_source_decides_and_is_named():
    open_one, closed = cited("Open", "CC BY 4.0"), cited("Closed", "rows may not be passed on")
    assert strictest([open_one]).name == "CC-BY-4.0"
    assert strictest([open_one, cited("Share", "CC BY-SA 4.0")]).name == "CC-BY-SA-4.0"
    assert strictest([open_one, closed]) is STRICTEST_FIRST[0]
    assert duties([open_one, closed]) == [(STRICTEST_FIRST[0], [closed])]
    assert strictest([open_one, cited("New", "by a licence of its own")]).name.endswith("unknown")


def test_the_publication_says_so(tmp_path):
    given = (cited("Open", "CC BY 4.0"), cited("Closed", "rows may not be passed on"))
    publication = sample_publication(sources=given)
    path = publish(publication, tmp_path / "pub")["datapackage.json"]
    (told,) = json.loads(path.read_text(encoding="utf-8"))["licenses"]
    assert told["name"] == "LicenseRef-not-to-be-passed-on"
    assert "Closed" in told["title"]
    assert "Closed" in card(publication).split("Licence: ")[1].split("\n")[0]


def test_terms_add_up_and_the_strictest_goes_first():
    """GTD, IDMC and a source that asks for the same terms, over open ones."""
    licence = {name: sources()[name].licence for name in ("gtd", "idmc", "vdem", "ucdp-ged")}
    given = [cited(name, text) for name, text in licence.items()]
    asked = [(terms.name, [one.title for one in whose]) for terms, whose in duties(given)]
    assert asked == [
        ("LicenseRef-not-to-be-passed-on", ["gtd"]),
        ("CC-BY-NC-4.0", ["idmc"]),
        ("CC-BY-SA-4.0", ["vdem"]),
    ]
    assert [terms.name for terms, _ in duties(given[1:])] == ["CC-BY-NC-4.0", "CC-BY-SA-4.0"]
    assert [terms.name for terms, _ in duties(given[2:])] == ["CC-BY-SA-4.0"]
    assert [terms.name for terms, _ in duties(given[3:])] == ["CC-BY-4.0"]


def test_one_licence_may_ask_for_two_things():
    both = cited("IDMC's interface", "CC BY-NC-SA 3.0 IGO")
    assert [terms.name for terms, _ in duties([both])] == ["CC-BY-NC-4.0", "CC-BY-SA-4.0"]


def test_every_page_of_a_publication_names_the_strictest_terms(tmp_path):
    given = (
        cited("Open", "CC BY 4.0"),
        cited("Gidd", "CC BY-NC 4.0"),
        cited("Dem", "CC BY-SA 4.0"),
    )
    files = publish(sample_publication(sources=given), tmp_path / "pub")
    (told,) = json.loads(files["datapackage.json"].read_text(encoding="utf-8"))["licenses"]
    assert told["name"] == "CC-BY-NC-4.0"
    assert told["title"].count("terms of:") == 2
    pages = [name for name in files if name.endswith((".html", ".md"))]
    assert len(pages) > 7
    for name in pages:
        assert "CC-BY-NC-4.0" in files[name].read_text(encoding="utf-8"), name
