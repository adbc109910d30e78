"""What people call the folders that lists and videos lie in, besides those of a split."""

LISTS = ("annotations", "ucfTrainTestlist")
VIDEOS = ("videos", "rawframes", "UCF-101")
REPLACED = "replacement/replacement_for_corrupted_k400"
"""Where the CVDF copy has sound files for those that came broken."""
OTHER = frozenset({*LISTS, *VIDEOS, "replacement"})
"""None of them is a class."""
