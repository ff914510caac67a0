"""units/SDN.html: a page for each ranked unit, one screen and one printed sheet."""

from __future__ import annotations

from pathlib import Path

from riskkit.months import format_month
from riskkit.publish import Publication, _pages
from riskkit.publish._story import Story, Tables, stories

FOLDER = "units"
MOST = 400
"""Pages that are written, those of the highest units."""


def write(publication: Publication, tables: Tables, folder: Path) -> None:
    """Write the pages into the folder `units`.

    Args:
        publication: What they are about.
        tables: Its tables, by file name.
        folder: That of the publication.
    """
    pages = folder / FOLDER
    pages.mkdir()
    for story in stories(tables)[:MOST]:
        text = page(publication, story)
        (pages / f"{story.unit}.html").write_text(text, encoding="utf-8", newline="\n")


def page(publication: Publication, story: Story) -> str:
    """Compose the page of one unit."""
    first = publication.first
    return _pages.render(
        "unit.html.j2",
        story=story,
        simulated=publication.data_kind == "simulated",
        last_data=format_month(first.last_data),
        threshold=f"{first.threat.target.thresholds[1]:,}",
        counted=first.counted,
        title=first.threat.title,
        licence=publication.licence[0],
        outliers=publication.outliers.get(story.unit, ()),
    )
