"""Codes of the Correlates of War system, which several publishers use."""

_EXTINCT = "row of a state that ended before 1946, which no unit continues"
COW_LEFT_OUT = {
    # United Provinces of Central America, Great Colombia; Hanover to Mecklenburg-Schwerin;
    # Austria-Hungary; Two Sicilies, Modena, Tuscany, Parma; Transvaal, Orange Free State; Korea.
    **dict.fromkeys(("89", "99", "240", "245", "267", "269", "271", "273", "275", "280"), _EXTINCT),
    **dict.fromkeys(("300", "329", "332", "335", "337", "563", "564", "730"), _EXTINCT),
    "511": "row of Zanzibar, which is part of TZA",
}
"""Codes of the Correlates of War system that stand for no unit -> why."""
