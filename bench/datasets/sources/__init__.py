"""One file a data set, or a family of them; `bench.datasets.catalogue` finds them by walking this folder.

A module here, or one named by another package's entry point, has one or both of

- `SOURCES: tuple[Source, ...]`: data sets of a fixed name;
- `resolve(name: str) -> Source | None`: for names that carry an argument, such as a path. It returns None for
  a name that is not its own, and raises `UserError` for one that is but cannot be understood.

Such a module is imported by every command that lists data sets: it must not import NumPy or read a file.
"""
