"""riskkit verify: is a publication or an archive what it says it is, and how did it turn out?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskkit.cli._options import PUBLISHED, json_option, params_options
from riskkit.cli._output import echo, echo_json

if TYPE_CHECKING:
    from riskkit.study.verifying import Verdict


@click.command(name="verify")
@click.argument("folder", metavar="[PUBLICATION_OR_ARCHIVE]", default="publication")
@click.option(
    "--outcomes",
    is_flag=True,
    help="Grade every archived publication whose window has come true, and add it to the ledger.",
)
@click.option(
    "--rebuild",
    is_flag=True,
    help="Make the publication again from its identity, and compare it bit for bit.",
)
@params_options
@json_option
def command(
    folder: str,
    outcomes: bool,
    rebuild: bool,
    config: Path | None,
    settings: tuple[str, ...],
    as_json: bool,
) -> None:
    """Check that files are what was published; of an archive also its ledger; exit 1 if not.

    Of a publication, every file is compared with its hash and its schema. Of an archive, every
    publication, the files of outcomes and the chain of the ledger, and it is said whether the
    newest publication is fresh, late, or missing for want of data or an error.

    \b
    Examples:
      riskkit verify publication
      riskkit verify archive
      riskkit verify archive --outcomes
      riskkit verify archive/2025-06 --rebuild
    """
    published = (Path(folder) / PUBLISHED).is_file()
    if rebuild and not published:
        raise click.UsageError("--rebuild wants the folder of one publication")
    if outcomes and published:
        raise click.UsageError("--outcomes wants an archive, not one publication")
    if rebuild:
        told = _rebuilt(Path(folder), config, settings)
    elif published or not _is_archive(folder):
        told = _publication(Path(folder))
    else:
        told = _archive(folder, outcomes, config, settings)
    if as_json:
        echo_json({key: value for key, value in told.items() if key != "lines"})
    else:
        for line in (*told["lines"], *told["findings"]):
            echo(line)
    if not told["ok"]:
        click.get_current_context().exit(1)


def _is_archive(folder: str) -> bool:
    from riskkit.archive import Archive

    archive = Archive(folder)
    return archive.place.read("index.json") is not None or bool(archive.names())


def _told(folder: str, findings: list[str], lines: list[str], **more: Any) -> dict[str, Any]:
    return {"folder": folder, "ok": not findings, "findings": findings, **more, "lines": lines}


def _publication(folder: Path) -> dict[str, Any]:
    from riskkit.publish import verify

    findings = verify(folder)
    whole = f"{folder}: every file matches its hash and its schema"
    return _told(str(folder), findings, [] if findings else [whole])


def _rebuilt(folder: Path, config: Path | None, settings: tuple[str, ...]) -> dict[str, Any]:
    from riskkit.cli._progress import progress
    from riskkit.study.rebuilding import rebuild
    from riskkit.study.study import Study

    made = rebuild(Study.open(config, settings, progress=progress), folder)
    findings = [f"{folder} cannot be made again, not at hand: {text}" for text in made.missing]
    findings += [f"{name} came out otherwise" for name in made.differing]
    same = f"{folder}: made again, all {made.files} files are the same bit for bit"
    return _told(str(folder), findings, [] if findings else [same], files=made.files)


def _archive(
    folder: str, outcomes: bool, config: Path | None, settings: tuple[str, ...]
) -> dict[str, Any]:
    from riskkit.archive import Archive
    from riskkit.archive.ledger import read

    archive = Archive(folder)
    verdicts = _graded(folder, config, settings) if outcomes else []
    findings, status = archive.findings(), archive.status()
    names = archive.names()
    due = f"; newer figures are due {status['next_due']}" if status["next_due"] else ""
    lines = [
        f"{folder}: {len(names)} publication(s), the newest {names[-1] if names else 'none'}",
        f"status: {status['status']}, {status['message'] or status['meaning']}{due}",
    ]
    if not findings:
        table = read(archive.ledger())
        lines.append(f"every file is what was archived; the ledger's {table.height} lines hold")
        lines += _record(table)
    states = [vars(one) for one in verdicts]
    if outcomes:
        from riskkit.study.verifying import summary

        lines += list(summary(verdicts))
    return _told(folder, findings, lines, status=status, verdicts=states)


def _graded(folder: str, config: Path | None, settings: tuple[str, ...]) -> list[Verdict]:
    from riskkit.cli._progress import progress
    from riskkit.study.study import Study

    return Study.open(config, settings, progress=progress).verify(folder)


def _record(table: Any) -> list[str]:
    """How the graded publications turned out, and their mean where there are enough."""
    from riskkit.publish._record import FEWEST_PUBLICATIONS, LIVE, means, windows
    from riskkit.study.inspection import in_columns

    graded = table.filter(state="graded")
    lines: list[str] = []
    cells = [["publication", "kind", "top ten", "order", "CRPS", "skill over conflictology"]]
    for kind in (LIVE, "replayed"):
        for one in windows(graded, kind):
            crps = one["crps"]
            skill = [crps[f"skill_conflictology{end}"] for end in ("", "_low", "_high")]
            told = "" if None in skill else "{:+.2f} [{:+.2f}, {:+.2f}]".format(*skill)
            top, order = one["top_10"]["value"], one["spearman"]["value"]
            about = [one["publication"], kind, f"{top:.1f}", f"{order:.2f}"]
            cells.append([*about, f"{crps['value']:.3f}", told])
    if len(cells) > 1:
        lines += in_columns(cells)
        for row in means(graded, LIVE):
            lines.append(f"mean {row['rule']} of {row['windows']}: {row['value']:.3f}")
        if not means(graded, LIVE):
            lines.append(f"no average: fewer than {FEWEST_PUBLICATIONS} live ones are graded")
    return lines
