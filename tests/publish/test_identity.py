import pytest

from riskkit.errors import RiskkitError
from riskkit.publish import publish
from riskkit.publish._identity import read
from tests.publish.sample import sample_publication


@pytest.mark.parametrize("text", ["{}", "[]", '{"riskkit": 1}', '{"name": "other"}'])
def test_somebody_elses_data_package_is_refused_and_kept(tmp_path, text):
    folder = tmp_path / "pub"
    folder.mkdir()
    (folder / "datapackage.json").write_text(text)
    with pytest.raises(RiskkitError, match="was not written by riskkit"):
        publish(sample_publication(), folder)
    assert (folder / "datapackage.json").read_text() == text


@pytest.mark.parametrize("content", [b"{", b"\xff"])
def test_a_broken_description_is_refused(tmp_path, content):
    (tmp_path / "datapackage.json").write_bytes(content)
    with pytest.raises(RiskkitError, match="is damaged"):
        read(tmp_path)


def test_a_folder_of_other_files_is_refused_and_kept(tmp_path):
    (tmp_path / "pub").mkdir()
    (tmp_path / "pub" / "thesis.txt").write_text("ten years")
    with pytest.raises(RiskkitError, match=r"holds no datapackage\.json"):
        publish(sample_publication(), tmp_path / "pub")
    assert (tmp_path / "pub" / "thesis.txt").read_text() == "ten years"


def test_a_file_that_a_user_put_beside_is_not_lost(tmp_path):
    publish(sample_publication(), tmp_path / "pub")
    (tmp_path / "pub" / "notes.xlsx").write_text("mine")
    with pytest.raises(RiskkitError, match=r"not part of the publication.*notes.xlsx"):
        publish(sample_publication(), tmp_path / "pub")
    assert (tmp_path / "pub" / "notes.xlsx").read_text() == "mine"


def test_hidden_files_of_the_system_are_no_obstacle(tmp_path):
    publish(sample_publication(), tmp_path / "pub")
    (tmp_path / "pub" / ".DS_Store").write_text("")
    publish(sample_publication(), tmp_path / "pub")
