"""riskkit features: what the models see."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import echo_json, json_option, out_option, params_options


@click.group(name="features")
def command() -> None:
    """List, describe and build feature families."""


@command.command(name="list")
@json_option
def list_families(as_json: bool) -> None:
    """List the installed families.

    \b
    Example:
      riskkit features list
    """
    from riskkit.registry import families

    rows = [
        {
            "family": name,
            "title": family.title,
            "features": len(family.features),
            "inputs": list(family.inputs),
        }
        for name, family in families().items()
    ]
    if as_json:
        echo_json(rows)
        return
    for row in rows:
        click.echo(f"{row['family']}: {row['title']}, {row['features']} features")


@command.command(name="show")
@click.argument("family")
@json_option
def show(family: str, as_json: bool) -> None:
    """Show what each feature of a family is.

    \b
    Example:
      riskkit features show conflict
    """
    from riskkit.cli._inspect import feature_rows
    from riskkit.registry import families, lookup

    rows = feature_rows(lookup("family", families(), family))
    if as_json:
        echo_json(rows)
        return
    for row in rows:
        click.echo(f"{row['feature']} [{row['unit']}] ({row['sign']}) {row['description']}")


@command.command(name="build")
@click.argument("names", nargs=-1, metavar="[FAMILY]...")
@params_options
@out_option("features", "Folder for one parquet file per family.")
@json_option
def build(
    names: tuple[str, ...],
    config: Path | None,
    settings: tuple[str, ...],
    out: Path,
    as_json: bool,
) -> None:
    """Build families and write one file each: unit, month and the features.

    \b
    Examples:
      riskkit features build --out features
      riskkit features build conflict --set panel.as_of=2015-06 --out features
    """
    from riskkit.atomic import atomic_file
    from riskkit.cli._inspect import missing_shares
    from riskkit.cli._progress import progress
    from riskkit.cli._study import open_study

    chosen = [f"features.families=[{', '.join(names)}]"] if names else []
    study = open_study(config, (*settings, *chosen))
    families, panel = study.families, study.panel
    summary = []
    with progress("features", len(families)) as advance:
        for family in families:
            frame = family.build(panel)
            path = out / f"{family.name}.parquet"
            with atomic_file(path) as partial:
                frame.write_parquet(partial)
            summary.append(
                {
                    "family": family.name,
                    "file": str(path),
                    "rows": frame.height,
                    "features": frame.width - 2,
                    "missing": missing_shares(frame),
                }
            )
            advance(family.name)
    if as_json:
        echo_json(summary)
        return
    for row in summary:
        click.echo(f"{row['file']}: {row['features']} features, {row['rows']:,} rows")
