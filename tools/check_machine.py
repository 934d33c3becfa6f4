"""Says in one sentence why this machine cannot run the project, before anything starts.

Called by the Makefile with whatever `python3` there is, so it is written for old ones.
"""

import shutil
import sys

LEAST_PYTHON = (3, 11)
FIRST_PYTHON_TOO_NEW = (3, 13)
# The environment, the model, and room to build them.
LEAST_FREE_BYTES = 2 * 1024**3


def main():
    """Returns 1 after a sentence, or 0."""
    version = sys.version_info[:2]
    if not LEAST_PYTHON <= version < FIRST_PYTHON_TOO_NEW:
        print(
            "This needs Python 3.11 or 3.12, and python3 here is %d.%d. "
            "Install one of them, or name it: make PYTHON=python3.11 run" % version
        )
        return 1
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        print(
            "Python's venv module is missing. On Debian: "
            "sudo apt-get install python3-venv"
        )
        return 1
    free = shutil.disk_usage(".").free
    if free < LEAST_FREE_BYTES:
        print(
            "This needs 2 GB of free disk space, and there are only %.1f GB here. "
            "Please make room and try again." % (free / 1024.0**3)
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
