#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs `tlsock top` on a terminal of its own, presses q after the second look,
and prints what it drew, its exit status and whether the terminal is as before."""

import os
import pty
import select
import subprocess
import termios

LOOKS = 2
PATIENCE = 30

master, slave = pty.openpty()
before = termios.tcgetattr(slave)
top = subprocess.Popen(["tlsock", "top", "--interval", "0.2"], stdin=slave, stdout=slave)
seen = b""
while seen.count(b"\033[H") < LOOKS and select.select([master], [], [], PATIENCE)[0]:
    seen += os.read(master, 65536)
raw = termios.tcgetattr(slave)[3] & termios.ICANON == 0
os.write(master, b"q")
status = top.wait(timeout=PATIENCE)
print(seen.decode(errors="replace").replace("\033[H\033[J", "--- look\n"))
print("status", status, "raw", raw, "restored", termios.tcgetattr(slave) == before)
