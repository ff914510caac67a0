"""Features and families: what may be computed from a panel, declared once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl
from polars.exceptions import PolarsError

from riskkit.errors import RiskkitError
from riskkit.family.together import compute
from riskkit.family.transforms import POSITION
from riskkit.panel import Panel
from riskkit.panel.networks import NETWORK, network_column, relations_among
from riskkit.tables import Indicator

KEYS = ("unit", "month")
Sign = Literal["+", "-", "?"]


@dataclass(frozen=True)
class Feature:
    """One column of a family.

    Attributes:
        name: Column name; starts with the family's indicator or theme.
        expr: Backward-looking expression over panel columns (see `riskkit.family.transforms`).
        unit: Unit of measurement of the result.
        inputs: Indicators that the expression reads.
        description: One phrase for people who read a driver list.
        sign: Expected sign of the association with later violence.
        spatial: True when other units' values enter, as those of partners in a network do.
        against: Of the inputs, those that are measured against a reference period or fitted to one;
            which period that is, the data say.
    """

    name: str
    expr: pl.Expr
    unit: str
    inputs: tuple[str, ...]
    description: str
    sign: Sign = "?"
    spatial: bool = False
    against: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "spatial", self.spatial or bool(self.relations))

    @property
    def relations(self) -> tuple[str, ...]:
        """Relations over which the expression looks at partners, sorted."""
        return relations_among(self.expr.meta.root_names())

    @property
    def reach(self) -> int:
        """Steps from partner to partner that the expression may look: lags over networks in it."""
        names = self.expr.meta.root_names()
        return sum(name.startswith(network_column("")) for name in names)


@dataclass(frozen=True)
class Family:
    """A named set of features that are built together.

    Attributes:
        name: Registry name and name of the parquet file.
        title: A few words for people.
        features: The declared columns, in order.
    """

    name: str
    title: str
    features: tuple[Feature, ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        """Indicators that the features read, sorted."""
        return tuple(sorted({name for feature in self.features for name in feature.inputs}))

    @property
    def relations(self) -> tuple[str, ...]:
        """Relations that the features look over, sorted."""
        return tuple(sorted({name for feature in self.features for name in feature.relations}))

    @property
    def reach(self) -> int:
        """Steps from partner to partner that a feature may look, one lag within another."""
        return max((feature.reach for feature in self.features), default=0)

    def build(self, panel: Panel) -> pl.DataFrame:
        """Compute the features: one row per panel row, columns `unit, month, <features>`.

        An indicator or a relation that the panel does not carry is missing everywhere: its
        features are null, not zero and not absent. So is one that its publisher computes anew each
        year, unless the panel shows those: what it says of the past was not known then.

        Raises:
            RiskkitError: Two features have one name, or an expression cannot be computed.
        """
        if twice := sorted(_repeated(feature.name for feature in self.features)):
            raise RiskkitError(f"family '{self.name}' declares a feature twice", got=twice)
        absent = [name for name in self.inputs if panel.hides(name)]
        frame = panel.frame.lazy().with_columns(
            (pl.int_range(pl.len(), dtype=pl.Int32) % panel.n_months).alias(POSITION),
            *(pl.lit(None, dtype=pl.Float64).alias(name) for name in absent),
            *(_network(panel, relation) for relation in self.relations),
        )
        try:
            return compute(frame, {feature.name: feature.expr for feature in self.features}, panel)
        except PolarsError as error:
            raise RiskkitError(
                f"family '{self.name}' cannot be computed: {str(error).partition(';')[0]}",
                hint="riskkit.testing has the checks that find the feature; --debug tells more",
            ) from error


def _network(panel: Panel, relation: str) -> pl.Expr:
    network = panel.networks.get(relation)
    column = pl.lit(None, dtype=NETWORK) if network is None else pl.lit(network)
    return column.alias(network_column(relation))


def join_families(frames: Sequence[pl.DataFrame], panel: pl.DataFrame) -> pl.DataFrame:
    """Put the features of several families side by side.

    Args:
        frames: The features of each family; none where a study has no indicator that a family
            reads, as one of an outcome alone.
        panel: The panel they were built on, for its units and months.

    Raises:
        RiskkitError: Two families share a feature name, or were built on another panel.
    """
    keys = panel.select(KEYS)
    for frame in frames:
        if not frame.select(KEYS).equals(keys):
            raise RiskkitError("feature families were built on different panels", hint="rebuild")
    columns = [column for frame in frames for column in frame.columns if column not in KEYS]
    twice = sorted(_repeated(columns))
    if twice:
        raise RiskkitError("two families declare the same feature", got=twice)
    return pl.concat([keys, *(f.drop(KEYS) for f in frames)], how="horizontal")


def _repeated(names: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    return {name for name in names if name in seen or seen.add(name)}  # type: ignore[func-returns-value]


def references(
    families: Iterable[Family], indicators: Iterable[Indicator]
) -> dict[tuple[int, int], list[str]]:
    """Find the features that are measured against a reference period.

    Args:
        families: The families of a study.
        indicators: What its data declare.

    Returns:
        First and last year of each period -> names of features, sorted.
    """
    periods = {i.name: i.reference for i in indicators if i.reference is not None}
    found: dict[tuple[int, int], set[str]] = {}
    for feature in (feature for family in families for feature in family.features):
        for period in {periods[name] for name in feature.against if name in periods}:
            found.setdefault(period, set()).add(feature.name)
    return {period: sorted(names) for period, names in sorted(found.items())}
