# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the job's command and moves its streams to and from the channel."""

import fcntl
import os
import pty
import selectors
import signal
import struct
import termios

import channel
import processes

CHUNK = 65536
STDIN_LIMIT = 1 << 20


class Stream:
    """What still has to be written to the command's standard input."""

    def __init__(self, descriptor, is_terminal):
        self.descriptor = descriptor
        self.is_terminal = is_terminal
        self.data = bytearray()
        self.ended = False

    def write_some(self):
        try:
            del self.data[:os.write(self.descriptor, self.data[:CHUNK])]
        except BlockingIOError:
            pass
        except OSError:  # nobody reads it any more
            self.data.clear()
            self.ended = True

    def finish(self):
        if not self.is_terminal:
            os.close(self.descriptor)


def set_window(descriptor, rows, columns):
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def spawn(job, descriptors, terminal):
    """Starts the command in a session of its own; descriptors become 0, 1, 2."""
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        if terminal:
            fcntl.ioctl(descriptors[0], termios.TIOCSCTTY, 0)
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
        os.closerange(3, 256)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.update(job["environment"])
        os.chdir(job["folder"])
        os.execvp(job["command"][0], job["command"])
    except OSError as error:
        os.write(2, f"{job['command'][0]}: {error.strerror}\n".encode())
        os._exit(127 if error.errno == 2 else 126)


class Relay:
    """The command, its streams and the channel, until the command ends."""

    def __init__(self, job, port):
        self.port = port
        self.selector = selectors.DefaultSelector()
        self.outputs = {}
        self.terminal = None
        self.listening = False
        if job["window"]:
            self.child = self.start_on_terminal(job)
        else:
            self.child = self.start_on_pipes(job)
        os.set_blocking(self.stdin.descriptor, False)
        for descriptor in self.outputs:
            self.selector.register(descriptor, selectors.EVENT_READ)
        self.listen()

    def listen(self):
        """Takes no more from the host than the command keeps up with."""
        wanted = len(self.stdin.data) < STDIN_LIMIT
        if wanted and not self.listening:
            self.selector.register(self.port.descriptor, selectors.EVENT_READ)
        elif self.listening and not wanted:
            self.selector.unregister(self.port.descriptor)
        self.listening = wanted

    def start_on_terminal(self, job):
        self.terminal, device = pty.openpty()
        set_window(self.terminal, *job["window"])
        child = spawn(job, [device] * 3, True)
        os.close(device)
        self.stdin = Stream(self.terminal, True)
        self.outputs[self.terminal] = channel.STDOUT
        return child

    def start_on_pipes(self, job):
        pipes = [os.pipe() for _ in range(3)]
        child = spawn(job, [pipes[0][0], pipes[1][1], pipes[2][1]], False)
        for descriptor in (pipes[0][0], pipes[1][1], pipes[2][1]):
            os.close(descriptor)
        self.stdin = Stream(pipes[0][1], False)
        self.outputs = {pipes[1][0]: channel.STDOUT, pipes[2][0]: channel.STDERR}
        return child

    def take_frames(self):
        if not self.port.read_more():
            raise EOFError("the host closed the channel")
        self.handle_frames()

    def handle_frames(self):
        for kind, payload in self.port.frames():
            if kind == channel.WINDOW and self.terminal is not None:
                set_window(self.terminal, *map(int, payload.split()))
            elif kind == channel.STDIN and not self.stdin.ended:
                self.stdin.data += payload
                self.stdin.ended = not payload
                self.write_stdin()
            elif kind == channel.WHERE:
                self.port.send(channel.FAILURE, processes.describe().encode())

    def write_stdin(self):
        stdin = self.stdin
        while stdin.data:
            before = len(stdin.data)
            stdin.write_some()
            if len(stdin.data) == before:
                break
        if stdin.ended and not stdin.data and stdin.descriptor is not None:
            stdin.finish()
            stdin.descriptor = None

    def forward(self, descriptor):
        """One read of the command's output; False when there is no more."""
        try:
            data = os.read(descriptor, CHUNK)
        except BlockingIOError:
            return False
        except OSError:  # a terminal that nobody holds open
            data = b""
        if data:
            self.port.send(self.outputs[descriptor], data)
        else:
            self.selector.unregister(descriptor)
            del self.outputs[descriptor]
        return bool(data)

    def turn(self):
        # A full pipe or a SIGCHLD that came too early: look again soon.
        timeout = 0.05 if self.stdin.data else 0.5
        for key, _ in self.selector.select(timeout):
            if key.fd == self.port.descriptor:
                self.take_frames()
            elif key.fd in self.outputs:
                self.forward(key.fd)
        self.write_stdin()
        self.listen()

    def status(self):
        """Exit status of the command once it ended; reaps orphans too."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return None
            if pid == 0:
                return None
            if pid == self.child:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code

    def drain(self):
        for descriptor in list(self.outputs):
            os.set_blocking(descriptor, False)
            while self.forward(descriptor):
                pass


def run(job, port):
    """Returns the command's exit status, 128 + n when signal n killed it."""
    relay = Relay(job, port)
    wakeup, wakeup_end = os.pipe()
    os.set_blocking(wakeup_end, False)
    signal.set_wakeup_fd(wakeup_end)
    relay.selector.register(wakeup, selectors.EVENT_READ)
    relay.handle_frames()  # what came together with the job
    while True:
        status = relay.status()
        if status is not None:
            break
        relay.turn()
        drain_wakeup(wakeup)
    relay.drain()
    return status


def drain_wakeup(descriptor):
    os.set_blocking(descriptor, False)
    try:
        os.read(descriptor, 4096)
    except BlockingIOError:
        pass
