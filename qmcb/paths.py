"""Where the workbench lies on disk, so that a notebook finds it from any folder."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
PARAMS = ROOT / "params"
POLICY = PARAMS / "policy"
SCHEMES = PARAMS / "schemes"
ASSESSMENT = PARAMS / "assessment"
FRONTIER = PARAMS / "frontier"
SOURCES = PARAMS / "sources"
PENSION = PARAMS / "pension"
OUTLOOK = PARAMS / "outlook"
BEHAVIOUR = PARAMS / "behaviour"
REFERENCE = ROOT / "data" / "reference"


def resolve(path: str | Path) -> Path:
    """`path` itself where it is absolute or stands in the current folder, else below the root."""
    given = Path(path).expanduser()
    return given if given.is_absolute() or given.exists() else ROOT / given
