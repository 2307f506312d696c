"""Adapters that read seeds from other people's layouts, one a file, and the stage that cleans what they find."""

from synthcode.seeds.registry import ADAPTERS, Adapter, input_digests, read_seeds

__all__ = ["ADAPTERS", "Adapter", "input_digests", "read_seeds"]
