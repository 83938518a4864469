# SPDX-License-Identifier: GPL-2.0-or-later
"""Saved machine states: the guest's memory and devices at the moment when it
waits for its job. One per kernel, image, QEMU and set of options; jobs start
from a private copy-on-write view of it in a fraction of a second."""

import fcntl
import hashlib
import os
import shutil
import time

import channel
import qemu
from console import Console
from failure import HarnessFailure

BOOT_SECONDS = 300
POLL_SECONDS = 0.05


def key(options):
    """Names everything that the state depends on."""
    digest = hashlib.sha256()
    digest.update(repr(qemu.fixed_arguments(options)).encode())
    folder = os.path.dirname(__file__)
    for name in sorted(os.listdir(folder)):
        if name in ("qemu.py", "state.py"):
            with open(os.path.join(folder, name), "rb") as file:
                digest.update(file.read())
    if options.kvm:
        digest.update(os.uname().release.encode())
    return digest.hexdigest()[:16]


def wait_ready(machine, console):
    """Returns when the guest's agent has announced itself."""
    port = channel.Port(machine.job.fileno())
    machine.job.settimeout(1)
    deadline = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < deadline:
        trouble = console.look()
        if trouble:
            raise HarnessFailure(f"the guest does not boot: {trouble}", console.text())
        try:
            data = machine.job.recv(65536)
        except TimeoutError:
            continue
        if not data:
            raise HarnessFailure(f"QEMU ended during boot: {machine.messages()}", console.text())
        port.pending += data
        for kind, payload in port.frames():
            if kind == channel.READY:
                machine.job.settimeout(None)
                return
            raise HarnessFailure(payload.decode(errors="replace"), console.text())
    raise HarnessFailure(f"the guest did not boot within {BOOT_SECONDS} s", console.text())


def save(options, folder):
    memory = os.path.join(folder, "memory")
    machine = qemu.Machine(options, folder, memory=memory, shared_memory=True)
    try:
        wait_ready(machine, Console(machine.console))
        control = qemu.Control(machine.control)
        control.execute("migrate", uri=f"file:{folder}/devices")
        while True:
            status = control.execute("query-migrate")
            if status.get("status") == "completed":
                return
            if status.get("status") == "failed":
                raise HarnessFailure(f"saving the state failed: {status.get('error-desc')}")
            time.sleep(POLL_SECONDS)
    finally:
        machine.stop()


def resume(options, folder, saved):
    """Starts a machine from a saved state, with a private view of its memory."""
    machine = qemu.Machine(options, folder, memory=f"{saved}/memory", shared_memory=False,
                           share_paths=options.share, incoming=True)
    try:
        qemu.Control(machine.control).execute("migrate-incoming", uri=f"file:{saved}/devices")
    except (EOFError, OSError, RuntimeError) as error:
        machine.stop()
        raise HarnessFailure(f"resuming failed: {error} {machine.messages()}") from error
    return machine


def provide(options):
    """Returns the folder of the saved state; boots a guest to make it if missing."""
    name = f"state-{options.kernel}-{key(options)}"
    folder = os.path.join(options.cache, name)
    if os.path.isdir(folder):
        os.utime(folder)
        return folder
    os.makedirs(os.path.join(options.cache, "locks"), exist_ok=True)
    with open(os.path.join(options.cache, "locks", name), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(folder):
            temporary = folder + ".new"
            shutil.rmtree(temporary, ignore_errors=True)
            os.makedirs(temporary)
            save(options, temporary)
            os.rename(temporary, folder)
    return folder
