"""The marks of chat templates that servers leave in answers, and the turns that models make up after their own."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import NamedTuple

from synthcode.gate.answers.prose import looks_like_code

_WORD = (
    r"bos|eos|eot|eom|eod|eoa|eoh|sop|eop|im_end|im_start|end_of_text|endoftext|end_of_utterance|end_of_turn"
    r"|start_of_turn|_end|_user|_bot|MID|SUF|fim_(?:prefix|suffix|middle|pad)|file_sep|repo_name|(?:unused|reserved_|SPECIAL_"
    r"|extra_id_)\d{1,6}"
)
_MARK = (
    r"(?:<[|｜][^\s<>|｜]{1,60}[|｜]>"  # <|im_end|>, <|END_OF_TURN_TOKEN|>, <｜end▁of▁sentence｜>
    r"|<\|[a-z_]{1,30}>|<[a-z_]{1,30}\|>"  # Gemma 4: <|turn>, <turn|>
    rf"|<(?i:{_WORD})>|</?s>|<</?SYS>>"
    r"|\[\|[a-z]{1,30}\|\]|\[/?INST\]|\[(?:BOS|EOS|SEP|PAD|gMASK|/?SYSTEM_PROMPT|UNUSED_TOKEN_\d{1,6})\]"
    r"|\[END FINAL RESPONSE\]"
    r"|\[e~\[|\]~b\]|\]~!b\[)"  # MiniMax
)
_ROLE = r"(?:assistant|model|chatbot|bot|ai|final)"
_STARTS = re.compile(rf"(?:\s*+{_MARK}(?:[ \t]*+{_ROLE}:?(?=[ \t]*+(?:\n|<|\[|\Z)))?+[ \t]*+)*+", re.IGNORECASE)
_END = re.compile(rf"(?P<mark>{_MARK})(?P<more>[ \t]*+(?:{_MARK})?)")
_ANSWER = re.compile(
    r"<\|(?:begin_of_(?:solution|box|answer)|START_(?:RESPONSE|TEXT|ANSWER))\|>(?P<answer>.*?)"
    r"(?:<\|(?:end_of_(?:solution|box|answer)|END_(?:RESPONSE|TEXT|ANSWER))\|>|\Z)",
    re.DOTALL,
)
_USER = re.compile(rf"(?:\s*+{_MARK}){{0,4}}?\s*+(?:<[|｜]?_?user|\[INST\]|\[\|user|(?:user|human)\b)", re.IGNORECASE)
_PROMPT = re.compile(
    rf"(?:\s*+{_MARK}){{0,4}}?\s*+(?:<[|｜]?_?(?:user|system)|\[INST\]|\[\|(?:user|system)|<<SYS>>|(?:user|system)\s*(?:\n|{_MARK}))",
    re.IGNORECASE,
)
"""The start of a prompt that the server gave back with the answer."""
_REPLY = re.compile(
    rf"<[|｜](?:assistant|CHATBOT_TOKEN)[|｜]>|\[\|assistant\|\]|\[/INST\]|(?:{_MARK})\s*+(?:assistant|model)\b(?:{_MARK})?",
    re.IGNORECASE,
)
_TURN = re.compile(r"^(?:#{2,3} ?(?:Instruction|Human|User)s?:|(?:Human|User|HUMAN|USER): )", re.MULTILINE)
"""A turn of the user in templates without marks of their own."""
_TOOL_CALL = re.compile(
    r"^[ \t]{0,8}(?:<[|｜]?tool[_▁]calls?|<function_calls?>|<｜{1,2}DSML|<\|START_ACTION\|>|\[TOOL_CALLS\])",
    re.MULTILINE,
)
_CLOSING_FENCE = re.compile(r"[ \t]{0,12}(?:`{3,}|~{3,})[ \t]*")
_COMMENT = re.compile(r"\s*(?://|#|\*|/\*|--)")
_LINE = 400
"""Characters of a line that are looked at on either side of a mark."""
_MAX_MARKS = 1_000
_MAX_CALLS = 20
_STRINGS = ('"""', "'''", "`")


class Answer(NamedTuple):
    """What a model answered, without the marks around it."""

    text: str
    ended: bool = False
    """Whether the mark of the answer's end was there: whatever cut the text off came later."""
    tool_call: bool = False
    """Whether the model went on with the call of a tool."""


def without_marks(text: str) -> Answer:
    """Return an answer without the marks of a chat template around it, and without what follows its end.

    A server that does not know a model's last token leaves it in the text, and the model goes on with a turn of the
    user and another answer.
    """
    calls = itertools.islice(_TOOL_CALL.finditer(text), _MAX_CALLS)
    call = next((found for found in calls if _fences(text, found.start()) % 2 == 0), None)
    if call is not None:
        text = text[: call.start()]
    if _PROMPT.match(text) and (reply := _REPLY.search(text)):
        text = text[reply.start() :]
    text = text[_end_of_marks(text, 0) :]
    if section := _ANSWER.search(text):
        text = section["answer"]
    turn = _first_turn(text)
    said, ended = _up_to_end(text if turn is None else text[:turn])
    return Answer(said, ended or turn is not None or call is not None, call is not None)


def _end_of_marks(text: str, start: int) -> int:
    found = _STARTS.match(text, start)
    return found.end() if found else start


def _first_turn(text: str) -> int | None:
    """Return where a turn of the user begins after a code block, in words."""
    found = _TURN.search(text, max(text.find("```"), 0))
    if found is None:
        return None
    fences = _fences(text, found.start())
    return found.start() if fences and fences % 2 == 0 else None


