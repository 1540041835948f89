"""The table, the CSV and the verdict."""

import csv

import measure
from measure import AGAIN, BASE

# what the project wants to reach: (kinds of workload, condition on it, most that the ratio may be)
GOAL = 1.00
GOAL_AT_400 = 0.92

COLUMNS = ["workload", "kind", "libraries", "symbols", "marked", "variant", "rounds", *measure.TIMES, *measure.COUNTS,
           "instructions"]


def number(value, scale=1.0, digits=0):
    return "-" if value is None else f"{value / scale:.{digits}f}"


def interval(times, what):
    return f"{times[what + '_low']:.3f} .. {times[what + '_high']:.3f}"


def header():
    """Two lines over all tables."""
    first = f"  {'':<16}{'time that passed':<32} {'time of the processor':<32} {'calls':>11} {'minor':>7} {'private':>7} {'map-':>6} {'million':>8}"
    h = "".join(f"{'us':>8} {'ratio':>6}  {'95% interval':<15} " for _ in range(2))
    return [first, f"  {'':<16}{h}{'all':>6} {'mseal':>5} {'faults':>6} {'KiB':>7} {'pings':>6} {'instr.':>8}"]


def row(result):
    t, c = result.times, result.counts
    text = f"  {result.label:<16}"
    for what in "passed", "processor":
        text += (f"{t[what + '_us']:8.0f} {t[what + '_ratio']:6.3f}  {interval(t, what) if result.label != BASE else '':<15} "
                 if t else f"{'-':>8} {'-':>6}  {'':<15} ")
    return text + (f"{number(c.get('calls')):>6} {number(c.get('mseal')):>5} {number(c.get('faults')):>6} "
                   f"{number(c.get('dirty_kib')):>7} {number(c.get('mappings')):>6} "
                   f"{number(c.get('instructions'), 1e6, 3):>8}")


def table(results):
    """One workload's results, as lines."""
    first = results[0]
    return [f"{first.workload.title}  ({first.rounds} rounds)", *map(row, results), ""]


def hyperfine(medians):
    """What hyperfine says of the same commands."""
    return "  hyperfine, each by itself, median us:  " + "   ".join(f"{label} {us:.0f}" for label, us in medians.items())


def write_csv(path, results, facts):
    """All results; what they were measured on stands in front, as comments."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        for name, value in facts.items():
            file.write(f"# {name}: {value}\n")
        out = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        out.writeheader()
        for r in results:
            w = r.workload
            out.writerow({"workload": w.name, "kind": w.kind, "libraries": w.libraries, "symbols": w.symbols,
                          "marked": "yes" if w.marked else "no", "variant": r.label, "rounds": r.rounds,
                          **(r.times or {}), **{k: "" if v is None else v for k, v in r.counts.items()}})


def limit_of(workload):
    """The most that sealed over upstream may be."""
    return GOAL_AT_400 if workload.kind == "start" and workload.libraries >= 400 else GOAL


def goals(results):
    """(result, limit, word) for each sealed variant. The word tells what the interval allows to say."""
    for r in results:
        if r.label not in ("on", "full") or not r.times:
            continue
        limit, t = limit_of(r.workload), r.times
        # compared as they are printed: 1.0004 is 1.000
        ratio, low, high = (round(t[f"passed_{k}"], 3) for k in ("ratio", "low", "high"))
        word = "met" if ratio <= limit else "NOT MET"
        if low <= limit < high:
            word += ", but the interval reaches over" if ratio <= limit else ", but the interval reaches under"
        yield r, limit, word


def verdict(results):
    """Lines that say whether the goal was reached, and one of them at the end that says it of all; and whether."""
    lines, met, n = [], 0, 0
    for r, limit, word in goals(results):
        n += 1
        met += word.startswith("met")
        lines.append(f"  {r.workload.title + ', ' + r.label:<60} {r.times['passed_ratio']:6.3f}  {interval(r.times, 'passed')}"
                     f"  at most {limit:.2f}: {word}")
    if not n:
        return ["nothing was measured that the goal is about"], False
    noise = max((abs(r.times["passed_ratio"] - 1) for r in results if r.label == AGAIN and r.times), default=0)
    lines += ["", f"  Chance: the same upstream start, measured twice, differed by up to {noise:.1%}.",
              "  " + (f"Goal met: sealed is at most upstream's cost in all {n} comparisons." if met == n else
                      f"Goal NOT MET: {n - met} of {n} comparisons are over the limit.")]
    return lines, met == n
