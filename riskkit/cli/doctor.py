"""riskkit doctor: is this installation able to work, and what do results stand on?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskkit.cli._options import json_option, params_options
from riskkit.cli._output import echo, echo_json, echo_wrapped

if TYPE_CHECKING:
    from riskkit.study.standing import Standing


@click.command(name="doctor")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@params_options
@json_option
def command(
    paths: tuple[Path, ...], config: Path | None, settings: tuple[str, ...], as_json: bool
) -> None:
    """Check Python, packages, parameters, plug-ins and stored data; exit 1 if one fails.

    With PATH, tell what a result stands on (a folder of features, of a backtest, of scores or of a
    forecast, a parquet file in one, or a publication), and how it differs from what the study at
    hand would make; exit 1 if one differs.

    \b
    Examples:
      riskkit doctor
      riskkit doctor work/features publication
    """
    whole = (
        _results(paths, config, settings, as_json) if paths else _checks(config, settings, as_json)
    )
    if not whole:
        click.get_current_context().exit(1)


def _checks(config: Path | None, settings: tuple[str, ...], as_json: bool) -> bool:
    from riskkit.study.checks import run_checks

    checks = run_checks(config, settings)
    if as_json:
        echo_json(checks)
    else:
        for check in checks:
            state = "ok  " if check["ok"] else "FAIL"
            echo_wrapped(f"{state} {check['check']}: {check['found']}", "     ")
    return all(check["ok"] for check in checks)


def _results(
    paths: tuple[Path, ...], config: Path | None, settings: tuple[str, ...], as_json: bool
) -> bool:
    from riskkit.study.standing import standing_of
    from riskkit.study.study import Study

    study = Study.open(config, settings)
    standings = [one for path in paths for one in standing_of(study, path)]
    if as_json:
        echo_json([_as_json(one) for one in standings])
    else:
        for one in standings:
            _print(one)
    return all(one.same for one in standings)


def _as_json(one: Standing) -> dict[str, Any]:
    return {
        "path": str(one.path),
        "stage": one.identity.stage,
        "same": one.same,
        "differences": list(one.differences),
        "stands_on": one.words(),
        "hash": one.identity.hash,
    }


def _print(one: Standing) -> None:
    state = "ok  " if one.same else "FAIL"
    echo_wrapped(f"{state} {one.path}: {one.identity.stage}", "     ")
    for part, told in one.words().items():
        echo_wrapped(f"     {part}: {told}", "       ")
    for difference in one.differences:
        echo_wrapped(f"     built from {difference}", "       ")
    if one.same:
        echo("     the same as this study makes")
