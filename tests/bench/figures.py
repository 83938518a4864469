# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures of several rounds."""

import statistics


class Value:
    """A median, and how far the middle half of the rounds is from each other."""

    def __init__(self, rounds):
        self.rounds = len(rounds)
        self.median = statistics.median(rounds)
        self.spread = 0.0
        if len(rounds) > 2 and self.median:
            low, _, high = statistics.quantiles(rounds, n=4, method="inclusive")
            self.spread = (high - low) / abs(self.median)

    def as_json(self):
        return {"median": self.median, "spread": round(self.spread, 4), "rounds": self.rounds}


class Figures:
    """What was measured: {(measure, contestant, parameter): [a figure of each round]}"""

    def __init__(self):
        self._rounds = {}
        self._units = {}

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            for line in file:
                if "\t" not in line:   # of the tests' own library
                    continue
                measure, contestant, parameter, unit, value = line.rstrip("\n").split("\t")
                self._units[measure] = unit
                self._rounds.setdefault((measure, contestant, int(parameter)), []).append(
                    float(value))

    def measures(self):
        return list(self._units)

    def unit(self, measure):
        return self._units[measure]

    def cells(self, measure):
        """(contestant, parameter) of a measure, in the order of their names' first figure"""
        cells = [key[1:] for key in self._rounds if key[0] == measure]
        names = list(dict.fromkeys(name for name, _ in cells))
        return sorted(cells, key=lambda cell: (cell[1], names.index(cell[0])))

    def varies(self, measure):
        return len({parameter for _, parameter in self.cells(measure)}) > 1

    def has(self, key):
        return key in self._rounds

    def value(self, *key):
        return Value(self._rounds[key])

    def ratio(self, key, reference):
        """Of the figures of the same rounds; None if one of them was not measured"""
        if not self.has(key) or not self.has(reference):
            return None
        pairs = zip(self._rounds[key], self._rounds[reference])
        rounds = [one / other for one, other in pairs if other]
        return Value(rounds) if rounds else None

    def as_json(self):
        return [dict(measure=measure, contestant=contestant, parameter=parameter,
                     unit=self._units[measure], **Value(rounds).as_json())
                for (measure, contestant, parameter), rounds in self._rounds.items()]
