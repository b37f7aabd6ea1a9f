"""The PyTorch half of every pair. Same file names and class names as `models_tf`, in the same order."""
