"""The replayed record that comes with riskkit, and whether it speaks of the study at hand.

`python -m riskkit.study.shipped FOLDER` takes it from the folder of a replay of the standard study:
`make record` replays and then does so.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from riskkit.archive.ledger import FILE as LEDGER_FILE
from riskkit.archive.ledger import read
from riskkit.atomic import write_text
from riskkit.errors import RiskkitError
from riskkit.files import read_csv, read_json
from riskkit.registry import lookup, models
from riskkit.study.results import open_result

if TYPE_CHECKING:
    from riskkit.study.study import Study

SETTINGS = "settings.json"
"""What a replay was made with, beside its ledger."""
LEDGER, ABOUT = Path(__file__).with_name("replayed.csv"), Path(__file__).with_name("replayed.json")
ALARMS, COSTS, CHANCES = (
    Path(__file__).with_name(name) for name in ("alarms.csv", "costs.csv", "chances.csv")
)
"""What acting on the replayed rankings would have brought, and whether their chances held."""
ONSETS = Path(__file__).with_name("outbreaks.csv")
"""How the replayed chances of onset and of a doubling turned out."""
REPORTING_FROM = "2017-06"
"""Origins before it speak of windows by which models were chosen, and are not shown."""
TIMELESS = "1900"
"""Borders hold from a time before any count on."""


@dataclass(frozen=True)
class Decided:
    """What replayed rankings would have been worth to who acts on them; None where none is at hand.

    Attributes:
        alarms: Rows of `riskkit.study.decisions.decisions`.
        costs: Rows of `riskkit.study.decisions.expected_costs`.
        chances: Rows of `riskkit.study.record.top_ten_chances`.
    """

    alarms: pl.DataFrame | None = None
    costs: pl.DataFrame | None = None
    chances: pl.DataFrame | None = None


def settings(study: Study) -> dict[str, Any]:
    """What a replayed record must share with a publication that shows it."""
    threats = {
        threat.name: {
            "target": threat.target.name,
            "indicators": list(threat.target.indicators),
            "thresholds": list(threat.target.thresholds),
            "model": threat.model,
            "options": _filled(threat.model, study.model_options(threat.model, threat.options)),
            "families": threat.families,
            "weight": threat.weight,
            "top": threat.top,
            "scale": threat.scale,
            "joined_with": list(threat.joined_with),
        }
        for threat in study.threats
    }
    simulated = any(study.series(threat).simulated for threat in study.threats)
    told = {
        "threats": threats,
        "exponent": study.params.composite.exponent,
        "horizons": study.params.forecast.horizons,
        "data_kind": "simulated" if simulated else "observed",
    }
    return dict(json.loads(json.dumps(told)))


def _filled(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a model with those that nobody named, of a pool's members too."""
    parameters = signature(lookup("model", models(), name)).parameters.values()
    told: dict[str, Any] = {
        one.name: one.default for one in parameters if one.default is not one.empty
    }
    told |= options
    if "members" in told:
        given = told["options"] or {}
        told["options"] = {one: _filled(one, given.get(one, {})) for one in told["members"]}
    return told


