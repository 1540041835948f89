"""Pictures of the results: cost against the number of libraries, as SVG.

A point is a median, its bar the 95% interval. Numbers of libraries stand at even distances, because what
matters is each of them and not the way from 100 to 400.
"""

import os

import matplotlib

matplotlib.use("svg")
# text stays text, which can be searched and read aloud; the same figures give the same bytes
matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "bench", "font.family": "sans-serif", "font.size": 10,
                            "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.grid.axis": "y",
                            "grid.color": "#e4e4e4", "axes.axisbelow": True, "axes.titlesize": 10.5,
                            "axes.titlelocation": "left", "legend.frameon": False})

# pylint: disable=wrong-import-position
from matplotlib import pyplot

import generate
import report

# colours that people who see fewer of them can tell apart
STYLE = {"upstream": ("#333333", "o"), "off": ("#0072b2", "s"), "on": ("#d55e00", "D"), "full": ("#cc79a7", "^"),
         "glibc": ("#009e73", "v")}
NAMES = {"upstream": "upstream musl", "off": "fork, off", "on": "fork, on", "full": "fork, full", "glibc": "glibc"}
FORK = ("off", "on", "full")
COUNTED = [("calls", "system calls"), ("faults", "minor page faults"), ("dirty_kib", "private dirty memory"),
           ("mappings", "mappings"), ("instructions", "instructions, user space")]


def of(results, kind, symbols, label):
    """{libraries: result} of one line in a plot. The program without libraries is on every line."""
    return {r.workload.libraries: r for r in results
            if r.workload.kind == kind and r.label == label and r.workload.marked and r.workload.symbols in (symbols, "")}


def spread(labels, i):
    """Bars of the same place stand beside each other."""
    return (i - (len(labels) - 1) / 2) * 0.09


def errors(values, lows, highs):
    return [[v - low for v, low in zip(values, lows)], [high - v for v, high in zip(values, highs)]]


def line(axes, label, x, y, bars=None):
    colour, marker = STYLE[label]
    axes.errorbar(x, y, yerr=bars, color=colour, marker=marker, markersize=5, linewidth=1.4, elinewidth=1.2, capsize=2.5,
                  label=NAMES[label])


def ticks(axes, sizes):
    axes.set_xticks(range(len(sizes)), [str(n) for n in sizes])
    axes.set_xlim(-0.35, len(sizes) - 0.65)


def plot_times(axes, results, kind, symbols, sizes):
    labels = [label for label in STYLE if of(results, kind, symbols, label)]
    for label in labels:
        found = of(results, kind, symbols, label)
        at = [k for k, n in enumerate(sizes) if n in found]
        line(axes, label, at, [found[sizes[k]].times["passed_us"] / 1e3 for k in at])
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_title(f"{generate.IMPORTS[symbols]} symbols imported by each")
    ticks(axes, sizes)


def plot_ratios(axes, results, kind, symbols, sizes):
    axes.axhline(1, color=STYLE["upstream"][0], linewidth=1.2)
    for i, label in enumerate(FORK):
        found = of(results, kind, symbols, label)
        at = [k for k, n in enumerate(sizes) if n in found]
        t = [found[sizes[k]].times for k in at]
        y = [v["passed_ratio"] for v in t]
        line(axes, label, [k + spread(FORK, i) for k in at], y,
             errors(y, [v["passed_low"] for v in t], [v["passed_high"] for v in t]))
    for k, n in enumerate(sizes):
        found = of(results, kind, symbols, "on").get(n)
        goal = report.limit_of(found.workload) if found else None
        if goal is not None and goal != 1:
            axes.plot([k - 0.25, k + 0.25], [goal] * 2, color="#333333", linewidth=1.2, linestyle=":")
            axes.annotate("goal ", (k - 0.25, goal), ha="right", va="center", fontsize=8.5)
    ticks(axes, sizes)


def save(figure, path):
    figure.savefig(path, format="svg", metadata={"Date": None})
    pyplot.close(figure)
    return path


def legend(figure, axes, title):
    figure.suptitle(title, x=0.012, y=0.985, ha="left", va="top", fontsize=13, fontweight="bold")
    handles, labels = axes.get_legend_handles_labels()
    if not labels:  # with --only, a picture may have nothing on the left
        return
    figure.legend(handles, labels, loc="upper right", ncol=len(labels), bbox_to_anchor=(0.995, 1.0), columnspacing=1.4,
                  handlelength=1.6)


