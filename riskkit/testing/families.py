"""Checks that every feature family passes, built in or plugged in.

Each check takes a `Family`, builds it on made-up panels that carry all its indicators and
relations (see `riskkit.testing.panels`), and raises AssertionError with the broken promise. A
plug-in's tests:

    @pytest.mark.parametrize("check", FAMILY_CHECKS, ids=lambda check: check.__name__)
    def test_contract(check):
        check(FAMILY)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import combinations
from typing import get_args

import polars as pl

from riskkit.family import KEYS, Family, Sign
from riskkit.family.transforms import POSITION
from riskkit.months import first_day, format_month, month_id
from riskkit.panel import Panel
from riskkit.panel.networks import network_column
from riskkit.tables import Release
from riskkit.testing.panels import (
    TEMPERS,
    cut,
    in_time,
    made_up_panel,
    made_up_releases,
    scrambled,
    shuffled,
)

_CUTS = tuple(month_id(month) for month in ("2003-11", "2007-06", "2012-12"))
_SERVICE_COLUMNS = {*KEYS, POSITION}


def check_declarations(family: Family) -> None:
    """Names, units and phrases are there, and the declared inputs are what is read."""
    _require(bool(family.features), f"the family {family.name!r} has no features")
    names = [feature.name for feature in family.features]
    _require(len(set(names)) == len(names), "two features have the same name")
    for feature in family.features:
        odd = not re.fullmatch(r"[a-z][a-z0-9_]*", feature.name)
        _require(not odd, f"odd name {feature.name!r}")
        _require(bool(feature.unit), f"{feature.name} has no unit")
        sign = feature.sign
        _require(sign in get_args(Sign), f"{feature.name}: {sign!r} is none of + - ?")
        strange = set(feature.against) - set(feature.inputs)
        _require(
            not strange, f"{feature.name} is measured against what it does not read: {strange}"
        )
        phrase = feature.description
        _require(bool(phrase) and phrase[-1] != ".", f"{feature.name}: {phrase!r} is no phrase")
        networks = {network_column(relation) for relation in feature.relations}
        read = set(feature.expr.meta.root_names()) - _SERVICE_COLUMNS - networks
        if networks or not feature.spatial:
            undeclared = f"{feature.name} declares {feature.inputs} and reads {sorted(read)}"
            _require(read == set(feature.inputs), undeclared)


def check_columns(family: Family) -> None:
    """The built columns are the declared ones, in order and as Float32, one row per key."""
    panel = _panel(family)
    built = family.build(panel)
    wanted = [*KEYS, *(feature.name for feature in family.features)]
    _require(built.columns == wanted, f"built {built.columns} instead of {wanted}")
    types = set(built.schema.dtypes()[len(KEYS) :])
    _require(types == {pl.Float32()}, f"the columns are {types}, not Float32")
    _require(built.select(KEYS).equals(panel.frame.select(KEYS)), "the rows are not the panel's")


def check_values_are_finite(family: Family) -> None:
    """No value is infinite or NaN; what is unknown is null. No feature is null everywhere."""
    for turn in range(len(TEMPERS)):
        built = family.build(_panel(family, turn))
        for feature in family.features:
            values = built[feature.name].drop_nulls()
            _require(bool(values.is_finite().all()), f"{feature.name} is not finite")
            _require(bool(len(values)), f"{feature.name} is missing everywhere")


def check_order_is_irrelevant(family: Family) -> None:
    """The order of the releases and of their observations and dyads does not matter."""
    for turn in range(len(TEMPERS)):
        releases = _releases(family, turn)
        moved = [shuffled(release) for release in reversed(releases)]
        _require_equal(
            family.build(made_up_panel(moved)),
            family.build(_panel(family, turn)),
            "other values when the observations come in another order",
        )


def check_no_leakage(family: Family, every: bool = False) -> None:
    """What was published after the panel's date changes nothing, nor do later months before t.

    At several t, and with every indicator as a census, a late monthly and a yearly figure, every
    relation as a yearly, a late monthly and a constant one. First, all that is later is scrambled,
    or cut off, and the panel as of t stays as it was. Then the features of a panel that ends later
    and is exact at t, because nothing came late, are up to t those of the panel as of t, whatever
    the later months hold.

    Args:
        family: The family.
        every: Look at every t in every turn, which takes three times as long, instead of at
            another t in each.
    """
    for turn in range(len(TEMPERS)):
        releases = _releases(family, turn)
        cuts = _CUTS if every else (_CUTS[turn],)
        for month in cuts:
            _check_publications(family, releases, month)
        prompt = [in_time(release) for release in releases]
        panel = made_up_panel(prompt)
        built = family.build(panel)
        for month in cuts:
            _require(panel.exact_at(month), "releases without anything late give no exact panel")
            before = built.filter(pl.col("month") <= first_day(month))
            _check_months(family, prompt, month, before)


def _check_publications(family: Family, releases: Sequence[Release], month: int) -> None:
    built = family.build(made_up_panel(releases, month))
    told = f"other values up to {format_month(month)}"
    lies = [scrambled(release, month) for release in releases]
    lied = family.build(made_up_panel(lies, month))
    _require_equal(lied, built, f"{told} when later publications change")
    then = [cut(release, month) for release in releases]
    known = family.build(made_up_panel(then, month))
    _require_equal(known, built, f"{told} when built with what was known then")


def _check_months(
    family: Family, releases: Sequence[Release], month: int, before: pl.DataFrame
) -> None:
    told = f"other values up to {format_month(month)}"
    lies = [in_time(scrambled(release, month)) for release in releases]
    lied = family.build(made_up_panel(lies)).filter(pl.col("month") <= first_day(month))
    _require_equal(lied, before, f"{told} when later observations change")
    asked = family.build(made_up_panel(releases, month))
    _require_equal(asked, before, f"{told} in a panel that ends there")


def check_units_stand_alone(family: Family) -> None:
    """A panel without one country gives the others the same values, unless declared spatial."""
    own = [*KEYS, *(feature.name for feature in family.features if not feature.spatial)]
    for turn in range(len(TEMPERS)):
        releases = _releases(family, turn)
        built = family.build(_panel(family, turn)).select(own)
        for unit in ("XAA", "XAD"):
            others = pl.col("unit") != unit
            alone = family.build(made_up_panel(releases, left_out=unit)).select(own)
            _require_equal(alone, built.filter(others), f"other values elsewhere without {unit}")


def check_missing_indicators(family: Family) -> None:
    """A panel without the family's indicators gives missing values, not zeros and no error.

    So does one without its relations, for the features that look over them.
    """
    bare = family.build(made_up_panel(made_up_releases(["unrelated"], relations=family.relations)))
    apart = family.build(made_up_panel(made_up_releases(_inputs(family))))
    for feature in family.features:
        without = f"{feature.name} has values without its"
        _require(not (feature.inputs and _known(bare, feature.name)), f"{without} indicators")
        _require(not (feature.relations and _known(apart, feature.name)), f"{without} relations")


FAMILY_CHECKS: tuple[Callable[[Family], None], ...] = (
    check_declarations,
    check_columns,
    check_values_are_finite,
    check_order_is_irrelevant,
    check_no_leakage,
    check_units_stand_alone,
    check_missing_indicators,
)


def check_distinct_names(families: Iterable[Family]) -> None:
    """No two families share the name of a feature."""
    for one, other in combinations(families, 2):
        shared = {f.name for f in one.features} & {f.name for f in other.features}
        _require(not shared, f"{one.name} and {other.name} both have {sorted(shared)}")


def _releases(family: Family, turn: int = 0) -> tuple[Release, ...]:
    return _made_up(_inputs(family), turn, tuple(family.relations))


def _panel(family: Family, turn: int = 0) -> Panel:
    return _made_up_panel(_inputs(family), turn, tuple(family.relations))


@cache
def _made_up(inputs: tuple[str, ...], turn: int, relations: tuple[str, ...]) -> tuple[Release, ...]:
    """Made once for all checks of a family."""
    return tuple(made_up_releases(inputs, turn, relations=relations))


@cache
def _made_up_panel(inputs: tuple[str, ...], turn: int, relations: tuple[str, ...]) -> Panel:
    return made_up_panel(_made_up(inputs, turn, relations))


def _inputs(family: Family) -> tuple[str, ...]:
    return family.inputs or ("unrelated",)


def _known(built: pl.DataFrame, name: str) -> int:
    return len(built) - built[name].null_count()


def _require_equal(got: pl.DataFrame, wanted: pl.DataFrame, what: str) -> None:
    differing = [name for name in wanted.columns if not got[name].equals(wanted[name])]
    _require(not differing, f"{what}: {', '.join(differing)}")


def _require(holds: bool, promise: str) -> None:
    if not holds:
        raise AssertionError(promise)
