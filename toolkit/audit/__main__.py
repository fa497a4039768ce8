"""Audit the wheels named on the command line (the image build's smoke test)."""

import argparse
import sys
from pathlib import Path

from toolkit.audit.wheel import audit_wheel, line, require_sound
from toolkit.errors import Spec14Error


def main() -> int:
    """Print a line for each sound wheel; end at the first that is not."""
    parser = argparse.ArgumentParser(prog="python -m toolkit.audit")
    parser.add_argument("--runtime", type=Path, required=True)
    parser.add_argument("wheels", type=Path, nargs="+")
    options = parser.parse_args()
    try:
        for wheel in options.wheels:
            audit = audit_wheel(wheel, options.runtime)
            for one in audit.warnings:
                print(line(one, wheel))
            require_sound(audit)
            print(f"{wheel.name}: {len(audit.modules)} modules, sound")
    except Spec14Error as error:
        # toolkit.host, which prints errors, is not there yet when the image is being built.
        print(f"{error.detail}\nerror: {error.what}\n  next: {error.do}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