def _fences(text: str, end: int) -> int:
    return text.count("```", 0, end)


def _up_to_end(text: str) -> tuple[str, bool]:
    """Return the first turn with code in it, or else the last that says anything, and whether its end was marked."""
    start = counted = 0
    said = ""
    counts = dict.fromkeys((*_STRINGS, "```"), 0)
    for mark in itertools.islice(_END.finditer(text), _MAX_MARKS):
        for string in counts:
            counts[string] += text.count(string, counted, mark.start())
        counted = mark.start()
        if counted < start or not _ends_turn(text, start, mark, counts):
            continue
        before = text[start : mark.start()]
        if "```" in before or "~~~" in before or looks_like_code(before) or _USER.match(text, mark.start()):
            return before, True
        said = before if before.strip() else said
        start = counted = _end_of_marks(text, mark.start())
        counts = dict.fromkeys(counts, 0)
    rest = text[start:]
    return (rest, False) if rest.strip() else (said, bool(said))


def _is_quoted(line: str) -> bool:
    """Return whether a line of code ends within a string or comment."""
    return any(line.count(quote) % 2 for quote in ('"', "'", "`")) or any(
        mark in line for mark in ("//", "#", "/*", "--")
    )


def _ends_turn(text: str, start: int, mark: re.Match[str], counts: Mapping[str, int]) -> bool:
    """Return whether a mark ends a turn, rather than being part of a program about such marks."""
    line = text[max(start, mark.start() - _LINE) : mark.start()].rpartition("\n")[2]
    if _CLOSING_FENCE.fullmatch(line):
        return True
    after = text[mark.end() : mark.end() + _LINE].partition("\n")[0]
    if after[:1] in ('"', "'", "`") and after:
        return False
    if counts["```"] and counts["```"] % 2 == 0 and mark["mark"] not in ("<s>", "</s>"):
        return True
    in_string = counts['"""'] % 2 or counts["'''"] % 2 or (counts["`"] - 3 * counts["```"]) % 2
    if in_string:
        return False
    if _USER.match(text, mark.start()) and not _is_quoted(line):
        return True
    if after.strip():
        return bool(mark["more"].strip()) or (mark["mark"][1] in "|｜" and not _is_quoted(line))
    if mark["mark"] == "<s>" or (mark["mark"] == "</s>" and text.find("<s>", start, mark.start()) >= 0):
        return False
    return not (_COMMENT.match(line) and text[mark.end() : mark.end() + _LINE].strip())
