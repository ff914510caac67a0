"""The files that a new study begins with."""

from __future__ import annotations

import re
from pathlib import Path

from riskkit.atomic import write_text
from riskkit.errors import ConfigError

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

_README = """\
# {title}

## Question
What is to be found out, in one sentence that a figure can answer?

## Method
- **Target**, **windows** and **data**: [params.yaml](params.yaml). Name the windows that serve for
  choosing, and those that are for reporting only.
- **Compared**: the models of `backtest.models`, with skill relative to `backtest.reference`.

From the project's root:

```sh
dvc repro experiments/{slug}/dvc.yaml
```

## Result
[metrics.json](metrics.json) holds the scores of `forecast.model`; the whole comparison:

```sh
riskkit leaderboard work/{slug}
```

## Limits
What the figures cannot tell.
"""

_PARAMS = """\
# {title}; docs/configuration.md lists every key.
data:
  kind: world
  world: {{countries: 60, months: 300}}

features:
  families: [conflict]

target:
  indicator: ged_sb

forecast:
  model: ewhistory
  draws: 200

backtest:
  models: [ewhistory, conflictology]
  reference: conflictology
"""

_PIPELINE = """\
# dvc repro experiments/{slug}/dvc.yaml
stages:
  backtest:
    wdir: ../..
    cmd: >-
      riskkit backtest --config experiments/{slug}/params.yaml --out work/{slug}
      --metrics experiments/{slug}/metrics.json
    deps:
      - experiments/{slug}/params.yaml
      - features/riskkit_features
      - riskkit/__init__.py
      - riskkit/atomic.py
      - riskkit/base
      - riskkit/config.py
      - riskkit/errors.py
      - riskkit/family
      - riskkit/files.py
      - riskkit/forecasting
      - riskkit/models
      - riskkit/months.py
      - riskkit/panel
      - riskkit/reading
      - riskkit/refusals.py
      - riskkit/registry.py
      - riskkit/scoring
      - riskkit/sources
      - riskkit/store
      - riskkit/study
      - riskkit/tables.py
      - riskkit/threats.yaml
      - riskkit/units
      - riskkit/world
      - riskkit/yaml_text.py
    outs:
      - work/{slug}/leaderboard.csv:
          cache: false
      - work/{slug}/scores.parquet:
          cache: false
      # Small, and kept in git with the study; it stays when a run fails.
      - experiments/{slug}/metrics.json:
          cache: false
          persist: true
"""


def write_skeleton(home: Path, slug: str) -> Path:
    """Write README.md, params.yaml and dvc.yaml of a new study.

    Args:
        home: Folder of the studies.
        slug: Name of the study: small letters and digits, with hyphens in between.

    Returns:
        The study's folder.

    Raises:
        ConfigError: The slug is no such name, or there is a study of that name.
    """
    if not _SLUG.fullmatch(slug):
        raise ConfigError(
            "an experiment's name is made of small letters and digits, with hyphens in between",
            got=slug,
            hint="for instance rainfall-lags",
        )
    folder = home / slug
    if folder.exists():
        raise ConfigError(f"there is {folder} already", hint="choose another name")
    title = slug.replace("-", " ").capitalize()
    texts = {"README.md": _README, "params.yaml": _PARAMS, "dvc.yaml": _PIPELINE}
    for name, text in texts.items():
        write_text(folder / name, text.format(slug=slug, title=title))
    return folder
