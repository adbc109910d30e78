"""What the paper reports: Bhardwaj et al., "Efficient Video Classification Using Fewer Frames", CVPR 2019.

YouTube-8M, 300 frames a clip; GAP and mAP, shares of one.
"""

from __future__ import annotations

from collections.abc import Mapping

Scores = tuple[float, float]
"""GAP, mAP."""
KEEP = (6, 10, 15, 20, 30)
TEACHER: Mapping[str, Scores] = {
    "hrnn": (0.811, 0.414),
    "netvlad": (0.823, 0.462),
    "nextvlad": (0.831, 0.464),
}
"""The skyline: all 300 frames."""
TABLE_1: Mapping[str, tuple[Scores, ...]] = {
    "Uniform-k": ((0.715, 0.266), (0.759, 0.324), (0.777, 0.350), (0.785, 0.363), (0.795, 0.378)),
    "Random-k": ((0.679, 0.246), (0.681, 0.254), (0.717, 0.268), (0.763, 0.329), (0.774, 0.339)),
    "First-k": ((0.478, 0.133), (0.539, 0.163), (0.595, 0.199), (0.632, 0.223), (0.676, 0.258)),
    "Middle-k": ((0.577, 0.178), (0.600, 0.198), (0.620, 0.214), (0.638, 0.229), (0.665, 0.250)),
    "Last-k": ((0.255, 0.062), (0.267, 0.067), (0.282, 0.077), (0.294, 0.083), (0.317, 0.094)),
    "First-Middle-Last-k": (
        (0.640, 0.215),
        (0.671, 0.242),
        (0.680, 0.249),
        (0.698, 0.268),
        (0.721, 0.287),
    ),
    "Parallel, all 3": ((0.729, 0.292), (0.770, 0.337), (0.789, 0.371), (0.796, 0.388), (0.806, 0.404)),
    "Serial, L_rep": ((0.727, 0.288), (0.768, 0.339), (0.786, 0.365), (0.795, 0.381), (0.802, 0.394)),
    "Serial, L_pred": ((0.722, 0.287), (0.766, 0.341), (0.784, 0.367), (0.793, 0.383), (0.798, 0.390)),
    "Serial, L_rep + L_CE": (
        (0.728, 0.291),
        (0.769, 0.341),
        (0.786, 0.368),
        (0.794, 0.383),
        (0.803, 0.399),
    ),
    "Serial, all 3": ((0.731, 0.297), (0.771, 0.349), (0.789, 0.375), (0.798, 0.390), (0.806, 0.405)),
}
"""H-RNN, by what is looked at and learned, and by k as `KEEP` has it."""
TABLE_2: Mapping[str, tuple[Scores, ...]] = {
    "Serial, all 3": ((0.774, 0.345), (0.788, 0.369), (0.796, 0.373)),
    "Uniform-k": ((0.718, 0.220), (0.756, 0.301), (0.776, 0.349)),
}
"""H-RNN of 30 frames, trained on 10, 25 and 50 % of the clips."""
TABLE_5: Mapping[str, Mapping[int, Scores]] = {
    "Uniform-k": {10: (0.773, 0.364), 30: (0.803, 0.421)},
    "Serial, all 3": {10: (0.784, 0.383), 30: (0.812, 0.436)},
}
"""NetVLAD, by k."""
TABLE_6: Mapping[str, Mapping[int, Scores]] = {
    "Uniform-k": {30: (0.812, 0.424)},
    "Serial, all 3": {30: (0.818, 0.439)},
}
"""NeXtVLAD, likewise."""
