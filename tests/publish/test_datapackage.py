import hashlib
import json

import pytest

from riskkit.publish import publish, schemas
from tests.publish.sample import sample_publication


@pytest.fixture
def descriptor(tmp_path):
    path = publish(sample_publication(), tmp_path / "pub")["datapackage.json"]
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_head_of_the_description(descriptor):
    assert descriptor["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert descriptor["name"] == "riskkit-conflict-2021-12"
    assert descriptor["created"] == "2021-12-31T00:00:00Z"
    assert descriptor["licenses"][0]["name"] == "CC-BY-4.0"
    assert descriptor["sources"][0]["title"] == "Invented events"
    assert descriptor["riskkit"] == {
        "schema_version": 2,
        "data_kind": "simulated",
        "exponent": 2.0,
        "threats": {
            "conflict": {
                "target": "ged_sb",
                "thresholds": [1, 25, 100],
                "months": 12,
                "model": "invented",
                "weight": 1.0,
                "top": 10_000,
                "scale": "log",
                "joined_with": [],
            }
        },
        "as_of": "2021-12",
        "last_data": {"conflict": "2021-11"},
        "window_start": "2022-01",
        "window_end": "2022-12",
        "absent": {},
        "units": 7,
        "draws": 60,
        "identity": None,
        "parameters": None,
        "ungraded": "",
        "compared_with": None,
    }


def test_every_file_is_listed_with_size_and_hash(descriptor, tmp_path):
    listed = {resource["path"]: resource for resource in descriptor["resources"]}
    out = tmp_path / "pub"
    files = {p.relative_to(out).as_posix(): p for p in out.rglob("*") if p.is_file()}
    files = {name: path.read_bytes() for name, path in files.items()}
    assert set(listed) == set(files) - {"datapackage.json"}
    for name, resource in listed.items():
        assert resource["bytes"] == len(files[name])
        assert resource["hash"] == f"sha256:{hashlib.sha256(files[name]).hexdigest()}"


def test_fields_are_the_columns_in_order(descriptor, tmp_path):
    for resource in descriptor["resources"]:
        if resource["format"] == "csv":
            header = (tmp_path / "pub" / resource["path"]).read_text().splitlines()[0]
            assert [f["name"] for f in resource["schema"]["fields"]] == header.split(",")
            assert resource["schema"]["missingValues"] == [""]
            assert resource["schema"]["primaryKey"] == schemas()[resource["path"]].primary_key()


def test_fields_say_type_unit_and_limits(descriptor):
    (ranking,) = (r for r in descriptor["resources"] if r["path"] == "ranking.csv")
    fields = {field["name"]: field for field in ranking["schema"]["fields"]}
    assert fields["score"]["type"] == "number"
    assert fields["score"]["unit"] == "points"
    assert fields["score"]["constraints"] == {"required": True, "minimum": 0, "maximum": 10}
    assert fields["rank"]["type"] == "integer"
    assert fields["rank_change"]["constraints"] == {"required": False}
    assert fields["as_of"]["type"] == "yearmonth"
    assert fields["risk_class"]["constraints"]["enum"][0] == "very low"
    assert fields["unit"]["constraints"]["pattern"] == r"([A-Z]{3}|\d{1,6})"
    assert all(field["description"] for field in fields.values())
