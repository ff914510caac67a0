"""riskkit run: from data to a published ranking in one go."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import PUBLISHED, json_option, out_option, params_options, record_option


@click.command(name="run")
@params_options
@out_option("publication", "Folder to publish in; it is replaced as a whole.", marker=PUBLISHED)
@record_option
@json_option
def command(
    config: Path | None, settings: tuple[str, ...], out: Path, record: Path, as_json: bool
) -> None:
    """Forecast and publish: panel, features, fit, forecast, ranking.

    \b
    Examples:
      riskkit run
      riskkit run --config params.yaml --out publication
      riskkit run --set panel.as_of=2021-06 --set forecast.horizons=1-6
    """
    from riskkit.cli._progress import progress
    from riskkit.cli._summary import print_summary
    from riskkit.study import open_study
    from riskkit.study.publishing import fit_study, publish_study

    study = open_study(config, settings)
    with progress("riskkit run", 5) as advance:
        releases = study.releases
        advance(f"read {len(releases)} source(s)")
        panel = study.panel
        advance(f"panel of {panel.n_units} units x {panel.n_months} months")
        features = study.features
        advance(f"{features.width - 2} features")
        result = fit_study(study).result
        advance(f"forecast by {result.forecast.model}")
        publish_study(study, result, out, record)
        advance(f"published in {out}")
    print_summary(out, as_json=as_json)
