"""A folder of packaged clips that lies as a Kinetics copy does: videos in `val`, and `val.csv`."""

import shutil

from pytest_vidcompress.clips.pocket.packaged import FOLDER, pocket
from pytest_vidcompress.clips.sample import sample


def packaged_folder(folder, number):
    """Writes so many clips; returns them, and a row of the annotations of one that is not among them."""
    (folder / "val").mkdir(parents=True)
    chosen = sample(pocket().clips, number, 0)
    for clip in chosen:
        shutil.copy(clip.path, folder / "val")
    rows = (FOLDER / "val.csv").read_text().splitlines()
    kept = [row for row in rows[1:] if any(f"{clip.id}," in row for clip in chosen)]
    (folder / "val.csv").write_text("\n".join([rows[0], *kept]) + "\n")
    return chosen, next(row for row in rows[1:] if row not in kept)
