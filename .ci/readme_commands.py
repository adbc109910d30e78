"""Prints the two commands of the README: the lines of the code block after `<!-- two-commands -->`."""

import re
import sys
from pathlib import Path

text = Path(sys.argv[1]).read_text(encoding="utf-8")
block = re.search(r"<!-- two-commands -->\s*```\w*\n(.*?)```", text, re.DOTALL)
if block is None:
    sys.exit(f"{sys.argv[1]}: no code block after <!-- two-commands -->")
print("\n".join(line for line in block[1].splitlines() if line.strip() and not line.startswith("#")))
