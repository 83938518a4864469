# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's command line and process.

The devices are the same in every run, whether shares are used or not: a saved
state can only be loaded into a machine that is built alike.
"""

import json
import os
import socket
import subprocess

MEMORY = "1536M"
SHARE_SLOTS = 8
BOOT_OPTIONS = ("console=ttyS0 loglevel=8 panic=-1 oops=panic panic_on_warn=1 "
                "mitigations=off random.trust_cpu=on tsc=reliable "
                "rcupdate.rcu_cpu_stall_timeout=60 kfence.sample_interval=100")


def accelerator(options):
    if options.kvm:
        return ["-accel", "kvm", "-cpu", "host"]
    if options.icount:
        return ["-accel", "tcg,thread=single", "-cpu", "max,la57=off",
                "-icount", "shift=0,sleep=off"]
    return ["-accel", "tcg,thread=multi", "-cpu", "max,la57=off"]


# Of the project's disk. A saved state only fits disks of the size that it was
# saved with, and its name depends on this file.
PROJECT_SIZE = "512M"


def disk(name, path):
    return ["-drive", f"if=none,id={name},file={path},format=raw,readonly=on,file.locking=off",
            "-device", f"virtio-blk-pci,drive={name}"]


def shares(paths, empty):
    """One 9p device per slot; those that are not needed show an empty folder."""
    arguments = []
    for slot in range(SHARE_SLOTS):
        path = paths[slot] if slot < len(paths) else empty
        # QEMU's option syntax doubles commas.
        path = path.replace(",", ",,")
        arguments += ["-fsdev", f"local,id=share{slot},path={path},"
                                "security_model=passthrough,multidevs=remap",
                      "-device", f"virtio-9p-pci,fsdev=share{slot},mount_tag=share{slot}"]
    return arguments


def fixed_arguments(options):
    """What does not differ between the machines of one saved state."""
    append = f"{BOOT_OPTIONS} {options.append}".strip()
    return [options.qemu, "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
            *accelerator(options), "-smp", str(options.cpus), "-nic", "none",
            "-kernel", options.vmlinux, "-initrd", options.initramfs, "-append", append,
            *disk("root", options.root)]


class Machine:
    """A running QEMU with its job channel and its control channel."""

    def __init__(self, options, folder, *, memory, shared_memory, share_paths=(), incoming=False):
        self.console = os.path.join(folder, "console.log")
        empty = os.path.join(folder, "empty")
        os.makedirs(empty, exist_ok=True)
        self.job, job_end = socket.socketpair()
        self.control, control_end = socket.socketpair()
        share = "on" if shared_memory else "off"
        backend = (f"memory-backend-file,id=ram,size={MEMORY},mem-path={memory},share={share}"
                   if memory else f"memory-backend-ram,id=ram,size={MEMORY}")
        arguments = [
            *fixed_arguments(options),
            "-machine", "pc,usb=off,vmport=off,hpet=off,memory-backend=ram", "-object", backend,
            *disk("project", options.project), *shares(share_paths, empty),
            "-device", "virtio-rng-pci", "-device", "vmgenid,guid=auto",
            "-chardev", f"file,id=console,path={self.console}", "-serial", "chardev:console",
            "-device", "virtio-serial-pci",
            "-chardev", f"socket,id=job,fd={job_end.fileno()}",
            "-device", "virtserialport,chardev=job,name=tlsock.job",
            "-chardev", f"socket,id=control,fd={control_end.fileno()}",
            "-mon", "chardev=control,mode=control",
        ]
        if incoming:
            arguments += ["-incoming", "defer"]
        with open(os.path.join(folder, "qemu.log"), "wb") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *arguments], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
                pass_fds=(job_end.fileno(), control_end.fileno()))
        self.log = log.name
        job_end.close()
        control_end.close()

    def messages(self):
        """What QEMU itself complained about."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self):
        self.process.kill()
        self.process.wait()


class Control:
    """QMP: commands to a running QEMU."""

    def __init__(self, connection):
        self.file = connection.makefile("rw", encoding="utf-8")
        self.file.readline()  # the greeting
        self.execute("qmp_capabilities")
        # Memory lies in a file of its own and is no part of the device state.
        self.execute("migrate-set-capabilities",
                     capabilities=[{"capability": "x-ignore-shared", "state": True}])

    def execute(self, command, **arguments):
        self.file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            line = self.file.readline()
            if not line:
                raise EOFError(f"QEMU ended during {command}")
            answer = json.loads(line)
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]
