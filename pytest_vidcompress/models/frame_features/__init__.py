"""Classifiers of long clips: a backbone makes features of single frames, an aggregator one vector of all of them.

The three kinds of Bhardwaj et al., "Efficient Video Classification Using Fewer Frames", CVPR 2019, section 4. An
aggregator maps features `(B, T, N)`, of any number of frames, to one vector a clip `(B, E)`.
"""
