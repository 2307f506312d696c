"""The languages: one table that every stage reads its rules from."""

from synthcode.languages.lookup import find_language, get_language, language_of_suffix, parse_languages
from synthcode.languages.model import Language
from synthcode.languages.table import LANGUAGES

__all__ = ["LANGUAGES", "Language", "find_language", "get_language", "language_of_suffix", "parse_languages"]
