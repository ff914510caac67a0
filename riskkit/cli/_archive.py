"""What commands that publish say and do about an archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

import click

from riskkit.errors import RiskkitError

if TYPE_CHECKING:
    from riskkit.study.study import Study

Command = TypeVar("Command", bound=Callable[..., Any])


def archive_options(command: Command) -> Command:
    """Add --archive, --reason and --refuse-worse."""
    command = click.option(
        "--refuse-worse",
        is_flag=True,
        help="Publish nothing, and exit 1, if the models did worse than conflictology or zero in "
        "the last graded windows.",
    )(command)
    command = click.option(
        "--reason",
        help="Why a month that the archive holds is published again: a revision.",
    )(command)
    return click.option(
        "--archive",
        metavar="FOLDER_OR_ADDRESS",
        help="Also keep it, dated and never overwritten: a folder, or s3://bucket/folder and "
        "whatever else fsspec reaches.",
    )(command)


@contextmanager
def told_on_failure(archive: str | None, study: Callable[[], Study | None]) -> Iterator[None]:
    """Write into the archive's status.json why nothing was published.

    Args:
        archive: The archive; None for none.
        study: Gives the study, if it could be opened.
    """
    try:
        yield
    except Exception as error:
        if archive is not None:
            with suppress(RiskkitError):
                _tell(archive, study(), error)
        raise


def _tell(archive: str, study: Study | None, error: Exception) -> None:
    from riskkit.archive import ERROR, NO_DATA, Archive

    word = ERROR if study is None or _has_data(study) else NO_DATA
    what = str(error) if isinstance(error, RiskkitError) else type(error).__name__
    Archive(archive).failed(word, what)


def _has_data(study: Study) -> bool:
    """Whether there is any threat to forecast."""
    from riskkit.study.forecasting import can_forecast

    try:
        return can_forecast(study)
    except RiskkitError:
        return False
