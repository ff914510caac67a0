"""The register of strikes, whose layout is a table of units and months."""

from __future__ import annotations

from typing import ClassVar

from riskkit.sources.table import Table


class StrikeRegister(Table):
    """Reader of the register."""

    name: ClassVar[str] = "strike-register"
    title: ClassVar[str] = "Register of strikes"
