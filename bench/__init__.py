"""pairbench: the same generative models in TensorFlow and PyTorch, held equal, trained, measured, compared."""

__version__ = "0.1.0"
