"""A small file does not take the memory of a machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_vidcompress.clips.decode import container, limits
from pytest_vidcompress.clips.decode.decode import decode
from pytest_vidcompress.clips.decode.limits import MOST_PIXELS, refuse_large
from pytest_vidcompress.clips.faults import Fault, Undecodable
from tests.clips.decode.footage import film, flat, greys

DECODE = """
import resource, sys
from pathlib import Path
from pytest_vidcompress.clips.decode.decode import decode
from pytest_vidcompress.clips.faults import Undecodable
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    decode(Path(sys.argv[1]), lambda count, fps: range(count))
except Undecodable as error:
    print(error.kind.value, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_the_largest_picture_of_the_codecs_is_the_limit() -> None:
    refuse_large(8192, 4352)
    assert MOST_PIXELS == 8192 * 4352 == 139_264 * 256
    with pytest.raises(Undecodable, match="frames of 8193 x 4352 pixels are too large") as caught:
        refuse_large(8193, 4352)
    assert caught.value.kind is Fault.TOO_LARGE


@pytest.mark.parametrize(("size", "count"), [((340, 256), 500_001), ((3840, 2160), 70_000)])
def test_an_hour_of_pictures_is_no_clip(size: tuple[int, int], count: int) -> None:
    refuse_large(*size, 20_000)
    with pytest.raises(Undecodable, match=f"its {count:,} frames of .* are too many"):
        refuse_large(*size, count)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units elsewhere")
def test_a_small_file_of_large_frames_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = flat(tmp_path / "clip.mp4", 8192, 8192, 2)
    assert path.stat().st_size < 200_000
    command = [sys.executable, "-c", DECODE, str(path)]
    kind, kilobytes = subprocess.run(command, capture_output=True, text=True, check=True).stdout.rsplit(
        " ", 1
    )
    assert kind == "too large"
    # One frame alone is 200 MB in RGB.
    assert int(kilobytes) < 150_000


def test_a_stream_that_becomes_large_is_refused(tmp_path: Path) -> None:
    small = film(tmp_path / "small.ts", greys([9] * 5), fps=25)
    both = tmp_path / "both.ts"
    both.write_bytes(small.read_bytes() + flat(tmp_path / "large.ts", 8192, 8192, 1).read_bytes())
    with pytest.raises(Undecodable) as caught:
        decode(both, lambda count, fps: [0])
    assert caught.value.kind is Fault.TOO_LARGE


def test_the_decoder_itself_is_held_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = film(tmp_path / "clip.mp4", greys([9] * 5))
    monkeypatch.setattr(container, "_DECODER", {"max_pixels": "1000"})
    with pytest.raises(Undecodable) as caught:
        decode(path, lambda count, fps: [0])
    assert caught.value.kind is Fault.CORRUPT_FRAMES


def test_too_many_frames_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = film(tmp_path / "clip.mp4", greys([9] * 5))
    monkeypatch.setattr(limits, "_MOST_FRAMES", 4)
    with pytest.raises(Undecodable, match="its 5 frames of 64 x 48 pixels are too many") as caught:
        decode(path, lambda count, fps: [0])
    assert caught.value.kind is Fault.TOO_LARGE
