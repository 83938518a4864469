#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Starts one machine and runs one command in it. Called by tests/vm/run, which
has everything built and passes the paths; see its usage text for exit codes."""

import argparse
import os
import shutil
import signal
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "guest"))

import job
import qemu
import state
from console import Console
from failure import Failure


def parse_arguments():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("cache", "qemu", "kernel", "vmlinux", "initramfs", "root", "project", "folder"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--append", default="")
    parser.add_argument("--cpus", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=600)
    parser.add_argument("--share", action="append", default=[])
    for name, default in (("kvm", False), ("icount", False), ("load", True), ("build", True),
                          ("saved", True)):
        parser.add_argument(f"--{name}", action=argparse.BooleanOptionalAction, default=default)
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


def start(options, folder):
    if options.saved and not options.icount:
        saved = state.provide(options)
        return state.resume(options, folder, saved)
    machine = qemu.Machine(options, folder, memory=None, shared_memory=False,
                           share_paths=options.share)
    try:
        state.wait_ready(machine, Console(machine.console))
    except BaseException:
        machine.stop()
        raise
    return machine


def run(options, folder):
    machine = start(options, folder)
    try:
        return job.Job(options, machine).run(options.share)
    finally:
        machine.stop()


def explain(failure):
    if failure.console:
        sys.stderr.buffer.write(b"---- console of the guest ----\n" + failure.console +
                                b"---- end of console ----\n")
        sys.stderr.buffer.flush()
    print(f"tests/vm: {failure}", file=sys.stderr)


def main():
    options = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    runs = os.path.join(options.cache, "runs")
    os.makedirs(runs, exist_ok=True)
    folder = tempfile.mkdtemp(dir=runs)
    try:
        return run(options, folder)
    except Failure as failure:
        explain(failure)
        return failure.code
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        return 128 + signal.SIGPIPE
    finally:
        shutil.rmtree(folder, ignore_errors=True)


sys.exit(main())
