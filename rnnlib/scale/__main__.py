"""What ``python -m rnnlib.scale`` runs."""

import sys

from rnnlib.scale.command_line import main

if __name__ == "__main__":
    sys.exit(main())
