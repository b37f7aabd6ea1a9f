"""The claims of the seed, a file each, found by walking this folder: each declares `CLAIM`, a `Claimed`.

A claim states what is measured, in which direction it holds, the threshold and the test before anything is looked at,
and makes its hypotheses of what a run has recorded. What a run has no figure for is not tested, with the reason.
"""
