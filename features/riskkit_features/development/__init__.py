"""Development: wealth, people, institutions and resources, which change slowly.

An indicator has two names here where tables of real data and the simulated world name it apart.
`family.md` tells what is measured, why, and what is known to be wrong with it.
"""

from riskkit.family import Family
from riskkit_features.development.economy import economy
from riskkit_features.development.institutions import institutions
from riskkit_features.development.people import people

FAMILY = Family(
    name="development",
    title="Development: economy, people, institutions",
    features=(*economy(), *people(), *institutions()),
)
