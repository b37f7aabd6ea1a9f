"""Anybody's pictures as a data set: `folder:PATH` and `npz:FILE`, prepared once and kept.

`names` reads what the user types, `scan` walks the folder, `content` says which bytes are in it, `decode` makes one
file a picture, `near_duplicates` and `split` part training from test pictures, `prepare` does all of it in one pass
over the files, and `entry` keeps the result in the cache, memory-mapped.
"""