def against_libraries(results, kind, title, sizes, path):
    """Time above, and below it the ratio to upstream, for few and for many symbols."""
    figure, axes = pyplot.subplots(2, 2, figsize=(9.5, 7), sharex=True, sharey="row")
    for column, symbols in enumerate(generate.IMPORTS):
        plot_times(axes[0][column], results, kind, symbols, sizes)
        plot_ratios(axes[1][column], results, kind, symbols, sizes)
        axes[1][column].set_xlabel("libraries")
    axes[0][0].set_ylabel("milliseconds")
    axes[1][0].set_ylabel("ratio to upstream")
    legend(figure, axes[0][0], title)
    figure.tight_layout(rect=(0, 0, 1, 0.96))
    return save(figure, path)


def counts(results, path):
    """Each count as a ratio to upstream's."""
    found = {label: of(results, "start", "many", label) for label in ("upstream", *FORK)}
    sizes = sorted(found["upstream"])
    figure, axes = pyplot.subplots(1, len(COUNTED), figsize=(13, 3.6), sharey=True)
    for panel, (name, title) in zip(axes, COUNTED):
        panel.axhline(1, color=STYLE["upstream"][0], linewidth=1.2)
        for i, label in enumerate(FORK):
            at, y = [], []
            for k, n in enumerate(sizes):
                base = found["upstream"][n].counts.get(name)
                value = found[label][n].counts.get(name) if n in found[label] else None
                if base and value is not None:
                    at.append(k + spread(FORK, i))
                    y.append(value / base)
            line(panel, label, at, y)
        panel.set_title(title)
        panel.set_xlabel("libraries")
        ticks(panel, sizes)
    axes[0].set_ylabel("ratio to upstream")
    legend(figure, axes[0], "Start, counted: libraries of 50 symbols each")
    figure.tight_layout(rect=(0, 0, 1, 0.93))
    return save(figure, path)


def programs(results, path):
    """Real programs, a line for each."""
    titles = list(dict.fromkeys(r.workload.title for r in results))
    labels = (*FORK, "glibc")
    figure, axes = pyplot.subplots(figsize=(9.5, 1.6 + 0.9 * len(titles)))
    axes.axvline(1, color=STYLE["upstream"][0], linewidth=1.2)
    for i, label in enumerate(labels):
        rows = [r for r in results if r.label == label]
        x = [r.times["passed_ratio"] for r in rows]
        colour, marker = STYLE[label]
        axes.errorbar(x, [titles.index(r.workload.title) + 1.6 * spread(labels, i) for r in rows],
                      xerr=errors(x, [r.times["passed_low"] for r in rows], [r.times["passed_high"] for r in rows]),
                      color=colour, marker=marker, markersize=5, linestyle="", elinewidth=1.2, capsize=2.5, label=NAMES[label])
    base = {r.workload.title: r.times["passed_us"] / 1e3 for r in results if r.label == report.BASE}
    axes.set_yticks(range(len(titles)), [f"{t}\n(upstream: {base[t]:.1f} ms)" for t in titles])
    axes.set_ylim(len(titles) - 0.5, -0.5)
    axes.grid(axis="x")
    axes.set_xlabel("time, ratio to upstream")
    legend(figure, axes, "Real programs")
    figure.tight_layout(rect=(0, 0, 1, 0.93))
    return save(figure, path)


def draw(results, directory):
    """All pictures that there are results for; their paths."""
    timed = [r for r in results if r.times]
    out = []
    for kind, title in (("start", "Start of a program"), ("dlopen", "dlopen, one library after the other"),
                        ("dlopen-at-once", "dlopen of a library that needs the others")):
        sizes = sorted({r.workload.libraries for r in timed if r.workload.kind == kind})
        if sizes:
            out.append(against_libraries(timed, kind, title, sizes, os.path.join(directory, f"{kind}.svg")))
    real = [r for r in timed if r.workload.kind == "real"]
    if real:
        out.append(programs(real, os.path.join(directory, "real.svg")))
    if any(r.counts and r.workload.kind == "start" and r.label == report.BASE for r in results):
        out.append(counts(results, os.path.join(directory, "counts.svg")))
    return out
