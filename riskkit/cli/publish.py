"""riskkit publish: turn a forecast into a ranking."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._archive import archive_options, told_on_failure
from riskkit.cli._options import (
    PUBLISHED,
    Place,
    json_option,
    out_option,
    params_options,
    record_option,
)


@click.command(name="publish")
@click.option(
    "--forecast",
    "folder",
    type=Place(),
    default="forecast",
    show_default=True,
    help="Folder that `riskkit forecast` wrote, or its address.",
)
@params_options
@out_option("publication", "Folder to publish in; it is replaced as a whole.", marker=PUBLISHED)
@record_option
@archive_options
@json_option
def command(
    folder: Path,
    config: Path | None,
    settings: tuple[str, ...],
    out: Path,
    record: Path | None,
    archive: str | None,
    reason: str | None,
    refuse_worse: bool,
    as_json: bool,
) -> None:
    """Publish a forecast: ranking.csv and everything that stands beside it.

    \b
    Examples:
      riskkit publish --forecast forecast --out publication
      riskkit publish --forecast forecast --archive archive --reason 'corrected figures'
    """
    from riskkit.cli._progress import progress
    from riskkit.cli._summary import print_summary
    from riskkit.study.study import Study

    study = None
    with told_on_failure(archive, lambda: study):
        study = Study.open(config, settings, progress=progress)
        study.publish(
            out, folder, record, archive=archive, reason=reason, refuse_worse=refuse_worse
        )
    print_summary(out, as_json=as_json, archive=archive)
