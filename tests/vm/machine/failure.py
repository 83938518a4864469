# SPDX-License-Identifier: GPL-2.0-or-later
"""Exit codes of the test machine and the exception that carries one."""

ENDED = 123     # QEMU ended before the command's exit status came
TIMEOUT = 124   # the time limit passed
HARNESS = 125   # the machine or the build could not be set up
TROUBLE = 126   # the kernel reported trouble on the console


class Failure(Exception):
    """The run fails with a code of its own; the console's log may explain it."""

    def __init__(self, code, text, console=b""):
        super().__init__(text)
        self.code = code
        self.console = console


class HarnessFailure(Failure):
    """The machine could not be set up."""

    def __init__(self, text, console=b""):
        super().__init__(HARNESS, text, console)
