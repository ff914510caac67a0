"""Diplomacy: how a state is tied to others, who makes and keeps its peace, who takes part in it.

`family.md` tells what is measured, why, what is known to be wrong with it, and which themes of
diplomacy have no open table.
"""

from __future__ import annotations

from riskkit.family import Family
from riskkit_features.diplomacy.alliances import alliances
from riskkit_features.diplomacy.dialogue import dialogue
from riskkit_features.diplomacy.events import events
from riskkit_features.diplomacy.media import media
from riskkit_features.diplomacy.peace import peace
from riskkit_features.diplomacy.society import society
from riskkit_features.diplomacy.ties import ties

FAMILY = Family(
    name="diplomacy",
    title="Diplomacy: ties between states, peace processes and civil society",
    features=(
        *ties(),
        *alliances(),
        *peace(),
        *society(),
        *events(),
        *dialogue(),
        *media(),
    ),
)
