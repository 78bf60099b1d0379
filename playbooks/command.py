"""``check-playbooks [DIR]``: every fault of a directory of playbooks, with file and line."""

import sys
from pathlib import Path

from playbooks.load import LIBRARY, check


def main(argv: list[str]) -> int:
    """0 when all is well, 1 with faults, 2 when there is no such directory."""
    directory = Path(argv[0]) if argv else LIBRARY
    if not directory.is_dir():
        sys.stderr.write(f"not a directory: {directory}\n")
        return 2
    faults = check(directory)
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    if not faults:
        sys.stdout.write(f"{directory}: no faults\n")
    return 1 if faults else 0
