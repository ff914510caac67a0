"""What a release of UCDP covers by its name, and several releases in one folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from riskkit.errors import SourceError
from riskkit.sources.ucdp.ged import LAYOUT
from tests.sources.ged_rows import event, read, values, write_events


def test_what_is_left_out_is_covered_all_the_same(tmp_path: Path) -> None:
    rows = [event(1), event(2, "2020-05-02", country_id=9002, code_status="Check deaths")]
    release = read(write_events(tmp_path / "events.csv", rows), status="clear")
    assert release.covers[1] == date(2020, 5, 1)
    assert release.covered_units == ("XAA", "XAB")
    columns = tuple(column for column in LAYOUT if column != "code_status")
    with pytest.raises(SourceError, match="column 'code_status' is missing"):
        read(write_events(tmp_path / "events.csv", rows, columns), status="clear")


@pytest.mark.parametrize(
    ("name", "last_event", "covers"),
    [
        ("GEDEvent_v20_1.csv", "2019-08-10", ("2018-01", "2019-12")),
        ("ged201.csv", "2019-08-10", ("2018-01", "2019-12")),
        ("events.csv", "2019-08-10", ("2018-01", "2019-08")),
        ("GEDEvent_v20_1_cut.csv", "2019-08-10", ("2018-01", "2019-12")),
        ("GEDEvent_v18_13_18_14.csv", "2019-08-10", ("2018-01", "2019-08")),
        ("GEDEvent_v18_01_18_12.csv", "2018-06-10", ("2018-01", "2018-12")),
        ("GEDEvent_v18_01_18_12.csv", "2019-01-10", ("2018-01", "2018-12")),
        ("GEDEvent_v18_0_5.csv", "2018-05-30", ("2018-05", "2018-05")),
        ("GEDEvent_v18.0.12 (1).csv", "2018-12-30", ("2018-12", "2018-12")),
    ],
)
def test_months_covered(
    tmp_path: Path, name: str, last_event: str, covers: tuple[str, str]
) -> None:
    path = write_events(tmp_path / name, [event(1, "2018-05-02"), event(2, last_event)])
    release = read(path)
    assert tuple(f"{month:%Y-%m}" for month in release.covers) == covers


def test_the_user_may_know_better_what_is_covered(tmp_path: Path) -> None:
    path = write_events(tmp_path / "events.csv", [event(1, "2018-05-02"), event(2, "2018-09-02")])
    assert read(path, covers_to="2019-03").covers[1] == date(2019, 3, 1)
    cut = read(path, covers_to="2018-06")
    assert values(cut) == {"2018-05": 1}
    assert list(cut.dropped.values()) == [1]


def test_an_extract_speaks_of_its_countries_only(tmp_path: Path) -> None:
    extract = read(write_events(tmp_path / "few.csv", [event(1), event(2, country_id=9002)]))
    assert extract.covered_units == ("XAA", "XAB")
    many = [event(n, country_id=9100 + n) for n in range(20)]
    codes = {9100 + n: f"X{chr(65 + n)}A" for n in range(20)}
    assert read(write_events(tmp_path / "all.csv", many), codes=codes).covered_units is None


def test_a_world_that_is_cut_by_hand_is_not_at_peace_afterwards(tmp_path: Path) -> None:
    codes = {9100 + n: f"X{chr(65 + n)}A" for n in range(20)}
    rows = [event(n, "2019-10-05", "2020-01-08", country_id=9100 + n) for n in range(20)]
    release = read(write_events(tmp_path / "GEDEvent_v20_1.csv", rows), codes=codes)
    assert release.covers[1] == date(2019, 10, 1)


class TestFolders:
    """Several releases in one folder."""

    def test_candidates_continue_a_yearly_release(self, tmp_path: Path) -> None:
        write_events(
            tmp_path / "GEDEvent_v20_1.csv",
            [event(1, "2018-03-01", best=1), event(2, "2019-12-05", best=10)],
        )
        write_events(
            tmp_path / "GEDEvent_v19_01_19_12.csv",
            [event(2, "2019-11-05", best=99), event(7, "2019-11-06", best=99)],
        )
        write_events(tmp_path / "GEDEvent_v20_01_20_02.csv", [event(3, "2020-02-05", best=20)])
        write_events(tmp_path / "GEDEvent_v20_0_2.csv", [event(4, "2020-02-05", best=99)])
        write_events(tmp_path / "GEDEvent_v20_0_3.csv", [event(5, "2020-03-05", best=30)])
        (tmp_path / "readme.txt").write_text("about")
        release = read(tmp_path)
        assert values(release) == {"2018-03": 1, "2019-12": 10, "2020-02": 20, "2020-03": 30}
        assert release.covers == (date(2018, 1, 1), date(2020, 3, 1))
        assert release.dropped == {"event of a month that a better release covers": 3}

    def test_the_latest_yearly_release_comes_first(self, tmp_path: Path) -> None:
        write_events(tmp_path / "GEDEvent_v19_1.csv", [event(1, "2018-03-01", best=1)])
        write_events(tmp_path / "GEDEvent_v20_1.csv", [event(1, "2018-04-01", best=2)])
        assert values(read(tmp_path)) == {"2018-04": 2}

    def test_an_event_of_two_files_counts_once(self, tmp_path: Path) -> None:
        write_events(tmp_path / "GEDEvent_v20_1.csv", [event(1, "2019-12-30", best=1)])
        write_events(tmp_path / "GEDEvent_v20_0_1.csv", [event(1, "2020-01-02", best=5)])
        assert values(read(tmp_path)) == {"2019-12": 1}

    def test_extracts_speak_of_their_own_countries(self, tmp_path: Path) -> None:
        write_events(tmp_path / "a.csv", [event(1, "2018-03-01", best=1)])
        write_events(tmp_path / "b.csv", [event(2, "2018-03-01", best=2, country_id=9002)])
        release = read(tmp_path)
        assert values(release) == {"2018-03": 1}
        assert values(release, unit="XAB") == {"2018-03": 2}

    def test_a_gap_is_refused(self, tmp_path: Path) -> None:
        write_events(tmp_path / "GEDEvent_v20_1.csv", [event(1, "2019-12-30")])
        write_events(tmp_path / "GEDEvent_v20_0_3.csv", [event(2, "2020-03-02")])
        with pytest.raises(SourceError, match="no file covers 2020-01 to 2020-02"):
            read(tmp_path)

    def test_extracts_beside_the_world_are_refused(self, tmp_path: Path) -> None:
        codes = {9100 + n: f"X{chr(65 + n)}A" for n in range(20)}
        write_events(tmp_path / "few.csv", [event(100, country_id=9100)])
        write_events(tmp_path / "all.csv", [event(n, country_id=9100 + n) for n in range(20)])
        with pytest.raises(SourceError, match=r"extracts .* beside releases .*few\.csv"):
            read(tmp_path, codes=codes)

    def test_covers_to_speaks_of_one_file(self, tmp_path: Path) -> None:
        write_events(tmp_path / "GEDEvent_v20_1.csv", [event(1, "2019-12-30")])
        write_events(tmp_path / "GEDEvent_v20_0_1.csv", [event(2, "2020-01-02")])
        with pytest.raises(SourceError, match="2 files, and covers_to speaks of one"):
            read(tmp_path, covers_to="2020-03")

    def test_a_folder_without_files_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="holds no csv and no zip"):
            read(tmp_path)


def test_a_name_that_contradicts_the_events_is_refused(tmp_path: Path) -> None:
    path = write_events(tmp_path / "GEDEvent_v20_0_4.csv", [event(1, "2020-03-02")])
    with pytest.raises(SourceError, match="no event lies in the months it covers, 2020-04"):
        read(path)
