"""riskkit forecast: fit and draw, without publishing."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import features_option, json_option, out_option, params_options


@click.command(name="forecast")
@params_options
@click.option(
    "--live",
    type=click.Path(path_type=Path),
    help="Log training curves into this folder with DVCLive, of the extra `dvc`.",
)
@out_option("forecast", "Folder for the draws, their explanation, the model and fan.csv.")
@features_option
@json_option
def command(
    config: Path | None,
    settings: tuple[str, ...],
    live: Path | None,
    out: Path,
    features: Path | None,
    as_json: bool,
) -> None:
    """Fit the model as of the study's date and write its joint draws.

    \b
    Example:
      riskkit forecast --config params.yaml --out forecast
      riskkit publish --forecast forecast --out publication
    """
    from riskkit.cli._options import echo_json
    from riskkit.months import format_month
    from riskkit.study import open_study
    from riskkit.study.publishing import fit_study, write_fitted
    from riskkit.study.training import log_training

    study = open_study(config, settings, features)
    fitted = fit_study(study)
    write_fitted(study, fitted, out)
    if live is not None:
        log_training(fitted.model, live)
    forecast = fitted.result.forecast
    summary = {
        "model": forecast.model,
        "target": forecast.target,
        "origin": format_month(forecast.origin),
        "units": len(forecast.units),
        "months": [format_month(month) for month in forecast.months],
        "draws": forecast.draws.shape[-1],
        "folder": str(out),
    }
    if as_json:
        echo_json(summary)
    else:
        click.echo(
            f"{summary['model']} forecast {summary['target']} of {summary['units']} units for "
            f"{summary['months'][0]} to {summary['months'][-1]} with {summary['draws']} draws: "
            f"{out}"
        )
