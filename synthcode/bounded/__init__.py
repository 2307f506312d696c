"""Reading files that may be hostile, in bounded memory, and writing where links may have been planted.

Every bound is in :mod:`synthcode.bounded.limits`.
"""
