"""The clock that durations are told by, whatever a test puts in the place of `time`'s. Light, and imported early."""

from __future__ import annotations

import time
from functools import partial

# `partial`s, because libraries that freeze time search all modules for the functions themselves.
now_s = partial(time.perf_counter)
"""Seconds of a clock that only goes forward."""
today_s = partial(time.time)
"""Seconds since the epoch, which several machines may compare."""
sleep = partial(time.sleep)
RESOLUTION_S = time.get_clock_info("perf_counter").resolution
