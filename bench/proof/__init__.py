"""The proof that the two halves of a model are one model: `python -m bench verify`.

Both halves compute the same experiment in processes of their own (`probe`); what they found is compared (`compare`)
under one table of tolerances (`tolerances`); the outcome is kept as a certificate (`certificate`).
"""

from bench.proof.certificate import Certificate, find_certificate
from bench.proof.place import Place
from bench.proof.prove import certify, verify

__all__ = ["Certificate", "Place", "certify", "find_certificate", "verify"]
