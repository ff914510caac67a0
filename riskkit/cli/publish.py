"""riskkit publish: turn a forecast into a ranking."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import PUBLISHED, json_option, out_option, params_options, record_option


@click.command(name="publish")
@click.option(
    "--forecast",
    "folder",
    type=click.Path(path_type=Path),
    default="forecast",
    show_default=True,
    help="Folder that `riskkit forecast` wrote.",
)
@params_options
@out_option("publication", "Folder to publish in; it is replaced as a whole.", marker=PUBLISHED)
@record_option
@json_option
def command(
    folder: Path,
    config: Path | None,
    settings: tuple[str, ...],
    out: Path,
    record: Path | None,
    as_json: bool,
) -> None:
    """Publish a forecast: ranking.csv and everything that stands beside it.

    \b
    Example:
      riskkit publish --forecast forecast --out publication
    """
    from riskkit.cli._progress import progress
    from riskkit.cli._summary import print_summary
    from riskkit.study.study import Study

    Study.open(config, settings, progress=progress).publish(out, folder, record)
    print_summary(out, as_json=as_json)
