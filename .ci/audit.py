"""Audit the server's pinned packages for known vulnerabilities.

Exit 1 on a finding. Where the advisory database cannot be reached, or does not know the
packages (a mirror without advisories), that is said aloud and the exit is 0: a check that
depends on somebody else's server must not stop work, and must not look like a pass either.
"""

import json
import subprocess
import sys
from typing import Any

#: Only what is shipped: a finding in a test tool is no risk to a branch.
AUDIT = (
    "-m pip_audit --requirement requirements.txt --no-deps --disable-pip"
    " --progress-spinner off --timeout 5 --format json"
)

#: What pip-audit's error output holds when the network or the service failed, not the packages.
UNREACHABLE = ("requests.exceptions.", "ConnectionError", "ServiceError")


def main() -> int:
    """Return the exit status: 1 when something is known against a package."""
    run = subprocess.run(
        [sys.executable, *AUDIT.split()], capture_output=True, text=True, check=False
    )
    try:
        packages = json.loads(run.stdout)["dependencies"]
    except json.JSONDecodeError:
        return _without_answer(run.stderr)
    return _report(packages)


def _without_answer(errors: str) -> int:
    reason = errors.strip().splitlines()[-1] if errors.strip() else "no output"
    if any(sign in errors for sign in UNREACHABLE):
        print(f"Audit: NOT DONE, the advisory database cannot be reached ({reason[:120]})")
        return 0
    print(errors, file=sys.stderr)
    return 1


def _report(packages: list[dict[str, Any]]) -> int:
    findings = [
        f"{package['name']} {package['version']}: {fault['id']}, "
        f"fixed in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for package in packages
        for fault in package.get("vulns", ())
    ]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    for finding in findings:
        print(f"Audit: {finding}")
    if unknown:
        print(
            f"Audit: NOT DONE for {len(unknown)} of {len(packages)} packages, "
            "the advisory database reached from here does not have them"
        )
    if not findings and len(packages) > len(unknown):
        print(f"Audit: nothing known against {len(packages) - len(unknown)} packages")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
