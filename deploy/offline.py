"""A folder from which the workbench is installed without a network: the locked wheels of each platform.

`python deploy/offline.py FOLDER [PLATFORM ...]` downloads, with the hashes of requirements.lock held against
each file, the wheels for the Python that runs it, and writes an `install` script beside them. Platforms:
linux-x86_64 (also Kylin and UOS), linux-aarch64, windows.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
# What a marker asks of each platform, and the wheels that run there: glibc 2.17 to 2.28 (Kylin V10, UOS 20).
_GLIBC = (28, 27, 24, 17)
_LINUX = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
_WINDOWS = {
    "sys_platform": "win32",
    "platform_system": "Windows",
    "os_name": "nt",
    "platform_machine": "AMD64",
}
PLATFORMS = {
    **{
        f"linux-{machine}": (
            _LINUX | {"platform_machine": machine},
            [*(f"manylinux_2_{minor}_{machine}" for minor in _GLIBC), f"manylinux2014_{machine}"],
        )
        for machine in ("x86_64", "aarch64")
    },
    "windows": (_WINDOWS, ["win_amd64"]),
}
_PYTHON = {"python_version": VERSION, "python_full_version": f"{VERSION}.0", "implementation_name": "cpython"}
_INSTALL = """\
{comment} Run in the project: installs it into .venv from the wheels beside this file, without a network.
{python} -m venv .venv
{bin}python -m pip install --no-index --find-links "{here}wheels" --require-hashes -r "{here}requirements.txt"
{bin}python -m pip install --no-index --no-deps --no-build-isolation -e .
"""


def locked(environment: dict[str, str]) -> Iterator[str]:
    """The lines of the lock, each with its hashes, of what is needed in an environment; without markers."""
    for block in (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", " ").splitlines():
        if block.strip() and not block.lstrip().startswith("#"):
            told, *hashes = block.split(" --hash=")
            need = Requirement(told.strip())
            if need.marker is None or need.marker.evaluate(environment | _PYTHON | {"extra": ""}):
                yield " --hash=".join([f"{need.name}{need.specifier}", *(one.strip() for one in hashes)])


def build(folder: Path, platform: str) -> None:
    """Fill `folder`/`platform`; what was there before is replaced when everything has come."""
    environment, tags = PLATFORMS[platform]
    draft = folder / f".{platform}"
    shutil.rmtree(draft, ignore_errors=True)
    (draft / "wheels").mkdir(parents=True)
    (draft / "requirements.txt").write_text("\n".join(locked(environment)) + "\n", "utf-8")
    chosen = [option for tag in tags for option in ("--platform", tag)]
    subprocess.run(
        [
            sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
            "--only-binary", ":all:", "--python-version", VERSION, "--implementation", "cp", *chosen,
            "--require-hashes", "--requirement", draft / "requirements.txt", "--dest", draft / "wheels",
        ],
        check=True,
    )  # fmt: skip
    windows = platform == "windows"
    (draft / ("install.bat" if windows else "install.sh")).write_text(
        _INSTALL.format(
            comment="rem" if windows else "#",
            python="py -" + VERSION if windows else "python" + VERSION,
            bin=".venv\\Scripts\\" if windows else ".venv/bin/",
            here="%~dp0" if windows else '$(dirname "$0")/',
        ),
        "utf-8",
        newline="\r\n" if windows else "\n",
    )
    shutil.rmtree(folder / platform, ignore_errors=True)
    draft.rename(folder / platform)


def main() -> int:
    options = argparse.ArgumentParser(description="a folder of wheels to install from without a network")
    options.add_argument("folder", type=Path)
    options.add_argument("platforms", nargs="*", metavar="PLATFORM", help=", ".join(PLATFORMS))
    asked = options.parse_args()
    if unknown := set(asked.platforms) - set(PLATFORMS):
        print(
            f"offline: expected platforms {', '.join(PLATFORMS)}; found {', '.join(sorted(unknown))}",
            file=sys.stderr,
        )
        return 2
    for platform in asked.platforms or PLATFORMS:
        try:
            build(asked.folder, platform)
        except subprocess.CalledProcessError:
            print(
                f"offline: expected a wheel of everything for {platform}; found none of the above; "
                "see the lock",
                file=sys.stderr,
            )
            return 1
        count = len(list((asked.folder / platform / "wheels").iterdir()))
        print(f"{platform}: {count} wheels in {asked.folder / platform}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
