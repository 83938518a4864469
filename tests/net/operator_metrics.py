#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A strict reader of the text format of OpenMetrics 1.0.

    operator_metrics.py FILE            prints each sample, or says what is wrong
    operator_metrics.py BEFORE AFTER    fails if a counter went down

Strict: only what that format allows, in the order that it asks for.
"""

import math
import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?[0-9.e+-]+|\+Inf|-Inf|NaN)")
META = re.compile(rf"# (TYPE|UNIT|HELP) ({NAME}) (.+)")
SUFFIXES = {"gauge": [""], "counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}


def fail(number, text):
    sys.exit(f"line {number}: {text}")


class Family:
    def __init__(self, name):
        self.name = name
        self.meta = {}
        self.samples = {}

    def describe(self, number, kind, value):
        if self.samples:
            fail(number, f"{kind} after samples of {self.name}")
        if kind in self.meta:
            fail(number, f"second {kind} of {self.name}")
        if kind == "TYPE" and value not in SUFFIXES:
            fail(number, f"type {value}")
        if kind == "UNIT" and not self.name.endswith(f"_{value}"):
            fail(number, f"{self.name} does not end with its unit {value}")
        self.meta[kind] = value

    def add(self, number, name, labels, value):
        names = [key for key, _ in labels]
        if len(set(names)) != len(names):
            fail(number, "a label twice")
        if (name, labels) in self.samples:
            fail(number, "a sample twice")
        counts = self.meta["TYPE"] != "gauge"
        if counts and (value < 0 or math.isnan(value) or math.isinf(value)):
            fail(number, f"a counter of {value}")
        if (name == f"{self.name}_bucket") != ("le" in names):
            fail(number, "le belongs to buckets, and they to it")
        self.samples[name, labels] = value

    def check(self, number):
        """What can only be said of the whole."""
        if not {"TYPE", "HELP"} <= self.meta.keys() or not self.samples:
            fail(number, f"{self.name} lacks its type, its help or samples")
        if self.meta["TYPE"] != "histogram":
            return
        buckets = {}
        for (name, labels), value in self.samples.items():
            if name.endswith("_bucket"):
                rest = tuple(label for label in labels if label[0] != "le")
                buckets.setdefault(rest, []).append((float(dict(labels)["le"]), value))
        for rest, found in buckets.items():
            if found != sorted(found) or found[-1][0] != math.inf:
                fail(number, f"buckets of {self.name} do not grow to +Inf")
            if [value for _, value in found] != sorted(value for _, value in found):
                fail(number, f"buckets of {self.name} are not cumulative")
            if self.samples.get((f"{self.name}_count", rest)) != found[-1][1]:
                fail(number, f"the last bucket of {self.name} is not its count")
            if (f"{self.name}_sum", rest) not in self.samples:
                fail(number, f"{self.name} has no sum")


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    if not text.endswith("# EOF\n") or text.count("# EOF") != 1:
        fail(text.count("\n"), "the end is not one # EOF")
    families, now = {}, None
    for number, line in enumerate(text.split("\n")[:-2], 1):
        meta = META.fullmatch(line)
        if meta:
            kind, name, value = meta.groups()
            if now is None or name != now.name:
                if name in families:
                    fail(number, f"{name} comes back")
                if now:
                    now.check(number)
                now = families[name] = Family(name)
            now.describe(number, kind, value)
            continue
        sample = SAMPLE.fullmatch(line)
        if not sample or now is None or "TYPE" not in now.meta:
            fail(number, f"not a sample: {line!r}")
        name, labels, value = sample.group(1), sample.group(2) or "", float(sample.groups()[-1])
        if name not in [now.name + suffix for suffix in SUFFIXES[now.meta["TYPE"]]]:
            fail(number, f"{name} is not of {now.name}")
        now.add(number, name, tuple(re.findall(LABEL, labels)), value)
    if now:
        now.check(0)
    return families


def print_all(families):
    for family in families.values():
        for (name, labels), value in family.samples.items():
            text = ",".join(f"{key}={word}" for key, word in labels)
            print(f"{name}[{text}] {value:g}")


def compare(before, after):
    for family in before.values():
        if family.meta["TYPE"] == "gauge":
            continue
        for key, value in family.samples.items():
            if after[family.name].samples.get(key, -1) < value:
                sys.exit(f"{key} went down")
    print("no counter went down")


if len(sys.argv) == 2:
    print_all(read(sys.argv[1]))
else:
    compare(read(sys.argv[1]), read(sys.argv[2]))
