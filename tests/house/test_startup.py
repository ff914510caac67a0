"""Nothing heavy is imported before it is needed, so that the command line answers at once."""

import subprocess
import sys

import pytest

HEAVY = {
    "country_converter", "dataframely", "fastexcel", "filelock", "httpx", "numpy", "pandas",
    "polars", "pydantic", "rich", "scipy", "sklearn", "stamina", "statsmodels", "xgboost", "yaml",
}  # fmt: skip
REPORT = "print(*sorted({name.partition('.')[0] for name in sys.modules}))"


def _loaded(code: str) -> set[str]:
    """Top-level names of the modules that a new Python has loaded after running code."""
    run = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\n{REPORT}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.splitlines()[-1].split())


def test_importing_riskkit_loads_nothing_heavy() -> None:
    loaded = _loaded("import riskkit")
    assert "riskkit" in loaded
    assert not loaded & (HEAVY | {"click"})


@pytest.mark.parametrize(
    "code",
    [
        "from riskkit.cli import riskkit; riskkit(['--version'], standalone_mode=False)",
        "from riskkit.cli._reference import commands_page; commands_page()",
    ],
    ids=["--version", "the help of every command"],
)
def test_asking_the_command_line_loads_nothing_heavy(code: str) -> None:
    loaded = _loaded(code)
    assert "click" in loaded
    assert not loaded & HEAVY


def test_a_mistyped_model_is_told_before_a_library_of_models_is_loaded() -> None:
    loaded = _loaded(
        "from riskkit.cli import main\n"
        "try:\n    main(['run', '--set', 'forecast.model=xgbost'])\n"
        "except SystemExit as end:\n    assert end.code == 1"
    )
    assert "riskkit" in loaded
    assert not loaded & {"pandas", "scipy", "sklearn", "statsmodels", "xgboost"}
