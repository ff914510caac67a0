"""riskkit forecast: fit and draw, without publishing."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import (
    RESULT,
    engine_options,
    features_option,
    json_option,
    out_option,
    params_options,
    together_option,
)
from riskkit.cli._output import echo, echo_json


@click.command(name="forecast")
@params_options
@click.option(
    "--live",
    type=click.Path(path_type=Path),
    help="Log training curves into this folder with DVCLive, of the extra `dvc`.",
)
@out_option(
    "forecast", "Folder for the draws, their explanation, the model and fan.csv.", marker=RESULT
)
@features_option
@engine_options
@together_option
@json_option
def command(
    config: Path | None,
    settings: tuple[str, ...],
    live: Path | None,
    out: Path,
    features: Path | None,
    scheduler: str | None,
    together: int | None,
    as_json: bool,
) -> None:
    """Fit the model as of the study's date and write its joint draws.

    On a Dask cluster the features of a study by cell are built by its workers,
    which train together on more than --together rows.

    \b
    Example:
      riskkit forecast --config params.yaml --out forecast
      riskkit publish --forecast forecast --out publication
    """
    from riskkit.cli._progress import progress
    from riskkit.months import format_month
    from riskkit.study.cluster import require_cells
    from riskkit.study.names import require_extra
    from riskkit.study.study import Study
    from riskkit.study.training import log_training

    if live is not None:
        require_extra("dvc", "--live")
    study = Study.open(
        config,
        settings,
        features=features,
        progress=progress,
        scheduler=scheduler,
        together=together,
    )
    require_cells(study)
    outlook = study.forecast(out)
    first = next(iter(outlook.threats.values()))
    if live is not None and first.model is not None:
        log_training(first.model, live)
    summary = [
        {
            "threat": name,
            "model": one.forecast.model,
            "target": one.forecast.target,
            "origin": format_month(one.forecast.origin),
            "units": len(one.forecast.units),
            "months": [format_month(month) for month in one.forecast.months],
            "draws": one.forecast.draws.shape[-1],
            "folder": str(out),
        }
        for name, one in outlook.threats.items()
    ]
    if as_json:
        echo_json(summary)
        return
    for row in summary:
        echo(
            f"{row['model']} forecast {row['target']} of {row['units']} units for "
            f"{row['months'][0]} to {row['months'][-1]} with {row['draws']} draws: {out}"
        )
