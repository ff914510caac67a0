"""A finished publication in the formats of others, one per file.

A format is a module with `SUMMARY`, what it writes (`IS_FOLDER`), `OPTIONS` that it takes beside
the publication, and `write(published, out, options)`; it is found by its place. None imports
another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from riskkit.atomic import atomic_file, atomic_folder, check_target, refusals
from riskkit.errors import RiskkitError, suggestion
from riskkit.exchange._published import Published

__all__ = ["Options", "Published", "export", "formats"]

MARKER = ".riskkit-export"
"""What an exported folder holds that may be replaced as a whole: the name of its format."""


@dataclass(frozen=True)
class Options:
    """What some formats take beside the publication.

    Attributes:
        bom: Begin CSV files with a byte-order mark, for spreadsheets that guess the encoding.
        team: Name of the team in a hub's file names.
        later: Folders of later publications, from which outcomes are read.
    """

    bom: bool = False
    team: str = "riskkit"
    later: tuple[Path, ...] = ()


def formats() -> dict[str, ModuleType]:
    """The formats by name, sorted."""
    names = sorted(one.name for one in iter_modules(__path__) if not one.name.startswith("_"))
    return {name: import_module(f"{__name__}.{name}") for name in names}


def export(name: str, folder: Path, out: Path, options: Options | None = None) -> Path:
    """Write a publication in another format, whole or not at all; the same bytes each time.

    Args:
        name: Name of the format.
        folder: Folder of the publication.
        out: File to write, or folder; either is replaced as a whole.
        options: What the format takes besides.

    Returns:
        `out`.

    Raises:
        RiskkitError: There is no such format or publication, the format does not take an option,
            or `out` cannot be written.
    """
    known, chosen = formats(), options or Options()
    if name not in known:
        meant = suggestion(name, known) or f"there are: {', '.join(known)}"
        raise RiskkitError("there is no such format to export", got=name, hint=meant)
    form = known[name]
    _refuse_others(name, form.OPTIONS, chosen, known)
    published = Published.open(folder)
    with refusals(out):
        if not form.IS_FOLDER:
            out.parent.mkdir(parents=True, exist_ok=True)
            with atomic_file(out) as fresh:
                form.write(published, fresh, chosen)
            return out
        check_target(out, MARKER)
        with atomic_folder(out, marker=MARKER) as fresh:
            form.write(published, fresh, chosen)
            (fresh / MARKER).write_text(f"{name}\n", encoding="utf-8")
    return out


def _refuse_others(
    name: str, takes: tuple[str, ...], chosen: Options, known: Mapping[str, ModuleType]
) -> None:
    for option in fields(Options):
        given = getattr(chosen, option.name) != option.default
        if given and option.name not in takes:
            others = [other for other, form in known.items() if option.name in form.OPTIONS]
            raise RiskkitError(
                f"the format {name} has no --{option.name}",
                hint=f"these have: {', '.join(others)}",
            )
