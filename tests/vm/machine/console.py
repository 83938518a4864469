# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads the guest's console log while it grows and notices kernel trouble."""

import re

# Each stands for a report that a healthy kernel never makes. Text from user
# space (written to /dev/kmsg) reaches the console too, hence the full phrases.
TROUBLE = re.compile(rb"""
      \bBUG:\s | \bWARNING:\s | \bOops\b | \bINFO:\ task\ .*\ blocked\ for\ more
    | Kernel\ panic | \bKASAN:\s | \bKFENCE:\s | \bUBSAN:\s | \bKMSAN:\s | \bKCSAN:\s
    | general\ protection\ fault | double\ fault | invalid\ opcode: | stack\ segment:
    | rcu:\ INFO:.*(stall|starved) | rcu_\w+\ (self-)?detected\ .*stall
    | soft\ lockup | hard\ LOCKUP | workqueue\ lockup
    | possible\ (circular|recursive|irq)\ .*(locking|lock) | possible\ deadlock
    | inconsistent\ lock\ state | suspicious\ RCU\ usage | bad\ unlock\ balance
    | held\ lock\ freed | lock\ held\ when\ returning | sleeping\ function\ called
    | scheduling\ while\ atomic | refcount_t:
    | Unable\ to\ handle\ kernel | Out\ of\ memory: | ODEBUG:
    """, re.VERBOSE)

END_OF_JOB = b"tlsock-vm: exit"


class Console:
    """The log file of one machine."""

    def __init__(self, path):
        self.path = path
        self.offset = 0
        self.rest = b""
        self.trouble = None
        self.job_ended = False

    def look(self):
        """Scans what was added; returns the first line of trouble so far."""
        try:
            with open(self.path, "rb") as file:
                file.seek(self.offset)
                data = file.read()
        except FileNotFoundError:
            return self.trouble
        self.offset += len(data)
        lines = (self.rest + data).split(b"\n")
        self.rest = lines.pop()
        for line in lines:
            if END_OF_JOB in line:
                self.job_ended = True
            elif self.trouble is None and TROUBLE.search(line):
                self.trouble = line.decode(errors="replace").strip()
        return self.trouble

    def text(self):
        try:
            with open(self.path, "rb") as file:
                return file.read().replace(b"\r\n", b"\n")
        except FileNotFoundError:
            return b""
