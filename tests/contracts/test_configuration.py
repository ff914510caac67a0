"""Parameter files as hands and accidents make them: accepted, or refused at once and in words."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest

from riskkit.config import load_params
from riskkit.errors import RiskkitError
from riskkit.study.names import check_names

ROOT = Path(__file__).parents[2]
NUMBER = int(os.environ.get("RISKKIT_MUTATIONS", "150"))
SEEDS = (
    *sorted(ROOT.glob("experiments/*/params.yaml")),
    ROOT / "params.yaml",
    ROOT / "experiments" / "sources.yaml",
)
EVERYTHING = """\
seed: 7
data: {kind: world, root: here, store: data, world: {seed: 2, countries: 60, months: 300}}
panel: {start: 1990-01, as_of: 2021-12}
features: {families: [conflict, climate]}
target: {indicator: ged_sb, period: month, thresholds: [1, 25, 100]}
forecast: {model: pool, horizons: 1-12, draws: 500}
models: {xgboost: {rounds: 20, max_depth: 4}, pool: {members: [ewhistory, xgboost]}}
backtest: {origins: "2017-10..2020-10:12", horizons: 3-14, models: [pool], processes: 1}
"""
HOSTILE = (
    "-1", "2021-02-30", "9999-12", "0000-00", "1-999999999", "9" * 5000, "[" * 3000, "{a: " * 500,
    "!!int x", "!!python/name:os.system", "&a [*a]", "*a", "\0", r'"\0"', "~", "[]", "{}", "true",
    "no", ".inf", ".nan", "1e400", "0x1F", "1:30", "''", '"', "- a", "\t", "\u202e", "\ufeff",
    "é" * 300, "[[1]]", "{a: {b: c}}", "[/red]", "\x1b[31m", "1.5", "2**31", "4294967296", "%", "@",
    "x: y: z", "|", ">", "? a", "<<: {a: b}", "pol", "conflictolgy", "..", "/dev/zero", "1-",
)  # fmt: skip
FOREIGN = re.compile(
    r"pydantic|Input should|Extra inputs|validation error|Field required|type=|function-|lambda"
    r"|tagged-union|Settings\b|SourceEntry|SourceList|BaseModel|Traceback|Error\b|\[key\]"
)


def _some_line(text: str, chance: random.Random) -> tuple[list[str], int]:
    lines = text.splitlines()
    return lines, chance.randrange(len(lines))


def _other_value(text: str, chance: random.Random) -> str:
    spans = [match.span(1) for match in re.finditer(r"(?<=[:,\[]) ?([\w.\-/]+)", text)]
    start, end = chance.choice(spans or [(0, len(text))])
    return text[:start] + chance.choice(HOSTILE) + text[end:]


def _misspelt(text: str, chance: random.Random) -> str:
    spans = [match.span() for match in re.finditer(r"\w{3,}", text)]
    start, end = chance.choice(spans or [(0, len(text))])  # little may be left of it
    at = chance.randrange(start, end)
    return text[:at] + chance.choice("abcxyz_-. ") + text[at + chance.randrange(2) :]


def _twice(text: str, chance: random.Random) -> str:
    lines, at = _some_line(text, chance)
    return "\n".join([*lines[: at + 1], *lines[at:]])


def _gone(text: str, chance: random.Random) -> str:
    lines, at = _some_line(text, chance)
    return "\n".join([*lines[:at], *lines[at + 1 :]])


def _indented(text: str, chance: random.Random) -> str:
    lines, at = _some_line(text, chance)
    return "\n".join(
        [*lines[:at], chance.choice([" ", "  ", "\t", "- "]) + lines[at], *lines[at + 1 :]]
    )


def _letter(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + chance.choice("\0{}[]:,&*!|>'\"%@`#-?\n\t é\x85\u2028") + text[at + 1 :]


def _cut(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text))]


MUTATIONS: tuple[Callable[[str, random.Random], str], ...] = (
    _other_value, _other_value, _other_value, _misspelt, _misspelt, _twice, _gone, _indented,
    _letter, _cut,
)  # fmt: skip


def mutated(number: int) -> str:
    """The same number gives the same text."""
    chance = random.Random(number)
    texts = [EVERYTHING] * 5 + [path.read_text(encoding="utf-8") for path in SEEDS]
    text = chance.choice(texts)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        text = chance.choice(MUTATIONS)(text, chance) or "x"
    return text


def test_mutated_parameters_are_taken_or_refused_in_words(tmp_path: Path) -> None:
    check_names(load_params(None))  # libraries are loaded once, before the clock runs
    path = tmp_path / "params.yaml"
    refused = 0
    for number in range(NUMBER):
        path.write_bytes(mutated(number).encode("utf-8", "surrogatepass"))
        start = process_time()
        try:
            check_names(load_params(path))
        except RiskkitError as error:
            refused += 1
            told = str(error)
            words = re.sub(r"\(got .*?\)(?=;|$)", "", told)
            assert not FOREIGN.search(words), (number, told)
            assert told.isprintable(), (number, told)
        took = process_time() - start
        assert took < 1, f"mutation {number} took {took:.1f} s"
    assert refused > NUMBER / 4


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("forcast: {}", "there is no key 'forcast'; did you mean 'forecast'"),
        ("data: {sources: [{source: cru, pth: x}]}", "'data.sources.0.pth'; did you mean 'path'"),
        ("features: {families: [conflct]}", "no family 'conflct'; did you mean 'conflict'"),
        ("forecast: {model: xgbost}", "no model 'xgbost'; did you mean 'xgboost'"),
        ("backtest: {models: [zerro]}", "no model 'zerro'; did you mean 'zero'"),
        ("models: {pol: {}}", "no model 'pol'; did you mean 'pool'"),
        ("models: {xgboost: {max_dept: 3}}", "no setting 'max_dept'; did you mean 'max_depth'"),
        ("models: {xgboost: {rounds: -5}}", "models.xgboost.rounds is from 1 to 10,000"),
        ("models: {xgboost: {rounds: true}}", "models.xgboost.rounds takes a value like 60"),
        ("data: {sources: [{source: ucdp-gde, path: x}]}", "did you mean 'ucdp-ged'"),
        (
            "data: {sources: [{source: table, path: x, options: {lag_mnths: 1}}]}",
            "table x: there is no option 'lag_mnths'; did you mean 'lag_months'",
        ),
        ("models: {pool: {members: [[1]]}}", "models.pool.members takes a value like"),
        ("models: {pool: {options: 3}}", "models.pool.options takes a value like"),
        ("models: {pool: {options: {xgboost: 3}}}", "models.pool.options takes a value like"),
        ("seed: -1", "seed is at least 0"),
        ("seed: true", "seed: a number is needed"),
        ("panel: {as_of: 2021-02-30}", "panel.as_of: this month or day does not exist"),
        ("panel: {as_of: 9999-12}", "panel.as_of: no study reaches this month"),
        ("backtest: {origins: 0001-01..9999-12}", "backtest.origins: no study reaches"),
        ("forecast: {horizons: 1-9999}", "forecast.horizons: no forecast reaches that far"),
        ("forecast: {horizons: 1-999999999}", "forecast.horizons: these are not horizons"),
        ("forecast: {model: }", "forecast.model takes text and is empty"),
    ],
)
def test_near_misses_are_named(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(RiskkitError, match=re.escape(told)):
        check_names(load_params(path))
