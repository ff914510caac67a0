"""What a result stands on, so that results of another study are recognised, in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import polars as pl

from riskkit.errors import RiskkitError
from riskkit.tables import Release

KEY = "riskkit"
"""Under which a parquet file's metadata hold the identity."""
VERSION = "1"
"""Of this record; another one is another schema."""
_DIGITS = 16
_NAMED = 3
_OBSERVATION_KEYS = ("unit", "month", "indicator", "known_from")
_DYAD_KEYS = ("unit", "other", "month", "relation", "known_from")


@dataclass(frozen=True)
class Identity:
    """Everything that a result stands on. Two results with equal identities are the same.

    Attributes:
        stage: What the result is, such as "features" or "forecast".
        data: Vintage and hash of the observation tables of each source that was read.
        units: Hash of the table of units.
        parameters: Values of the parameters that matter, by dotted key.
        code: Hash of each module that the stage imports.
        libraries: Versions of the libraries that can change numbers.
        schemas: Versions of the tables that are written.
        inputs: Hashes of the identities of results that went in.
    """

    stage: str
    data: Mapping[str, str] = field(default_factory=dict)
    units: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    code: Mapping[str, str] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)
    schemas: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """sha256 over the canonical JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Write the record in one way only: keys sorted, no blanks."""
        told = {"version": VERSION, **asdict(self)}
        return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str, where: str) -> Self:
        """Read what `to_json` wrote.

        Args:
            text: The record.
            where: The file, for the error.

        Raises:
            RiskkitError: It is no such record, or one of another version.
        """
        try:
            told = json.loads(text)
            version = told.pop("version")
            read = cls(**told)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise RiskkitError(
                f"{where} does not say what it stands on", hint="make it again with this riskkit"
            ) from error
        if version != VERSION:
            raise RiskkitError(
                f"{where} keeps its identity in version {version}, this riskkit in {VERSION}",
                hint="make it again with this riskkit",
            )
        return read

    def differences(self, now: Identity) -> list[str]:
        """Say in words how this, of something made earlier, differs from what holds now."""
        then, current = (_as_read(one.parameters) for one in (self, now))
        return [
            *_words("data", self.data, now.data, _data_words),
            *(["other units"] if self.units != now.units else []),
            *_words("parameters", then, current, _value_words),
            *_words("code", self.code, now.code, _code_words),
            *_words("libraries", self.libraries, now.libraries, _value_words),
            *_words("table layouts", self.schemas, now.schemas, _value_words),
            *_words("earlier results", self.inputs, now.inputs, _code_words),
        ]


def refuse_other(made: Identity, now: Identity, where: str, remedy: str) -> None:
    """Refuse a result that stands on something else than the study at hand.

    Args:
        made: The identity that the result carries.
        now: The identity that it would have if it were made now.
        where: The result, such as "the forecast in work/forecast".
        remedy: The command that makes it again.

    Raises:
        RiskkitError: They differ; the text says in which part.
    """
    if made.hash == now.hash:
        return
    told = "; ".join(made.differences(now)) or "it is another kind of result"
    raise RiskkitError(f"{where} is of another study: {told}", hint=f"run `{remedy}`")


def _as_read(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Parameters as JSON gives them back: a tuple is a list there."""
    read: Mapping[str, Any] = json.loads(json.dumps(parameters))
    return read


def _words(part: str, made: Mapping[str, Any], now: Mapping[str, Any], tell: Any) -> list[str]:
    changed = sorted(k for k in made.keys() | now.keys() if made.get(k) != now.get(k))
    if not changed:
        return []
    shown = [tell(key, made, now) for key in changed[:_NAMED]]
    rest = len(changed) - _NAMED
    more = f" and {rest} more" if rest > 0 else ""
    return [f"other {part} ({', '.join(shown)}{more})"]


def _value_words(key: str, made: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if key not in made:
        return f"without {key}={_shown(now[key])}"
    if key not in now:
        return f"{key}={_shown(made[key])}, which is not set"
    return f"{key} was {_shown(made[key])}, is {_shown(now[key])}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _data_words(key: str, made: Mapping[str, str], now: Mapping[str, str]) -> str:
    if key not in made:
        return f"without {key}"
    if key not in now:
        return f"with {key}"
    then, current = made[key].partition(":")[0], now[key].partition(":")[0]
    return f"{key} of {then}, not {current}" if then != current else f"{key} has other values"


def _code_words(key: str, made: Mapping[str, str], now: Mapping[str, str]) -> str:
    if key not in made:
        return f"{key} is new"
    return f"{key} is gone" if key not in now else f"{key} changed"


def hash_of(value: Any) -> str:
    """Hash plain values over their canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def hash_frame(frame: pl.DataFrame, keys: Sequence[str]) -> str:
    """Hash the content of a table, whatever the order of its rows.

    Args:
        frame: Columns of text, numbers and dates.
        keys: Columns that put the rows in order.
    """
    digest = hashlib.sha256()
    ordered = _sorted(frame, [*keys, *sorted(set(frame.columns).difference(keys))])
    for name in sorted(frame.columns):
        series = ordered[name]
        digest.update(f"{name}:{series.dtype}:{len(series)}:{series.null_count()}".encode())
        digest.update(_bytes(series))
    return digest.hexdigest()[:_DIGITS]


def _sorted(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Sort rows by columns; text as whole numbers in its order, which is faster."""
    text = [name for name, kind in frame.schema.items() if kind == pl.String]
    orders = {name: pl.Enum(frame[name].drop_nulls().unique().sort()) for name in text}
    numbered = frame.with_columns(pl.col(name).cast(orders[name]) for name in text)
    return numbered.sort(columns).with_columns(pl.col(text).cast(pl.String))


def _bytes(series: pl.Series) -> bytes:
    known = series.is_not_null().to_numpy().tobytes()
    if series.dtype == pl.String:
        text = series.fill_null("")
        run = text.rle_id()
        starts = text.filter(run.diff().fill_null(1) > 0)
        quoted = starts.replace_strict({one: json.dumps(one) for one in starts.unique()})
        listed = quoted.cast(pl.String).str.join(", ").item()
        return known + f"[{listed}]".encode() + run.to_numpy().tobytes()
    return known + series.to_physical().fill_null(0).to_numpy().tobytes()


def vintages(releases: Iterable[Release]) -> tuple[tuple[str, str], ...]:
    """Name each release by its source, with its vintage and a hash of all that it says.

    Returns:
        Pairs such as ("ucdp-ged", "2024-12:5f0c..."), in the order of the releases.
    """
    told: list[tuple[str, str]] = []
    for release in releases:
        declared = [*release.indicators, *release.relations]
        sources = [i.source for i in release.indicators] + [r.source for r in release.relations]
        source = sources[0] if sources else "unnamed"
        same = sum(name.partition(" (")[0] == source for name, _ in told)
        content = [hash_frame(release.observations, _OBSERVATION_KEYS)]
        content += [] if release.dyads is None else [hash_frame(release.dyads, _DYAD_KEYS)]
        content += [repr(one) for one in declared] + [repr(release.covered_units)]
        name = f"{source} ({same + 1})" if same else source
        told.append((name, f"{release.covers[1]:%Y-%m}:{hash_of(content)}"))
    return tuple(told)
