"""YAML files as people write them, read without guessing: no key twice, and a date stays text."""

from pathlib import Path
from typing import Any

import yaml

from qmcb.errors import InputError


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {  # noqa: RUF012 (PyYAML's own class attribute)
        first: [(tag, form) for tag, form in forms if not tag.endswith(":timestamp")]
        for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            text = str(key.value)
            if text in seen:
                raise yaml.MarkedYAMLError(problem=f"key {text} twice", problem_mark=key.start_mark)
            seen.add(text)
        return super().construct_mapping(node, deep)


def read(file: Path, name: str) -> Any:
    """What the file holds; raises `InputError` with `name` and line where it is not YAML in UTF-8."""
    try:
        return yaml.load(file.read_text("utf-8"), _Loader)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise _broken(f"{name}{line}", str(error.problem)) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _broken(name, "not YAML in UTF-8") from error


def _broken(where: str, found: str) -> InputError:
    return InputError(f"one YAML document in {where}", found, "correct the file")
