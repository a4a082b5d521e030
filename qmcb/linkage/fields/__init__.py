"""The kinds of field that a spec may name, each with its levels, keys and comparison."""

from collections.abc import Mapping

from qmcb.linkage.fields.base import Field
from qmcb.linkage.fields.code import CodeField, DigitsField, PhoneField, SexField
from qmcb.linkage.fields.date import DateField
from qmcb.linkage.fields.name import NameField
from qmcb.linkage.fields.number import NumberField
from qmcb.linkage.fields.region import RegionField
from qmcb.linkage.fields.words import WordsField

KINDS: Mapping[str, type[Field]] = {
    "resident_number": NumberField,
    "chinese_name": NameField,
    "date": DateField,
    "sex": SexField,
    "phone": PhoneField,
    "region": RegionField,
    "code": CodeField,
    "digits": DigitsField,
    "words": WordsField,
}
