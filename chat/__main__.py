"""`python -m chat`."""

import sys

from chat.cli.commands import main

if __name__ == "__main__":
    sys.exit(main())
