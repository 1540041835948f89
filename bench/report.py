"""The table, the CSV and the verdict."""

import csv
import fnmatch

import measure
from measure import AGAIN, BASE, LEVELS, SEALED, UNSEALED

# What the project wants to reach: (workloads, levels, the most that the time over upstream's may be). The first
# that names a workload and a level counts. A level without a line is measured and not judged.
GOALS = [
    ("start-static", SEALED, 1.03),
    ("start-static-pie", SEALED, 1.06),
    ("start-non-pie", SEALED, 0.97),
    ("start-0", LEVELS, 0.97),
    ("start-400-*-unmarked", SEALED, 0.92),
    ("start-*-unmarked", SEALED, 1.00),
    ("start-20-few", SEALED, 0.80),
    ("start-20-many", SEALED, 0.74),
    ("start-100-few", SEALED, 0.62),
    ("start-100-many", SEALED, 0.36),
    ("start-400-few", SEALED, 0.34),
    ("start-400-many", SEALED, 0.16),
    ("start-1000-1000", SEALED, 0.05),
    ("dlopen-*", SEALED, 0.93),
    ("real-*", SEALED, 1.00),
]

COLUMNS = ["workload", "kind", "libraries", "symbols", "marked", "variant", "rounds", *measure.TIMES, *measure.COUNTS,
           "instructions", "counted_by"]


def number(value, scale=1.0, digits=0):
    return "-" if value is None else f"{value / scale:.{digits}f}"


def interval(times, what):
    return f"{times[what + '_low']:.3f} .. {times[what + '_high']:.3f}"


def header():
    """Two lines over all tables."""
    first = f"  {'':<16}{'time that passed':<32} {'time of the processor':<32} {'calls':>11} {'minor':>7} {'private':>7} {'map-':>6} {'million':>8} counted"
    h = "".join(f"{'us':>8} {'ratio':>6}  {'95% interval':<15} " for _ in range(2))
    return [first, f"  {'':<16}{h}{'all':>6} {'mseal':>5} {'faults':>6} {'KiB':>7} {'pings':>6} {'instr.':>8} by"]


def row(result):
    t, c = result.times, result.counts
    text = f"  {result.label:<16}"
    for what in "passed", "processor":
        text += (f"{t[what + '_us']:8.0f} {t[what + '_ratio']:6.3f}  {interval(t, what) if result.label != BASE else '':<15} "
                 if t else f"{'-':>8} {'-':>6}  {'':<15} ")
    return text + (f"{number(c.get('calls')):>6} {number(c.get('mseal')):>5} {number(c.get('faults')):>6} "
                   f"{number(c.get('dirty_kib')):>7} {number(c.get('mappings')):>6} "
                   f"{number(c.get('instructions'), 1e6, 3):>8} {c.get('counted_by', '')}").rstrip()


def table(results):
    """One workload's results, as lines."""
    first = results[0]
    return [f"{first.workload.title}  ({first.rounds} rounds)", *map(row, results), ""]


def hyperfine(medians):
    """What hyperfine says of the same commands."""
    return "  hyperfine, each by itself, median us:  " + "   ".join(f"{label} {us:.0f}" for label, us in medians.items())


def sizes(of):
    """The sizes of files, as the hello world and libc.so have them."""
    lines = [f"  {'size in bytes':<40} {'text':>9} {'data':>9} {'bss':>9}"]
    for title, whose, *numbers in of:
        lines.append(f"  {title + ', ' + whose:<40} " + " ".join(f"{n:>9,}" for n in numbers))
    return [*lines, ""]


def size_facts(of):
    """The same for the results file."""
    return {f"{title}, {whose}": f"text {text}, data {data}, bss {bss}" for title, whose, text, data, bss in of}


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


def limit_of(workload, level="on"):
    """The most that this level over upstream may be; None if there is no goal for it."""
    return next((most for names, levels, most in GOALS if level in levels and fnmatch.fnmatch(workload.name, names)), None)


def judged(times, limit):
    """What the median says, and whether the interval leaves a doubt. Compared as printed: 1.0004 is 1.000."""
    ratio, low, high = (round(times[f"passed_{k}"], 3) for k in ("ratio", "low", "high"))
    if ratio <= limit:
        return "met" if high <= limit else "met, but the interval reaches over"
    return "NOT MET" if low > limit else "NOT MET, but the interval reaches under"


def count_ratio(result, base, name):
    """To upstream's count of the same; None if either is not known."""
    mine, theirs = (r.counts.get(name) for r in (result, base))
    return mine / theirs if mine is not None and theirs else None


def bases(results):
    return {r.workload.name: r for r in results if r.label == BASE}


def goals(results):
    """(result, limit, ratio of system calls, ratio of instructions) for each variant that has a goal."""
    base = bases(results)
    return [(r, limit_of(r.workload, r.label),
             *(count_ratio(r, base[r.workload.name], name) for name in ("calls", "instructions")))
            for r in results if limit_of(r.workload, r.label) is not None]


def summary(compared):
    """The last lines: how many of the comparisons are within the limit, by each measure."""
    out = []
    words = [judged(r.times, limit) for r, limit, *_ in compared if r.times]
    if words:
        met = sum(w.startswith("met") for w in words)
        out.append(f"  Goal {'met' if met == len(words) else 'NOT MET'}: by the time that passed, the fork is within the limit in "
                   f"{met} of {len(words)} comparisons.")
    for k, name in enumerate(("system calls", "instructions")):
        known = [counted[k] for _, _, *counted in compared if counted[k] is not None]
        if known:
            out.append(f"  It takes at most upstream's {name} in {sum(round(n, 3) <= 1 for n in known)} of {len(known)}.")
    return out


def verdict(results):
    """Lines that hold each variant against its goal, and whether the times meet it everywhere."""
    compared = goals(results)
    lines = [f"  {'fork over upstream':<58} {'time':>6}  {'95% interval':<15} {'calls':>6} {'instr.':>6} {'by':<9}  limit"]
    for r, limit, calls, instructions in compared:
        time = f"{r.times['passed_ratio']:6.3f}  {interval(r.times, 'passed'):<15}" if r.times else f"{'-':>6}  {'':<15}"
        counted = f"{number(calls, digits=3):>6} {number(instructions, digits=3):>6} {r.counts.get('counted_by', ''):<9}"
        lines.append(f"  {r.workload.title + ', ' + r.label:<58} {time} {counted}   {limit:.2f}  "
                     f"{judged(r.times, limit) if r.times else ''}".rstrip())
    noise = [abs(r.times["passed_ratio"] - 1) for r in results
             if r.label == AGAIN and r.times and limit_of(r.workload) is not None]
    if noise:
        lines += ["", f"  Chance: the same command for upstream, measured twice, differed by up to {max(noise):.1%}."]
    if any(r.counts.get("counted_by") == UNSEALED for r in results):
        lines += ["", f"  {UNSEALED}: this valgrind doesn't know mseal. It counted the program unsealed."]
    met = all(r.times and judged(r.times, limit).startswith("met") for r, limit, *_ in compared)
    return lines + summary(compared), met
