"""When the months of an indicator come out, as its declaration says."""

from __future__ import annotations

from riskkit.months import month_id
from riskkit.tables import Indicator

_YEAR = 12


def comes_out(indicator: Indicator, last: int) -> int:
    """Month id at whose end a period is out at the latest.

    Args:
        indicator: The declaration.
        last: Month id of the period's last month.

    >>> deaths = Indicator("deaths", "deaths", "made-up", lag_months=2)
    >>> comes_out(deaths, 500)
    502
    >>> ged = Indicator("ged", "deaths", "made-up", yearly_release=6)
    >>> comes_out(ged, 493), comes_out(ged, 504)  # January and December 2021: June 2022
    (510, 510)
    """
    if not _by_year(indicator, last):
        return last + indicator.lag_months
    return (last - 1) // _YEAR * _YEAR + _YEAR + _release_month(indicator)


def newest_out(indicator: Indicator, as_of: int) -> int:
    """Month id of the last month that is out at the end of another.

    >>> ged = Indicator("ged", "deaths", "made-up", yearly_release=6)
    >>> newest_out(ged, 509), newest_out(ged, 510)  # May and June 2022: 2020, then 2021
    (492, 504)
    """
    alone = as_of - indicator.lag_months
    if not _by_year(indicator, alone):
        return alone
    return (as_of - _release_month(indicator)) // _YEAR * _YEAR


def lag_as_of(indicator: Indicator, as_of: int) -> int:
    """Months by which a panel as of a date shifts a monthly indicator.

    Row t holds month t - lag, so that the last row holds the newest month that is out. It is the
    publication lag; where the months of a year come out together, it grows between two releases.

    >>> ged = Indicator("ged", "deaths", "made-up", yearly_release=6)
    >>> lag_as_of(ged, 510), lag_as_of(ged, 514)  # June and October 2022
    (6, 10)
    """
    return as_of - newest_out(indicator, as_of)


def _by_year(indicator: Indicator, month: int) -> bool:
    """Whether a month comes out together with its year."""
    if indicator.frequency != "month" or indicator.yearly_release is None:
        return False
    return indicator.monthly_from is None or month < month_id(indicator.monthly_from)


def _release_month(indicator: Indicator) -> int:
    return indicator.yearly_release or _YEAR
