"""Leak-free splits, heads, calibration, thresholds, and metrics with intervals.

Everywhere ``answers`` is int8 (n, t): 1 yes, 0 no, -1 not asked or unsure. Only asked ones train or score.
"""
