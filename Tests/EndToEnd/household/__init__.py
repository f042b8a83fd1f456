"""A household of devices that replays real pushes against a running server and proves its answers right.

Written in another language than the server, with nothing but Python's standard library, so that no mistake of the
server's own JSON, time or paging code can hide in the client that checks it.
"""
