import json
from dataclasses import replace

import pytest

from riskkit.errors import RiskkitError, UnknownUnit
from riskkit.publish import previous, publish
from riskkit.publish.explanation import explain_unit, explanation_data, explanation_text
from tests.publish.sample import told_publication


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("explained") / "pub"
    publish(told_publication(as_of=503, seed=2), out)
    publish(previous.compare(out, told_publication()), out)
    return out


@pytest.mark.parametrize("wanted", ["XAA", "xaa", " Aurelia ", "aurelia"])
def test_codes_and_names_are_accepted(folder, wanted):
    assert explain_unit(folder, wanted).unit == "XAA"


def test_lines_fit_a_terminal_and_tell_everything(folder):
    text = explanation_text(explain_unit(folder, "XAB"))
    assert max(map(len, text.splitlines())) <= 80
    for part in (
        "Borduna (XAB), South (SIMULATED)",
        "of 7, between 1 and 5 in 90 % of scenarios.",
        "displacement",
        "climate: absent, no source brings heat_month_2sd",
        "observed",
        "Aurelia, January 2020: 10 in the year before",
        "Since last time: score",
        "votes cast as Aurelia",
        "No open table at hand: sanctions",
        "association and not as cause",
    ):
        assert part in text


def test_a_unit_that_lacks_a_threat_says_why(folder):
    text = explanation_text(explain_unit(folder, "XAG"))
    assert "displacement: left out, no outcome is known since 2001" in text


def test_machines_get_the_same(folder):
    data = json.loads(json.dumps(explanation_data(explain_unit(folder, "XAB")), default=str))
    assert (data["unit"], data["units"]) == ("XAB", 7)
    assert [one["threat"] for one in data["components"]] == ["conflict", "displacement", "climate"]
    assert (len(data["series"]), len(data["forecast"]), len(data["situations"])) == (24, 12, 3)
    assert data["change"]["compared_with"] == "2021-11"
    assert data["diplomacy_without_table"][0]["theme"] == "Sanctions"


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [("Aurelio", r"did you mean Aurelia \(XAA\)"), ("?", "use a code or name of its rows")],
)
def test_an_unknown_unit_is_refused_with_the_nearest(folder, wanted, hint):
    with pytest.raises(UnknownUnit, match=hint):
        explain_unit(folder, wanted)


def test_a_publication_of_another_riskkit_is_refused(tmp_path):
    publish(told_publication(), tmp_path / "pub")
    (tmp_path / "pub" / "series.csv").unlink()
    with pytest.raises(RiskkitError, match=r"there is no .*series.csv.*publish again"):
        explain_unit(tmp_path / "pub", "XAA")


def test_an_outlier_is_said_in_the_terminal_and_on_its_page(tmp_path):
    publication = told_publication()
    first, *others = publication.parts
    first = replace(first, outliers={"XAB": ("9 deaths in a year",)})
    files = publish(replace(publication, parts=(first, *others)), tmp_path / "pub")
    for unit in ("XAA", "XAB"):
        beyond = unit == "XAB"
        told = explanation_text(explain_unit(tmp_path / "pub", unit))
        assert ("beyond anything it had" in told) == beyond
        shown = files[f"units/{unit}.html"].read_text(encoding="utf-8")
        assert ("lie beyond anything seen before: 9 deaths in a year." in shown) == beyond
