"""riskkit run: from data to a published ranking in one go."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._archive import archive_options, told_on_failure
from riskkit.cli._options import (
    PUBLISHED,
    engine_options,
    json_option,
    out_option,
    params_options,
    record_option,
    together_option,
)


@click.command(name="run")
@params_options
@out_option("publication", "Folder to publish in; it is replaced as a whole.", marker=PUBLISHED)
@record_option
@archive_options
@engine_options
@together_option
@json_option
def command(
    config: Path | None,
    settings: tuple[str, ...],
    out: Path,
    record: Path | None,
    archive: str | None,
    reason: str | None,
    refuse_worse: bool,
    scheduler: str | None,
    together: int | None,
    as_json: bool,
) -> None:
    """Forecast and publish: panel, features, fit, forecast, ranking.

    On a Dask cluster the features of a study by cell are built by its workers,
    which train together on more than --together rows.

    \b
    Examples:
      riskkit run
      riskkit run --config params.yaml --out publication
      riskkit run --set panel.as_of=2021-06 --set forecast.horizons=1-6
      riskkit run --archive archive
    """
    from riskkit.cli._progress import progress
    from riskkit.cli._summary import print_summary
    from riskkit.study.cluster import require_cells
    from riskkit.study.study import Study

    study = None
    with told_on_failure(archive, lambda: study):
        study = Study.open(
            config, settings, progress=progress, scheduler=scheduler, together=together
        )
        require_cells(study)
        with progress("riskkit run", 3) as advance:
            advance(f"read {len(study.releases)} source(s)")
            panel = study.panel
            advance(f"panel of {panel.n_units} units x {panel.n_months} months")
            width = len(study.cube.names) if study.by_cell else study.features.width - 2
            advance(f"{width} features")
        study.publish(out, record=record, archive=archive, reason=reason, refuse_worse=refuse_worse)
    print_summary(out, as_json=as_json, archive=archive)
