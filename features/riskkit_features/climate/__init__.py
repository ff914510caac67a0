"""Climate: heat, drought, disasters, and who is exposed to them.

`family.md` tells what is measured, why, and what is known to be wrong with it.
"""

from riskkit.family import Family
from riskkit_features.climate.drought import drought
from riskkit_features.climate.exposure import exposure
from riskkit_features.climate.rain import rain
from riskkit_features.climate.temperature import temperature

FAMILY = Family(
    name="climate",
    title="Climate: heat, drought, disasters, exposure and vulnerability",
    features=(*temperature(), *rain(), *exposure(), *drought()),
)
