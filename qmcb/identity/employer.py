"""Employers' codes: the unified social credit code (GB 32100) and the organisation code inside it."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qmcb.codes import EMPLOYER_PROBLEM
from qmcb.identity import text
from qmcb.identity.text import Bytes

_ALPHABET = b"0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)], np.uint16)
_OLD_ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OLD_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], np.uint16)
_OLD_CHECKS = np.frombuffer(b"0X987654321", np.uint8)  # 11 − Σ mod 11, where 10 is X and 11 is 0
_NONE = 255

_PLACE = {problem: place for place, problem in enumerate(EMPLOYER_PROBLEM)}
_CERTAIN = _PLACE["lower_case"]  # the problems up to this one leave the code certain


def _values(alphabet: bytes) -> Bytes:
    """The value of each byte in an alphabet; 255 where it is not of it."""
    values = np.full(256, _NONE, np.uint8)
    values[np.frombuffer(alphabet, np.uint8)] = np.arange(len(alphabet))
    return values


_VALUES, _OLD_VALUES = _values(_ALPHABET), _values(_OLD_ALPHABET)


def _judge(content: Bytes) -> Bytes:
    """What is wrong with codes of 18 bytes (n, 18): the place of the problem in EMPLOYER_PROBLEM."""
    values = _VALUES[content]
    strange = (values == _NONE).any(axis=1) | (values[:, 2:8] > 9).any(axis=1)
    total = np.einsum("ij,j->i", values[:, :17], _WEIGHTS) + values[:, 17]
    verdict = np.where(total % 31 == 0, _PLACE["ok"], _PLACE["check"])
    return np.where(strange, _PLACE["characters"], verdict).astype(np.uint8)


def _judge_old(content: Bytes) -> Bytes:
    """The same for organisation codes of 9 bytes (n, 9): "organisation_code" where nothing is wrong."""
    values = _OLD_VALUES[content]
    strange = (values == _NONE).any(axis=1)
    fits = _OLD_CHECKS[np.einsum("ij,j->i", values[:, :8], _OLD_WEIGHTS) % 11] == content[:, 8]
    verdict = np.where(fits, _PLACE["organisation_code"], _PLACE["check"])
    return np.where(strange, _PLACE["characters"], verdict).astype(np.uint8)


def _tidy(given: pa.StringArray) -> tuple[pa.StringArray, Bytes]:
    """The slow way, for what is not right as it stands: tidied codes and their problems."""
    tidied = text.tidy(given)
    strange = text.mask(pc.match_substring_regex(tidied.codes, "[^0-9A-Z]"))
    problem = np.where(strange, _PLACE["characters"], _PLACE["length"]).astype(np.uint8)
    problem[~text.mask(pc.greater(pc.binary_length(tidied.codes), 0))] = _PLACE["absent"]
    whole, found = text.fixed(tidied.codes, 18)
    problem[whole] = _judge(found)
    right = problem == _PLACE["ok"]
    problem[right & tidied.lower] = _PLACE["lower_case"]
    problem[right & tidied.stray] = _PLACE["spaces"]
    problem[right & tidied.full_width] = _PLACE["full_width"]
    old, found = text.fixed(tidied.codes, 9)
    problem[old] = _judge_old(found)
    return tidied.codes, problem


def _clean(given: pa.StringArray) -> pa.Table:
    whole, found = text.fixed(given, 18)
    problem = np.full(len(given), _PLACE["length"], np.uint8)
    problem[whole] = _judge(found)
    rest = problem != _PLACE["ok"]
    tidied, problem[rest] = _tidy(given.filter(pa.array(rest)))
    uscc = pc.if_else(problem <= _CERTAIN, pc.replace_with_mask(given, pa.array(rest), tidied), None)
    names = pa.array(EMPLOYER_PROBLEM.keys(), pa.string())
    return pa.table({"uscc": uscc, "problem": names.take(pa.array(problem))})


def clean(codes: text.Strings) -> pa.Table:
    """Each employer's code as it certainly is, and what was wrong with it; a row out for each row in.

    Columns: uscc (18 characters; null where none is certain) and problem (EMPLOYER_PROBLEM). Of several
    repairs the most telling is named: full_width, then spaces, lower_case. A code is right when its
    characters are of the alphabet, digits where the region stands (3–8), and the check character fits
    (GB 32100); the organisation code within (9–17) is not held against its own check. Old organisation
    codes of 9 characters are recognised by theirs (GB 11714), but the code they became is not certain.
    """
    return pa.concat_tables([_clean(part) for part in text.parts(codes)])
