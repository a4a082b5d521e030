"""What is the same for every chunk of the province."""

from dataclasses import dataclass

from qmcb.sample.calibration import Places
from qmcb.sample.clock import Clock
from qmcb.sample.employers import Employers
from qmcb.sample.rates import Rates


@dataclass(frozen=True)
class World:
    """Places, period, employers and rates."""

    places: Places
    clock: Clock
    employers: Employers
    rates: Rates
