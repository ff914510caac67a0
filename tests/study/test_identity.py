"""The record of what a result stands on, and hashes of tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.study.identity import Identity, hash_frame, refuse_other

ONE = Identity(
    stage="forecast",
    data={"ucdp-ged": "2021-12:aa", "cru": "2021-12:bb"},
    units="u",
    parameters={"seed": 1, "models.xgboost.rounds": 60},
    code={"riskkit.panel": "c", "riskkit.models.pool": "d"},
    libraries={"polars": "1.2"},
    schemas={"forecast": "1"},
)
TABLE = pl.DataFrame(
    {
        "unit": ["XAA", "XAB", "XAA"],
        "month": [date(2020, 1, 1), date(2020, 1, 1), date(2020, 2, 1)],
        "value": [1.0, None, 0.0],
    }
)
KEYS = ("unit", "month")


def test_the_record_is_read_back() -> None:
    again = Identity.from_json(ONE.to_json(), "here")
    assert again == ONE
    assert again.hash == ONE.hash


def test_the_order_of_keys_does_not_matter() -> None:
    turned = replace(ONE, data=dict(reversed(ONE.data.items())))
    assert turned.hash == ONE.hash


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "does not say what it stands on"),
        ("[]", "does not say what it stands on"),
        ('{"version":"1","stage":"forecast","more":1}', "does not say what it stands on"),
        (
            ONE.to_json().replace('"version":"1"', '"version":"0"'),
            "in version 0, this riskkit in 1",
        ),
    ],
)
def test_a_damaged_record_is_refused(text: str, told: str) -> None:
    with pytest.raises(RiskkitError, match=f"^here .*{told}"):
        Identity.from_json(text, "here")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"data": {**ONE.data, "ucdp-ged": "2024-12:aa"}},
            "other data (ucdp-ged of 2021-12, not 2024-12)",
        ),
        ({"data": {**ONE.data, "cru": "2021-12:cc"}}, "other data (cru has other values)"),
        ({"data": {"cru": "2021-12:bb"}}, "other data (with ucdp-ged)"),
        ({"data": {**ONE.data, "idmc": "2022-12:d"}}, "other data (without idmc)"),
        ({"units": "v"}, "other units"),
        ({"parameters": {**ONE.parameters, "seed": 2}}, "other parameters (seed was 1, is 2)"),
        (
            {"parameters": {"seed": 1}},
            "other parameters (models.xgboost.rounds=60, which is not set)",
        ),
        ({"code": {**ONE.code, "riskkit.panel": "e"}}, "other code (riskkit.panel changed)"),
        ({"code": {"riskkit.panel": "c"}}, "other code (riskkit.models.pool is gone)"),
        ({"libraries": {"polars": "1.3"}}, "other libraries (polars was 1.2, is 1.3)"),
        ({"schemas": {"forecast": "2"}}, "other table layouts (forecast was 1, is 2)"),
        ({"inputs": {"features": "f"}}, "other earlier results (features is new)"),
    ],
)
def test_each_part_is_told_in_words(change: dict[str, Any], told: str) -> None:
    assert ONE.differences(replace(ONE, **change)) == [told]


def test_a_list_that_was_read_back_is_the_tuple_that_was_written() -> None:
    made = replace(ONE, parameters={"thresholds": (1, 25, 100), "seed": 1})
    read, now = Identity.from_json(made.to_json(), "here"), replace(made, units="v")
    assert read.differences(now) == ["other units"]


def test_of_many_the_first_are_named_and_the_rest_counted() -> None:
    made = replace(ONE, code={f"module{n}": "a" for n in range(6)})
    now = replace(ONE, code={f"module{n}": "b" for n in range(6)})
    told = "other code (module0 changed, module1 changed, module2 changed and 3 more)"
    assert made.differences(now) == [told]


def test_another_study_is_refused_with_what_to_run() -> None:
    refuse_other(ONE, ONE, "the forecast", "riskkit forecast")
    with pytest.raises(RiskkitError, match="of another study: other units; run `riskkit forecast`"):
        refuse_other(ONE, replace(ONE, units="v"), "the forecast", "riskkit forecast")
    with pytest.raises(RiskkitError, match="it is another kind of result"):
        refuse_other(ONE, replace(ONE, stage="scores"), "the forecast", "riskkit forecast")


def test_the_order_of_rows_and_columns_does_not_matter() -> None:
    turned = TABLE.reverse().select("value", "unit", "month")
    assert hash_frame(turned, KEYS) == hash_frame(TABLE, KEYS)


@pytest.mark.parametrize(
    "other",
    [
        TABLE.with_columns(pl.col("value").fill_null(0.0)),
        TABLE.with_columns(pl.col("value") + 1e-12),
        TABLE.with_columns(pl.col("value").cast(pl.Float32)),
        TABLE.with_columns(pl.col("unit").replace("XAB", "XAC")),
        TABLE.rename({"value": "other"}),
        TABLE.head(2),
        TABLE.with_columns(more=pl.lit(1)),
    ],
    ids=["null", "tiny", "type", "unit", "name", "rows", "columns"],
)
def test_another_content_has_another_hash(other: pl.DataFrame) -> None:
    assert hash_frame(other, KEYS) != hash_frame(TABLE, KEYS)


@pytest.mark.parametrize(
    ("one", "other"),
    [(["a\nb", "c"], ["a", "b\nc"]), (["", None], [None, ""]), (["ab", "c"], ["a", "bc"])],
)
def test_texts_do_not_run_into_each_other(one: list[str | None], other: list[str | None]) -> None:
    first, second = (pl.DataFrame({"key": [1, 2], "text": texts}) for texts in (one, other))
    assert hash_frame(first, ["key"]) != hash_frame(second, ["key"])


def test_rows_with_equal_keys_may_stand_in_any_order() -> None:
    twice = pl.DataFrame({"key": [1, 1, 1], "value": [3, 2, 1]})
    assert hash_frame(twice, ["key"]) == hash_frame(twice.reverse(), ["key"])


def test_the_hash_of_a_table_stays_what_it_is_from_version_to_version() -> None:
    texts = ['b "quoted"\\', "é\n", None, "", "é\n", "Z"]
    told = pl.DataFrame({"key": texts, "value": [1.5, -2.0, None, 0.0, 3.0, 1e300]})
    assert hash_frame(told, ["key"]) == "eb455cdf1b76d3f8"
    assert hash_frame(told.clear(), ["key"]) == "699e6e12d8a1f363"
