"""Monsters: little creatures drawn by code, a data set of pictures that no machine lacks and nobody else owns."""
