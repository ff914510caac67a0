"""Codes and invented names of the simulated countries and regions; none is a real place."""

from __future__ import annotations

from itertools import product
from string import ascii_uppercase

# Codes of the user-assigned range with a meaning in real data: XKX and XKO (Kosovo), disputed
# places and dependencies in gazetteers, and issuers of machine-readable travel documents.
_IN_USE = """
    XAC XAD XAZ XBA XBI XBK XCA XCC XCE XCL XCO XCR XCS XCT XCY XDC XEC XES XEU XGL XGZ XHO XIM
    XJA XJN XJU XJV XKM XKN XKO XKR XKS XKV XKX XMP XMW XNC XNV XOM XPI XPL XPO XPR XQP XQZ XRK
    XSP XSV XTR XWB XWK XXA XXB XXC XXD XXX
"""
CODES_IN_USE = frozenset(_IN_USE.split())

REGIONS = (
    "Vorrhaven",
    "Lake Lands",
    "Ostermarch",
    "Sunward Coast",
    "Thessaline",
    "Greywater",
    "Calder Basin",
    "High Dunes",
    "Mirrowmere",
    "Farrow Isles",
)

_COUNTRIES = """
    Danquor Kraedor Tathovar Folvesh Nimbreth Bruskmar Istrenor Sarvith Eldimar Lurquara
    Amberath Halvessia Pulmark Delmland Kredrador Telvessa Fonthua Nolvessa Budrasia Jarvonia
    Saskador Elquand Maldrune Anthoria Hambith Quaravia Dernesh Krilvique Tervovar Furvenna
    Nonthenor Buskovar Jaxovar Selquara Embara Maskenor Arquenor Hastrune Quazelle Dilvovar
    Krindua Thaldune Galdoria Nordrune Caerdun Jildaya Shambavia Endovia Mathovar Ashvelle
    Helmovar Quelvaya Dolvania Kroskmark Thelvara Gaskeon Nuldium Calvenor Jorveth Sharvonia
    Esterune Melmith Astrune Herquon Quiskia Draethora Krumbavia Thilvane Gesmark Obrevia
    Carvonia Jundrea Shervuna Faldith Merquand Balquor Hestuna Quombara Dragovia Kuldium
    Tolquara Gildaya Ondessa Casquera Junthenor Shilvique Farveth Mildovar Barneon Hivelle
    Raskovia Dralvmark Kymbria Tornessa Golmelle Orvalis Ceskelle Jurvassa Silvessa Felmesh
    Milvessa Belvarra Holdrenia Relquor Drandua Laldavia Trelmeon Gralvua Ostrenia Cildador
    Kaldovia Skeldor Fendaya Morvenna Bethunia Hovarra Reskeon Drithuna Lanthmark Troskmar
    Grendessa Pardovia Cogresh Kelvarra Sodrith Ferdenor Moxenor Birvique Huldesh Rindovar
    Drorelle Leldith Tulvenia Grimbos Pelmora Corvalis Keldrune Sombreth Flardune Naldessa
    Brathmark Hurdelle Rolvania Drovenor Lerdeon Ulvessia Grisuna Peldrune Courvea Kestiva
    Starvique Flathith Narvune Bregelle Ildovar Rousteth Drudravia Leskique Umbreth Groldium
    Pilvenna Culmuna Kithelle Stelquor Flegith Nelmavia Brisavia Imbreth Ruldador Dunmeria
    Lindovar Valquora Grumith Podrenor Curvessa Konthora Stolvaya Fliskeon Nerdovar Broldeth
    Ingvessa Ruskenna Durnmark Lolvenia Vestrune Gulenor Polquana Dalmeth Korvessa Tarquenna
    Flornelle Neskora Brulmea Irmunda Saldrune Eastrune Lumbeth Aldovar Gurdovar Porvelle
"""
COUNTRIES = tuple(_COUNTRIES.split())


def codes(n: int) -> tuple[str, ...]:
    """Take the first n free codes of the ISO 3166 user-assigned range XAA to XZZ.

    >>> codes(4)
    ('XAA', 'XAB', 'XAE', 'XAF')
    """
    letters = product(ascii_uppercase, repeat=2)
    free = (code for a, b in letters if (code := f"X{a}{b}") not in CODES_IN_USE)
    return tuple(next(free) for _ in range(n))
