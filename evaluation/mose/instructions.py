"""Instructions and input format of the published model card."""

from __future__ import annotations

from synthcode.languages import get_language

CODE_INSTRUCTION = "Represent this {language} code snippet for retrieval:"
TEXT_INSTRUCTION = "Represent this code description for retrieving supporting snippets of code:"
FORMAT = "{sep}{instruction}{sep}{text}{cls}"


def instruction_for(language: str) -> str:
    """Return the instruction for code in ``language``, or for a description if that is ``text``.

    The card says to fill in the language in lower case, and lists C++ and JavaScript: so in their usual spelling.

    Raises
    ------
    InputError
        If there is no such language.
    """
    if language == "text":
        return TEXT_INSTRUCTION
    return CODE_INSTRUCTION.format(language=get_language(language).label.lower())


def format_input(text: str, language: str, sep: str, cls: str) -> str:
    """Return the input that MoSE was trained on.

    Parameters
    ----------
    text
        Code, or a description of code.
    language
        Of the code; ``text`` for a description.
    sep, cls
        The tokenizer's special tokens.
    """
    return FORMAT.format(sep=sep, instruction=instruction_for(language), text=text, cls=cls)
