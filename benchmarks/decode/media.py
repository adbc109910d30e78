"""Real videos, which do not come with the repository: some Kinetics-400 clips, and odd files.

They are read from the folder that VIDCOMPRESS_MEDIA names, or from `shared/media` beside the checkout. In it,
`kinetics400/val` has `*.mp4` and `odd` has whatever somebody once filmed.
"""

import os
from pathlib import Path

VARIABLE = "VIDCOMPRESS_MEDIA"
BESIDE_THE_CHECKOUT = Path(__file__).parents[3] / "shared" / "media"


def media() -> Path:
    """The folder, whether it is there or not."""
    return Path(os.environ.get(VARIABLE) or BESIDE_THE_CHECKOUT)
