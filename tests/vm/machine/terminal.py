# SPDX-License-Identifier: GPL-2.0-or-later
"""The user's terminal, when the command gets one in the guest."""

import contextlib
import os
import signal
import sys
import termios
import tty


def is_interactive():
    """A terminal for both directions, and we are not in its background."""
    return (sys.stdin.isatty() and sys.stdout.isatty() and
            os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp())


def size():
    columns, rows = os.get_terminal_size(sys.stdin.fileno())
    return rows, columns


@contextlib.contextmanager
def raw(on_resize):
    """Every key goes to the guest; on_resize is called when the window changes."""
    descriptor = sys.stdin.fileno()
    saved = termios.tcgetattr(descriptor)
    previous = signal.signal(signal.SIGWINCH, lambda *_: on_resize())
    tty.setraw(descriptor)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, saved)
        signal.signal(signal.SIGWINCH, previous)
