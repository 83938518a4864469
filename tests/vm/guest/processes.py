# SPDX-License-Identifier: GPL-2.0-or-later
"""Tells where the guest's processes wait, for a command that does not end."""

import os


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def describe_thread(folder):
    stack = [line.split(maxsplit=1)[-1] for line in read(f"{folder}/stack").splitlines()]
    state = read(f"{folder}/stat").rpartition(")")[2].split()[:1]
    return f"  {os.path.basename(folder)} {''.join(state)} {' < '.join(stack) or 'runs'}"


def describe():
    """One paragraph for each process of user space except this one: its command
    line, then for each thread its number, its state and its kernel stack."""
    lines = []
    for pid in sorted((int(name) for name in os.listdir("/proc") if name.isdigit())):
        command = read(f"/proc/{pid}/cmdline").replace("\0", " ").strip()
        if not command or pid == os.getpid():
            continue
        lines.append(command)
        try:
            threads = os.listdir(f"/proc/{pid}/task")
        except OSError:
            continue
        lines += [describe_thread(f"/proc/{pid}/task/{thread}") for thread in threads]
    return "\n".join(lines)
