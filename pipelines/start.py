"""The very start of the command line: it is quiet when it is interrupted before anything is there to handle that."""

from __future__ import annotations

import signal


def main() -> None:
    """Load the command line and run it. Ctrl-C ends the process without a traceback while it is loaded."""
    is_default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_default:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from synthcode.pipelines.main import main as run

    if is_default:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()
