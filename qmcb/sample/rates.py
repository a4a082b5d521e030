"""How often things go wrong or happen twice in the synthetic province; every value is assumed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rates:
    """Shares between 0 and 1.

    Damage rates hold for each copy of an identity that could be damaged so: `number_fifteen` for births
    before 2000, `number_lower_x` for numbers that end in X, `name_separator` and `name_rare` for names
    that have one. Public security suffers none of the damage to numbers and births, and of the damage
    to names the share `public_security`. Of the registry's residents some have their hukou wrong, and the
    residence, or employer, that they had before they changed it.
    """

    number_digit: float = 0.006
    number_swapped: float = 0.005
    number_fifteen: float = 0.008
    number_spreadsheet: float = 0.006
    number_absent: float = 0.008
    number_lower_x: float = 0.15
    number_full_width: float = 0.002
    number_spaces: float = 0.004
    number_of_another: float = 0.002
    name_homophone: float = 0.006
    name_look_alike: float = 0.004
    name_separator: float = 0.30
    name_rare: float = 0.35
    birth_swapped: float = 0.003
    birth_absent: float = 0.01
    sex_absent: float = 0.01
    phone_absent: float = 0.10
    phone_changed: float = 0.06
    public_security: float = 0.02

    residents_twice: float = 0.0005
    second_identity: float = 0.006
    incomers: float = 0.04
    strangers: float = 0.05
    twins: float = 0.003
    phone_shared: float = 0.05
    minority: float = 0.012
    rare_character: float = 0.008

    enrolled_twice: float = 0.07
    drawn_twice: float = 0.02
    employed_while_unemployed: float = 0.015
    drawn_under_age: float = 0.012
    unemployed_while_retired: float = 0.006
    unemployed_after_death: float = 0.3
    several_employers: float = 0.01
    hidden_staff: float = 0.04
    registry_old_hukou: float = 0.004
    registry_old_residence: float = 0.2
    registry_old_employer: float = 0.2
    broken_rows: float = 0.001


ASSUMED = Rates()
