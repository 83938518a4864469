# SPDX-License-Identifier: GPL-2.0-or-later
"""Gives a machine its job, relays the streams and reaches the verdict."""

import contextlib
import os
import time

import channel
import terminal
from console import Console
from failure import ENDED, TIMEOUT, TROUBLE, Failure, HarnessFailure
from feed import Input

LOOK_SECONDS = 0.5     # how often the console is scanned
TRACE_SECONDS = 5      # for the rest of a report, until the panic ends QEMU
CONSOLE_SECONDS = 10   # for the mark of the job's end on the console


def description(options, shares):
    environment = {name: os.environ[name] for name in ("TERM",) if name in os.environ}
    return {
        "time": time.time(),
        "entropy": os.urandom(64).hex(),
        "shares": [[f"share{slot}", path] for slot, path in enumerate(shares)],
        "project": options.build,
        "load": options.load,
        "folder": options.folder,
        "command": options.command,
        "environment": environment,
        "window": terminal.size() if terminal.is_interactive() else None,
    }


def write_all(descriptor, data):
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view):]


class Job:
    """One command in one machine."""

    def __init__(self, options, machine):
        self.options = options
        self.machine = machine
        self.console = Console(machine.console)
        self.port = channel.Port(machine.job.fileno())
        self.input = Input(self.port)
        self.deadline = time.monotonic() + options.timeout

    def run(self, shares):
        """Returns the command's exit status or raises Failure."""
        job = description(self.options, shares)
        with contextlib.ExitStack() as stack:
            self.input.queue(channel.JOB, channel.encode(job))
            if job["window"]:
                stack.enter_context(terminal.raw(self.input.queue_window))
            try:
                status = self.relay()
            except (BrokenPipeError, ConnectionResetError):
                status = None
        if status is None:
            self.explain_end()
        self.check_console()
        return status

    def relay(self):
        """Until the exit status comes (returned) or the machine ends (None)."""
        look_at = time.monotonic() + LOOK_SECONDS
        while True:
            if self.input.turn(LOOK_SECONDS):
                if not self.port.read_more():
                    return None
                status = self.take_frames()
                if status is not None:
                    return status
            now = time.monotonic()
            if now >= look_at:
                look_at = now + LOOK_SECONDS
                self.check_running(now)

    def take_frames(self):
        for kind, payload in self.port.frames():
            if kind == channel.STDOUT:
                write_all(1, payload)
            elif kind == channel.STDERR:
                write_all(2, payload)
            elif kind == channel.EXIT:
                return int(payload)
            elif kind == channel.FAILURE:
                time.sleep(LOOK_SECONDS)
                self.check_trouble()
                raise HarnessFailure(payload.decode(errors="replace"), self.console.text())
        return None

    def check_running(self, now):
        self.check_trouble()
        if now >= self.deadline:
            where = self.ask_where()
            raise Failure(TIMEOUT, f"the time limit of {self.options.timeout:g} s passed{where}",
                          self.console.text())

    def ask_where(self):
        """Where the guest's processes wait; nothing if it does not answer."""
        self.input.queue(channel.WHERE, b"")
        deadline = time.monotonic() + TRACE_SECONDS
        with contextlib.suppress(OSError):
            while time.monotonic() < deadline:
                if self.input.turn(LOOK_SECONDS) and not self.port.read_more():
                    break
                for kind, payload in self.port.frames():
                    if kind == channel.FAILURE:
                        return "; its processes:\n" + payload.decode(errors="replace")
        return ""

    def check_trouble(self):
        if not self.console.look():
            return
        # The trace follows; with a panic QEMU ends by itself.
        with contextlib.suppress(Exception):
            self.machine.process.wait(TRACE_SECONDS)
        raise Failure(TROUBLE, f"kernel trouble: {self.console.trouble}", self.console.text())

    def explain_end(self):
        self.machine.process.wait()
        self.check_trouble()
        raise Failure(ENDED, "the machine ended before the command did "
                      f"{self.machine.messages()}".strip(), self.console.text())

    def check_console(self):
        """What the kernel said up to the end of the command counts."""
        deadline = time.monotonic() + CONSOLE_SECONDS
        self.check_trouble()
        while not self.console.job_ended and time.monotonic() < deadline:
            time.sleep(0.01)
            self.check_trouble()
