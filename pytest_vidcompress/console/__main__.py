"""`python -m pytest_vidcompress.console`: the same as `vidcompress`."""

import sys

from . import main

sys.exit(main())
