"""A clip opens itself alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pytest_vidcompress.clips.decode.decode import decode
from pytest_vidcompress.clips.faults import Fault, Undecodable
from tests.clips.decode.footage import film, greys

INDEX = "# VobSub index file, v7 (do not modify this line!)\nsize: 720x576\nid: en, index: 0\ntimestamp: {}\n"
LISTS = {
    "list.mp4": "ffconcat version 1.0\nfile sibling.mp4\n",
    "list.ffconcat": "ffconcat version 1.0\nfile sibling.mp4\n",
    "sibling.idx": INDEX.format("00:00:01:000, filepos: 000000000"),
    "sibling.sub": INDEX.format("00:00:01:000, filepos: 000000000"),
    "list.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3\nsibling.mp4\n#EXT-X-ENDLIST\n",
    "list.mpd": '<?xml version="1.0"?><MPD><Period><BaseURL>sibling.mp4</BaseURL></Period></MPD>',
    "list.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n",
    "list.svg": '<svg xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="sibling.mp4"/></svg>',
    "img_%03d.jpg": "",
}


def read_since(path: Path, when: float) -> bool:
    return path.stat().st_atime > when


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    film(tmp_path / "sibling.mp4", greys([9] * 3))
    for name in ("img_001.jpg", "img_002.jpg"):
        film(
            tmp_path / name,
            greys([50]),
            codec="mjpeg",
            pixels="yuvj420p",
            options={},
            kind="image2",
            muxing={"update": "1"},
        )
    old = time.time() - 10**6
    for path in tmp_path.iterdir():
        os.utime(path, (old, old))
    (tmp_path / "control").write_bytes(b"x")
    os.utime(tmp_path / "control", (old, old))
    (tmp_path / "control").read_bytes()
    if not read_since(tmp_path / "control", old + 1):
        pytest.skip("this file system does not note when a file was read")
    return tmp_path


@pytest.mark.parametrize("name", LISTS)
def test_no_sibling_is_opened(name: str, folder: Path) -> None:
    siblings = [path for path in folder.iterdir() if path.name != "control"]
    before = {path: path.stat().st_atime for path in siblings}
    if name != "img_%03d.jpg":
        (folder / name).write_text(LISTS[name])
    else:
        (folder / name).write_bytes((folder / "img_001.jpg").read_bytes())
        before.pop(folder / "img_001.jpg")
    with pytest.raises(Undecodable) as caught:
        decode(folder / name, lambda count, fps: [0])
    assert caught.value.kind in (Fault.NOT_A_VIDEO, Fault.NO_VIDEO_STREAM)
    assert {path: path.stat().st_atime for path in before} == before
