"""The code blocks of the manual, and running them in a folder of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

RUN = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}
"""Language of a block -> what runs it."""
FILE_NAME = re.compile(r"(?:#|\{#) ([\w./-]+\.\w+)(?: #\})?\n")
NO_RUN = re.compile(r"<!-- no-run: (\S.*) -->\n?")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str
    no_run: str | None
    """Why it cannot run here, from the comment above it."""

    @property
    def file_name(self) -> str | None:
        """The file that the first line of the block names, of blocks that are to be saved."""
        named = FILE_NAME.match(self.text)
        return named.group(1) if named and self.language not in RUN else None


def blocks_of(page: Path) -> list[Block]:
    """Return a page's fenced blocks, in order."""
    found, reason = [], None
    for token in MarkdownIt().parse(page.read_text("utf-8")):
        if token.type == "fence":
            assert token.map is not None
            found.append(Block(page, token.map[0] + 1, token.info.strip(), token.content, reason))
        comment = NO_RUN.fullmatch(token.content) if token.type == "html_block" else None
        reason = comment.group(1) if comment else None
    return found


def run_blocks(blocks: list[Block], folder: Path, replaced: dict[str, str], environment: dict[str, str]) -> list[str]:
    """Save and run blocks in a folder, one after another; return what each one that ran has printed.

    Parameters
    ----------
    blocks
        Of one page, or of pages that build on one another.
    folder
        The working directory.
    replaced
        Text of a page -> what stands for it here, such as the address of a server.
    environment
        Variables that are set besides those of this process.
    """
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    outputs = []
    for block in blocks:
        text = block.text
        for written, here in replaced.items():
            text = text.replace(written, here)
        if block.file_name:
            (folder / block.file_name).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.file_name).write_text(text)
        elif block.language in RUN and block.no_run is None:
            done = subprocess.run(
                [*RUN[block.language], text],
                cwd=folder,
                env=os.environ | {"HF_HUB_OFFLINE": "1"} | environment | {"PATH": tools},
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, f"{block.page.name}, line {block.line}:\n{text}\n{done.stderr}"
            outputs.append(done.stdout + done.stderr)
    return outputs
