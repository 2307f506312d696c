"""How much one piece of foreign data may hold: every bound on what is read, in bytes unless its name says otherwise.

No file needs more memory than a few hundred megabytes and its largest page, whatever it unpacks to. A row above its
bound is rejected; a file that cannot be read within these bounds is refused by name.
"""

from __future__ import annotations

MIB = 1 << 20

ROW = 8 * MIB
"""One row or line of any format. Parsed, it takes up to 40 times its size (``[{},{},{}]``)."""
BATCH = 48 * MIB
"""Rows that are decoded at a time, unpacked."""
XZ_DICTIONARY = 128 * MIB
"""What unpacking xz may take: 65 MiB at its highest level."""
PAGE = 1_024 * MIB
"""One page of Parquet, unpacked: decoders unpack pages whole, and some writers put a thousand rows of a megabyte each
into one, however well they compress."""
PAGE_RATIO = 32
"""A page may unpack to more than ``PAGE`` if it does not unpack to more than so many times its size in the file."""
DICTIONARY_COPY = 64 * MIB
"""Pages of a column that is read without being unpacked: the decoder holds its values twice."""
PAGE_VALUES = 16_000_000
"""Values in a page, and values of nested columns in a row group."""
PAGE_HEADER = 16 * MIB
"""A header holds the smallest and the largest value of its page."""
FOOTER = 64 * MIB
"""Parquet's description of a file. Parsed, it takes several times its size."""
DICTIONARY_EXPANSION = 4_096 * MIB
"""What values that share one entry of a dictionary may come to in a row group that must be unpacked to be read."""
TABLE = 256 * MIB
"""A table that is read whole, ..."""
TABLE_RATIO = 200
"""... unless it does not unpack to more than so many times its file: ids compress to a half, names to a hundredth."""

BENCHMARK = 512 * MIB
"""Texts and programs of a published benchmark, which are scored together. MBXP has 20 MB."""

JSON_ARRAY = 256 * MIB
"""A file that is one JSON array. Devign's functions have 55 MB."""

RECIPE = MIB // 4
"""YAML of a recipe, a command-line value, or the front matter of a card. The parser takes seconds a megabyte."""
CARD = 4 * MIB
"""A card, of the Hub or of a folder."""
TEMPLATE = MIB // 4
"""One turn of a prompt."""
TEMPLATES = 64
"""Files of a prompt that its turns include."""
TEMPLATE_WORK = 32 * MIB
"""What filling one turn may take: characters read and written, and ``TEMPLATE_STEP`` for each round and each call."""
TEMPLATE_STEP = 256
"""131,072 rounds or calls are the most: about a second."""
TEMPLATE_NUMBER_BITS = 4_096
"""The largest number that a template works out."""
PROMPT = 4 * MIB
"""A filled turn of a prompt."""
SETTINGS = 8 * MIB
"""JSON that describes something: a manifest, results, a checkpoint's configuration."""
TOKENIZER = 64 * MIB
"""``tokenizer.json``: published vocabularies reach 35 MB."""
RESULTS = 64 * MIB
"""A table of scores in CSV."""
GIT_FILE = 4 * MIB
"""A file of a ``.git`` folder, ``packed-refs`` included."""

DEPTH_LEVELS = 64
"""Nesting of YAML and JSON that describe something."""
NODES = 100_000
"""Values in a YAML document once its aliases are followed."""
