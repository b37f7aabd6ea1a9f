"""Claim 8: a walk through the CVAE's latent space turns a shoe into trousers by way of a pullover."""

from __future__ import annotations

from bench.verdict.hypotheses import Claimed

CLAIM = Claimed(
    id=8,
    claim="A walk through the CVAE's latent space turns a shoe into trousers by way of a pullover.",
    measure="the classifier's class along straight walks between encoded test pictures of two classes",
    direction="higher",
    threshold="a third class on the way more often than between real pictures of one class",
    test="Student's t of the seeds against the threshold, two-sided",
    models=("cvae",),
    hypotheses=lambda _: (),
    otherwise="no trial records the class along a walk; `python -m bench sample RUN --model cvae --walk out.gif` "
    "draws one to look at, and judges nothing",
    testable=False,
)
