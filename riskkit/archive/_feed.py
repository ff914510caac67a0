"""feed.xml: an Atom feed (RFC 4287) with an entry for each publication, the newest first."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

_ATOM = "http://www.w3.org/2005/Atom"
_NEVER = "1970-01-01T00:00:00Z"


def feed(entries: Sequence[Mapping[str, Any]]) -> bytes:
    """Write the feed; its addresses are relative to where it stands.

    Args:
        entries: Publications, the newest last.
    """
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed")
    _add(root, "title", "Ranked risk of countries")
    _add(root, "id", _urn(entries[0]["sha256"] + " feed" if entries else "empty feed"))
    _add(root, "updated", entries[-1]["archived"] if entries else _NEVER)
    _add(root, "link", rel="self", href="feed.xml")
    ET.SubElement(_add(root, "author"), f"{{{_ATOM}}}name").text = "riskkit"
    for one in sorted(entries, key=lambda one: one["archived"], reverse=True):
        entry = _add(root, "entry")
        _add(entry, "title", one["title"])
        _add(entry, "id", _urn(f"{one['folder']} {one['sha256']}"))
        _add(entry, "updated", one["archived"])
        _add(entry, "link", rel="alternate", type="text/html", href=f"{one['folder']}/report.html")
        _add(entry, "summary", _summary(one))
    text = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return bytes(text) + b"\n"


def _summary(one: Mapping[str, Any]) -> str:
    told = f"{one['units']} units, as of {one['as_of']}, {one['data_kind']} data."
    if one["revises"]:
        return f"{told} Revises {one['revises']}: {one['reason']}"
    return told


def _add(parent: ET.Element, name: str, text: str | None = None, **about: str) -> ET.Element:
    made = ET.SubElement(parent, f"{{{_ATOM}}}{name}", about)
    made.text = text
    return made


def _urn(text: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"riskkit:{text}").urn
