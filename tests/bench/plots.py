# SPDX-License-Identifier: GPL-2.0-or-later
"""Plots of what was measured at more than one number of connections (gnuplot)."""

import os
import subprocess

HEAD = """set terminal svg size 720,440 dynamic background "white"
set output "{output}"
set title "{title}"
set key outside right top
set logscale x
set yrange [0:*]
set format y "%.1s %c"
set xlabel "connections"
set ylabel "{label}"
set style data linespoints
plot {plots}
"""


def quoted(text):
    return text.replace('"', "'")


def script(figures, measure, output):
    """What gnuplot is to do: a line for each contestant, its points behind the commands."""
    points = {}
    for contestant, parameter in figures.cells(measure):
        if parameter:
            points.setdefault(contestant, []).append(
                (parameter, figures.value(measure, contestant, parameter).median))
    label = "instructions" if figures.unit(measure) == "ns" else figures.unit(measure)
    plots = ", ".join(f'"-" title "{quoted(name)}"' for name in points)
    text = HEAD.format(output=output, title=quoted(measure), label=label, plots=plots)
    for line in points.values():
        text += "".join(f"{x} {y}\n" for x, y in line) + "e\n"
    return text


def draw(figures, folder):
    """Draws all there is to draw; the files' paths."""
    for measure in figures.measures():
        if len({parameter for _, parameter in figures.cells(measure) if parameter}) < 2:
            continue
        os.makedirs(folder, exist_ok=True)
        output = os.path.join(folder, measure.replace("/", "-") + ".svg")
        subprocess.run(["gnuplot"], input=script(figures, measure, output), text=True, check=True)
        yield output
