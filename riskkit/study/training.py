"""Training curves, logged with DVCLive."""

from __future__ import annotations

import logging
from pathlib import Path

from riskkit.errors import RiskkitError
from riskkit.models import Model


def log_training(model: Model, folder: Path) -> None:
    """Log the loss of every round of training.

    Nothing but the losses goes into the folder, so that the same model gives the same files.

    Args:
        model: A fitted model.
        folder: Where DVCLive writes `metrics.json` and `plots/metrics/train/*.tsv`.

    Raises:
        RiskkitError: DVCLive is not installed.
    """
    try:
        from dvclive.live import Live
    except ImportError as error:
        raise RiskkitError(
            "training curves need DVCLive", hint="pip install 'riskkit[dvc]'"
        ) from error
    logging.getLogger("dvclive").setLevel(logging.ERROR)
    curves = {part: losses for part, losses in model.training_losses().items() if losses}
    with Live(str(folder), dvcyaml=False, save_dvc_exp=False) as live:
        for step in range(max(map(len, curves.values()), default=0)):
            for part, losses in curves.items():
                if step < len(losses):
                    live.log_metric(f"train/{part}", losses[step])
            live.next_step()
