"""``python -m backend COMMAND``. Each command loads only what it needs: ``verify`` no server."""

import sys
from importlib import import_module

COMMANDS = {
    "serve": ("backend.cli", "serve"),
    "demo": ("backend.cli", "demo"),
    "create-admin": ("backend.cli", "create_admin"),
    "rebuild": ("backend.cli", "rebuild"),
    "import-calendar": ("backend.cli", "take_calendar"),
    "verify": ("backend.verify", "main"),
    "check-playbooks": ("playbooks.command", "main"),
}


def main(argv: list[str]) -> int:
    """Run the named command; its exit code."""
    if not argv or argv[0] not in COMMANDS:
        sys.stderr.write(f"usage: python -m backend {{{','.join(COMMANDS)}}} ...\n")
        return 2
    module, function = COMMANDS[argv[0]]
    code: int = getattr(import_module(module), function)(argv[1:])
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
