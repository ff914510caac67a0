"""What the hubverse asks of a hub, in our words: its schemas 6.0.0 and what its validator checks.

The schemas are written down anew, without their prose and without what a hub of riskkit never has
(samples, medians, cloud). Where a rule comes from is named beside it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_FLAG: Schema = {"type": "boolean"}
_FORMATS: Schema = {"type": "array", "items": {"enum": ["csv", "parquet", "arrow"]}}
_NAMES: Schema = {"type": ["array", "null"], "uniqueItems": True, "items": _TEXT}
_AREAS = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Brazil",
    "Canada",
    "Chile",
    "Europe",
    "Indian",
    "Mexico",
    "Pacific",
    "US",
]


def _closed(properties: Schema, *optional: str, **more: Any) -> Schema:
    """Describe an object that has these properties and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
        **more,
    }


def _ids(items: Schema) -> Schema:
    one = {"type": ["array", "null"], "uniqueItems": True, "items": items}
    return _closed({"required": one, "optional": one})


def _output(ids: Schema, limits: Schema, *optional: str) -> Schema:
    value = _closed({"type": {"enum": ["double", "integer"]}, **limits}, *optional)
    return _closed(
        {"output_type_id": _closed({"required": ids}), "value": value, "is_required": _FLAG}
    )


def _several(items: Schema) -> Schema:
    return {"type": "array", "uniqueItems": True, "items": items}


_ANY = {"minimum": {"type": "number"}, "maximum": {"type": "number"}}
_SHARE = {"type": {"const": "double"}, "minimum": {"const": 0}, "maximum": {"const": 1}}
_OUTPUTS = {
    "mean": _output({"type": "null"}, _ANY, *_ANY),
    "quantile": _output(_several({"type": "number", "minimum": 0, "maximum": 1}), _ANY, *_ANY),
    "cdf": _output(_several({"type": ["number", "string"]}), _SHARE),
    "pmf": _output(_several(_TEXT), _SHARE),
}
_TARGET_TYPES = ["continuous", "discrete", "date", "binary", "nominal", "ordinal", "compositional"]
_METADATA = _closed(
    {
        "target_id": {**_TEXT, "maxLength": 30},
        "target_name": {**_TEXT, "maxLength": 100},
        "target_units": {**_TEXT, "maxLength": 100},
        "target_keys": {
            "type": ["object", "null"],
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": _TEXT,
        },
        "description": _TEXT,
        "target_type": {"enum": _TARGET_TYPES},
        "is_step_ahead": _FLAG,
        "time_unit": {"enum": ["day", "week", "month"]},
        "additional_metadata": {"type": "object"},
    },
    "description",
    "time_unit",
    "additional_metadata",
    **{
        "if": {"properties": {"is_step_ahead": {"const": True}}},
        "then": {"required": ["time_unit"]},
    },
)
_DAY = {**_TEXT, "format": "date"}
_NUMBER_OR_TEXT = {"type": ["integer", "string"]}
_ROUND = _closed(
    {
        "round_id_from_variable": _FLAG,
        "round_id": _TEXT,
        "round_name": _TEXT,
        "model_tasks": {
            "type": "array",
            "items": _closed(
                {
                    "task_ids": {
                        "type": "object",
                        "properties": {
                            "origin_date": _ids(_DAY),
                            "target": _ids(_TEXT),
                            "horizon": _ids(_NUMBER_OR_TEXT),
                            "location": _ids(_TEXT),
                            "target_end_date": _ids(_DAY),
                        },
                        "additionalProperties": _ids({}),
                    },
                    "output_type": _closed(_OUTPUTS, *_OUTPUTS),
                    "target_metadata": {"type": "array", "items": _METADATA},
                }
            ),
        },
        "submissions_due": {
            "oneOf": [
                _closed(
                    {
                        "relative_to": _TEXT,
                        "start": {"type": "integer"},
                        "end": {"type": "integer"},
                    }
                ),
                _closed({"start": _DAY, "end": _DAY}),
            ]
        },
        "last_data_date": _DAY,
        "file_format": _FORMATS,
        "derived_task_ids": _NAMES,
        "additional_metadata": {"type": "object"},
    },
    "round_name",
    "last_data_date",
    "file_format",
    "derived_task_ids",
    "additional_metadata",
)
_URL = {**_TEXT, "format": "uri", "pattern": r"/v6\.0\.0/"}
_SERIES = {
    "observable_unit": {"type": ["array", "null"], "uniqueItems": True, "items": _TEXT},
    "versioned": _FLAG,
}
SCHEMAS: dict[str, Schema] = {
    "admin.json": _closed(
        {
            "schema_version": _URL,
            "name": _TEXT,
            "maintainer": _TEXT,
            "contact": {
                "type": "object",
                "properties": {"name": _TEXT, "email": {**_TEXT, "format": "email"}},
            },
            "repository": {
                "type": "object",
                "properties": {"host": {"enum": ["github"]}, "owner": _TEXT, "name": _TEXT},
            },
            "zoltar_project_id": {"type": "integer"},
            "citation": _TEXT,
            "file_format": _FORMATS,
            "timezone": {
                "enum": [one for one in available_timezones() if one.split("/")[0] in _AREAS]
            },
            "cloud": {"type": "object"},
        },
        "zoltar_project_id",
        "citation",
        "cloud",
    ),
    "tasks.json": _closed(
        {
            "schema_version": _URL,
            "rounds": {"type": "array", "items": _ROUND},
            "output_type_id_datatype": {
                "enum": ["auto", "character", "double", "integer", "logical", "Date"]
            },
            "derived_task_ids": _NAMES,
        },
        "output_type_id_datatype",
        "derived_task_ids",
    ),
    "target-data.json": _closed(
        {
            "schema_version": _URL,
            "observable_unit": _several(_TEXT),
            "date_col": {"type": ["string", "null"]},
            "versioned": _FLAG,
            "time-series": _closed(
                {**_SERIES, "non_task_id_schema": {"type": "object"}},
                *_SERIES,
                "non_task_id_schema",
            ),
            "oracle-output": _closed(
                {**_SERIES, "has_output_type_ids": _FLAG}, *_SERIES, "has_output_type_ids"
            ),
            "additional_metadata": {"type": "object"},
        },
        "versioned",
        "time-series",
        "oracle-output",
        "additional_metadata",
    ),
}
"""Schema of each file of hub-config."""
STANDARD = ("model_id", "output_type", "output_type_id", "value")
"""Columns that no task id may be called (hubAdmin) and that model output has (hubValidations)."""
_FILE = re.compile(r"(\d{4}-\d{2}-\d{2}|[A-Za-z0-9_]+)-([A-Za-z0-9_]+)-([A-Za-z0-9_]+)\.csv")


def named(path: Path) -> tuple[str, str]:
    """Take round and model from the name of a file of model output, as hubValidations does."""
    parts = _FILE.fullmatch(path.name)
    assert parts is not None, path.name
    return parts[1], f"{parts[2]}-{parts[3]}"
