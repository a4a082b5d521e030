"""Files held against the JSON schema that goes with them: whether they fit, and if not, where and why."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import fastjsonschema


class Fault(NamedTuple):
    """Where something is wrong, as a path ($.values) and as its steps, and what."""

    path: str
    steps: tuple[str, ...]
    message: str


def fault(raw: Any, schema: Path) -> Fault | None:
    """What tells most about why `raw` does not fit the schema of a file; none where it fits.

    Whether it fits is asked of a small library; of jsonschema, which takes two seconds to import, only why.
    """
    told = schema.read_text("utf-8")
    try:
        _validator(told)(raw)
    except fastjsonschema.JsonSchemaException:
        import jsonschema

        checker = jsonschema.FormatChecker(("date",))
        validator = jsonschema.Draft202012Validator(json.loads(told), format_checker=checker)
        error = jsonschema.exceptions.best_match(validator.iter_errors(raw))
        if error is None:
            raise
        return Fault(error.json_path, tuple(map(str, error.absolute_path)), error.message)
    return None


@cache
def _validator(schema: str) -> Callable[[Any], Any]:
    found: Callable[[Any], Any] = fastjsonschema.compile(json.loads(schema), use_default=False)
    return found
