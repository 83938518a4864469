# SPDX-License-Identifier: GPL-2.0-or-later
"""report.py --kernel K --out DIR [--baseline check|renew] FILE...: tables, JSON and plots
of what the programs of tests/bench printed (lib/result.h), or the comparison with
baseline.json as TAP."""

import argparse
import json
import os
import sys

import goals
import plots
from figures import Figures

BASELINE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "baseline.json")
WORSE = 1.05


def parse_arguments():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--baseline", choices=("check", "renew"))
    parser.add_argument("files", nargs="+")
    return parser.parse_args()


def table(figures, measure):
    """Lines of the table of one measure: contestants below each other."""
    unit = figures.unit(measure)
    reference = goals.reference_of(measure)
    yield ""
    yield f"{measure} ({'instructions' if unit == 'ns' else unit})"
    for contestant, parameter in figures.cells(measure):
        value = figures.value(measure, contestant, parameter)
        ratio = figures.ratio((measure, contestant, parameter),
                              (measure, reference, parameter))
        at = f" at {parameter:,}" if figures.varies(measure) else ""
        line = f"  {contestant + at:<28} {value.median:>16,.0f}  ±{100 * value.spread:4.1f} %"
        if ratio and contestant != reference:
            line += f"  {ratio.median:7.3f} of {reference}"
            if ratio.spread > goals.WIDE:
                line += f", NOT SURE: ±{100 * ratio.spread:.0f} %"
        yield line


def show(figures, kernel, out):
    for measure in figures.measures():
        print("\n".join(table(figures, measure)))
    print(f"\nGoals, Linux {kernel}")
    for line in goals.lines(figures):
        print("  " + line)
    os.makedirs(os.path.join(out, "results"), exist_ok=True)
    path = os.path.join(out, "results", f"{kernel}.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(figures.as_json(), file, indent=1)
    print(f"\n{path}")
    for plot in plots.draw(figures, os.path.join(out, "plots", kernel)):
        print(plot)


def baseline_of(figures):
    """What is kept: the figures and their ratio to the reference of the same run."""
    kept = {}
    for measure, contestant, reference in goals.BASELINE:
        ratio = figures.ratio((measure, contestant, 1), (measure, reference, 1))
        kept[measure] = {
            contestant: round(figures.value(measure, contestant, 1).median),
            reference: round(figures.value(measure, reference, 1).median),
            "ratio": round(ratio.median, 4),
        }
    return kept


def renew(kernel, now):
    kept = {}
    if os.path.exists(BASELINE):
        with open(BASELINE, encoding="utf-8") as file:
            kept = json.load(file)
    kept[kernel] = now
    with open(BASELINE, "w", encoding="utf-8") as file:
        json.dump(kept, file, indent=1, sort_keys=True)
        file.write("\n")
    return 0


def check(kernel, now):
    """TAP. The ratio counts: kernels and compilers of the guest change with the suite."""
    with open(BASELINE, encoding="utf-8") as file:
        kept = json.load(file)[kernel]
    failed = 0
    for measure, figure in now.items():
        was = kept.get(measure, {}).get("ratio")
        good = was is not None and figure["ratio"] <= was * WORSE
        failed += not good
        print(f"{'ok' if good else 'not ok'} bench {measure}: {figure['ratio']:.3f} "
              f"of the reference, was {was}")
        if not good:
            print(f"# {figure}; if it has to be so: tests/bench/run --baseline renew "
                  f"--kernel {kernel}")
    return 1 if failed else 0


def main():
    options = parse_arguments()
    figures = Figures()
    for file in options.files:
        figures.read(file)
    if options.baseline == "renew":
        return renew(options.kernel, baseline_of(figures))
    if options.baseline == "check":
        return check(options.kernel, baseline_of(figures))
    show(figures, options.kernel, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
