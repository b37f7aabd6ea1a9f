"""The TensorFlow half of every pair. Same file names and class names as `models_torch`, in the same order."""
