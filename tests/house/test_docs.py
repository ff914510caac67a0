"""The documentation is true: generated pages, links, parameter files and commands."""

import re
import shlex
from pathlib import Path

import click
import pytest

from riskkit.cli import riskkit
from riskkit.cli._reference import PAGES
from riskkit.config import load_params

ROOT = Path(__file__).parents[2]
FOLDERS = ("docs", "experiments", "features")
TEXTS = sorted([*ROOT.glob("*.md"), *(f for name in FOLDERS for f in (ROOT / name).rglob("*.md"))])
STUDIES = sorted([ROOT / "params.yaml", *(ROOT / "experiments").glob("*/params.yaml")])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
COMMAND = re.compile(r"^ *(?:\$ )?(riskkit [^#\n]+)", re.MULTILINE)


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _commands(path: Path) -> list[str]:
    """What a page tells people to type: the lines of its fenced blocks that call riskkit."""
    blocks = re.findall(r"^```(?:sh|bash|console)\n(.*?)^```", path.read_text("utf-8"), re.M | re.S)
    return [line for block in blocks for line in COMMAND.findall(block.replace("\\\n", " "))]


CASES = [
    pytest.param(line, id=f"{_relative(path)}: {line}")
    for path in TEXTS
    for line in _commands(path)
]


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_fresh(name: str) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), f"docs/{name} is stale: run `make docs`"


@pytest.mark.parametrize("path", TEXTS, ids=_relative)
def test_links_lead_somewhere(path: Path) -> None:
    links = LINK.findall(path.read_text(encoding="utf-8"))
    assert not [link for link in links if not (path.parent / link).exists()]


@pytest.mark.parametrize("path", STUDIES, ids=_relative)
def test_parameter_files_are_valid(path: Path) -> None:
    load_params(path)


@pytest.mark.parametrize("line", CASES)
def test_commands_exist_with_their_options(line: str) -> None:
    command, arguments = riskkit, shlex.split(line)[1:]
    while isinstance(command, click.Group):
        assert arguments, "names no command"
        found = command.get_command(click.Context(command), arguments.pop(0))
        assert found is not None, "names no command of riskkit"
        command = found
    whole = click.Context(riskkit, **riskkit.context_settings)
    command.make_context(line, arguments, parent=whole, resilient_parsing=True)
