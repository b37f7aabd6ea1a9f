"""One trial in a process of its own: streams, loop, clock, worker, and the contract of a model."""
