"""A synthetic province of any size, written in bounded memory with the truth beside it."""

import hashlib
import shutil
from pathlib import Path

import numpy as np

from qmcb.errors import InputError
from qmcb.sample import accounts, calibration, chunk, employers, readme
from qmcb.sample.clock import Clock
from qmcb.sample.files import Files
from qmcb.sample.numbers import Registrar
from qmcb.sample.rates import ASSUMED, Rates
from qmcb.sample.world import World

_CHUNK = 200_000
_FEWEST, _MOST = 500, 20_000_000


def make(
    folder: Path, *, people: int = 20_000, seed: int = 1, period: str = "2024-06", rates: Rates = ASSUMED
) -> None:
    """Write the sample province to `folder`; it appears whole or not at all.

    `people` are the residents with hukou. An earlier sample is replaced; any other folder with something
    in it, an impossible period or number of people is refused by InputError.
    """
    folder, clock = folder.resolve(), Clock.at(period)
    if not _FEWEST <= people <= _MOST:
        raise InputError(f"{_FEWEST:,} to {_MOST:,} people", f"{people:,}", "ask for as many")
    if seed < 0:
        raise InputError("a seed of 0 or more", str(seed), "choose another")
    _refuse_other(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging, before = (folder.with_name(f".{folder.name}.{state}") for state in ("staging", "before"))
    shutil.rmtree(staging, ignore_errors=True)
    try:
        _write(staging, people, seed, clock, rates)
        (staging / "README.md").write_text(readme.text(people, seed, period, rates), encoding="utf-8")
        (staging / "case.key").write_text(hashlib.sha256(f"qmcb sample {seed}".encode()).hexdigest() + "\n")
        if folder.exists():
            folder.rename(before)
        staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        shutil.rmtree(before, ignore_errors=True)


def _refuse_other(folder: Path) -> None:
    sample = (folder / "case.key").is_file() and (folder / "truth").is_dir()
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not sample):
        raise InputError("a new folder or an earlier sample", str(folder), "choose another folder")


def _write(folder: Path, people: int, seed: int, clock: Clock, rates: Rates) -> None:
    first, *rest = np.random.SeedSequence(seed).spawn(1 + -(-people // _CHUNK))
    rng, places = np.random.default_rng(first), calibration.places()
    world = World(places, clock, employers.draw(rng, places, clock, people), rates)
    registrar = Registrar(places.codes)
    with Files(folder, rates.broken_rows) as files:
        files.write("employers", employers.columns(rng, world.employers, clock))
        fund = accounts.columns(rng, clock)
        files.write("fund_accounts", fund)
        files.write("budget_changes", accounts.changes(rng, fund))
        person = 0
        for number, sequence in enumerate(rest):
            residents = min(_CHUNK, people - number * _CHUNK)
            person += chunk.write(np.random.default_rng(sequence), files, world, registrar, person, residents)
        files.append("truth/employers", employers.truth(world.employers))
