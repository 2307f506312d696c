"""Reading files that may be hostile, in bounded memory, and writing where somebody may have laid a link.

Every bound is in :mod:`synthcode.bounded.limits`.
"""