def differences(made: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Name what differs, threat by threat."""
    then, current = made["threats"], now["threats"]
    found = [f"threat {name}" for name in sorted(then.keys() ^ current.keys())]
    for name in sorted(then.keys() & current.keys()):
        keys = [key for key in current[name] if then[name].get(key) != current[name][key]]
        found += [f"{key} of {name}" for key in keys]
    rest = [key for key in now if key != "threats" and made.get(key) != now[key]]
    return [*found, *rest]


def replayed(study: Study, folder: Path | None = None) -> tuple[pl.DataFrame | None, str]:
    """Find the replayed record of a study's settings.

    Args:
        study: The study.
        folder: A replay of the user's own; None for the one that comes with riskkit.

    Returns:
        Lines of the ledger from the origins that are for reporting, or None; and what must be
        said of them, or why there are none.
    """
    found = _told(folder)
    if found is None:
        return None, ""
    text, told = found
    unlike = differences(told["settings"], settings(study))
    if unlike:
        return None, (
            f"The replayed record at hand is of other settings ({', '.join(unlike[:4])}), and is "
            "not shown; `riskkit replay` makes one of these."
        )
    lines = read(text)
    identity = told["identity"][:16]
    dated = {name: vintage for name, vintage in told["data"].items() if vintage > TIMELESS}
    data = ", ".join(f"{name} of {vintage}" for name, vintage in dated.items())
    return lines.filter(pl.col("as_of") >= REPORTING_FROM), (
        f"The replay stands on identity {identity} (data: {data})."
    )


def decided(study: Study, folder: Path | None = None) -> Decided:
    """What acting on replayed rankings of a study's settings would have brought.

    Args:
        study: The study.
        folder: A replay of the user's own; None for the one that comes with riskkit.

    Returns:
        Tables of the origins that are for reporting; none where the replay at hand is of other
        settings, or there is none.
    """
    if replayed(study, folder)[0] is None:
        return Decided()
    if folder is not None:
        return Decided(*_decided(folder))
    if not all(path.is_file() for path in (ALARMS, COSTS, CHANCES)):
        return Decided()
    return Decided(*(read_csv(path, "install riskkit again") for path in (ALARMS, COSTS, CHANCES)))


def broken_out(study: Study, folder: Path | None = None) -> pl.DataFrame | None:
    """How replayed chances of onset and escalation turned out, of a study's settings.

    Args:
        study: The study.
        folder: A replay of the user's own; None for the one that comes with riskkit.

    Returns:
        Rows of `riskkit.study.outbreaks.reliability` for the first threat, from the origins that
        are for reporting; None where the replay at hand is of other settings, or tells nothing.
    """
    if replayed(study, folder)[0] is None:
        return None
    if folder is not None:
        return _broken_out(folder, study.threats[0].name)
    return read_csv(ONSETS, "install riskkit again") if ONSETS.is_file() else None


def _broken_out(folder: Path, threat: str) -> pl.DataFrame | None:
    from riskkit.study.outbreaks import CASES, reliability

    opened = open_result(folder, "riskkit replay")
    if CASES not in opened.files:
        return None
    since = pl.lit(REPORTING_FROM + "-01").str.to_date()
    return reliability(opened.table(CASES).filter(pl.col("origin") >= since), threat)


def _decided(folder: Path) -> tuple[pl.DataFrame, ...]:
    from riskkit.study.decisions import decisions, expected_costs, read_composites
    from riskkit.study.record import top_ten_chances

    since = pl.lit(REPORTING_FROM + "-01").str.to_date()
    composites = read_composites(folder).filter(pl.col("origin") >= since)
    return decisions(composites), expected_costs(composites), top_ten_chances(composites)


def _told(folder: Path | None) -> tuple[str, dict[str, Any]] | None:
    """The ledger and what it stands on; None where there is none."""
    if folder is None:
        if not LEDGER.is_file() or not ABOUT.is_file():
            return None
        return LEDGER.read_text("utf-8"), read_json(ABOUT, "install riskkit again")
    if not (folder / SETTINGS).is_file():
        return None
    opened = open_result(folder, "riskkit replay")
    told = {
        "settings": read_json(opened.path(SETTINGS), "replay again"),
        "identity": opened.identity.hash,
        "data": {name: text.partition(":")[0] for name, text in opened.identity.data.items()},
    }
    return opened.path(LEDGER_FILE).read_text("utf-8"), told


def ship(folder: Path) -> None:
    """Take the record that comes with riskkit from the folder of a replay.

    Raises:
        RiskkitError: The folder holds no replay.
    """
    found = _told(folder)
    if found is None:
        raise RiskkitError(f"{folder} holds no replay", hint="run `riskkit replay` first")
    text, told = found
    if read(text).is_empty():
        raise RiskkitError(f"{folder} graded nothing", hint="replay earlier origins")
    write_text(LEDGER, text)
    for path, table in zip((ALARMS, COSTS, CHANCES), _decided(folder), strict=True):
        write_text(path, table.write_csv(float_precision=4, line_terminator="\n"))
    outbreaks = _broken_out(folder, next(iter(told["settings"]["threats"])))
    if outbreaks is not None:
        write_text(ONSETS, outbreaks.write_csv(float_precision=4, line_terminator="\n"))
    write_text(ABOUT, json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    ship(Path(sys.argv[1]))
