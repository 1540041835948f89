"""What is run, how often, and what comes of it.

The runner, start.c, alternates the variants of a workload on one processor and compares them round by
round. Counts are taken apart, because counting changes times.
"""

import dataclasses
import functools
import json
import os
import platform
import re
import shlex
import statistics
import subprocess
import tempfile
import threading

import hello
import machine
import tree
from tree import Failed

MOST_ROUNDS = 5000
# the fewest rounds of a slow workload: six give an interval of 95%, two are what a short run has time for
FEWEST, FEWEST_QUICK = 6, 2
COUNTED = 3
COUNTS = ("calls", "mseal", "faults", "dirty_kib", "mappings")
TIMES = [f"{what}_{field}" for what in ("passed", "processor") for field in ("us", "ratio", "low", "high")]
BASE, AGAIN, GLIBC = "upstream", "upstream, again", "glibc"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
LEVELS = ("off", "on", "full")
SEALED = ("on", "full")
# what counted the instructions; the last one marks a program that valgrind ran unsealed
VALGRIND, UNSEALED = "valgrind", "valgrind*"
# how many instructions are counted one by one, and in a short run
MOST_STEPS, MOST_STEPS_QUICK = 1_000_000, 100_000


@dataclasses.dataclass
class Variant:
    """One way to run a workload. LD_SEAL is set even for who doesn't know it: every environment is as large."""
    label: str
    level: str
    argv: list


@dataclasses.dataclass
class Workload:
    """The same work, under each variant; the first is what the others are compared with.

    prepare() builds what is run; what it returns, if anything, is why that can't be had here. A slow one
    takes seconds: it gets a few rounds, and its instructions are not counted.
    timed_by is the runner's option for programs that tell times themselves.
    """
    name: str
    title: str
    kind: str
    variants: list
    libraries: int = 0
    symbols: str = ""
    marked: bool = True
    timed_by: str = ""
    slow: bool = False
    prepare: object = None


@dataclasses.dataclass
class Result:
    """What one variant of a workload took. A count that could not be had is None."""
    workload: Workload
    label: str
    times: dict
    counts: dict
    rounds: int


def variants(fork, glibc=None, levels=LEVELS, again=True, hard=False):
    """The variants of a program: its binary for the fork and the same arguments; glibc's own, if there is one."""
    base = [fork[0] + ".base", *fork[1:]]
    out = [Variant(BASE, "off", base)]
    if levels == LEVELS and again:
        out.append(Variant(AGAIN, "off", base))
    out += [Variant(level, level, fork) for level in levels]
    if hard:
        out.append(Variant("hard", "hard", fork))
    if glibc:
        out.append(Variant(GLIBC, "off", glibc))
    return out


def build_runner():
    """The runner, compiled when it changed."""
    return machine.program("start", ["-lm"])


def command_words(workload):
    words = []
    for v in workload.variants:
        words += ["--", v.label, f"LD_SEAL={v.level}", *v.argv]
    return words


def call(command, workload, tick):
    """Run the runner; tick() is called about once a second meanwhile, for the progress display."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        with subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=out,
                              stderr=err) as process:
            # waiting in a thread: Popen.wait with a time limit would wake up 20 times a second
            waiter = threading.Thread(target=process.wait)
            waiter.start()
            try:
                while waiter.is_alive():
                    waiter.join(1)
                    tick()
            except BaseException:
                process.kill()
                raise
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise Failed(f"{workload.title}: {err.read().strip() or f'status {process.returncode}'}")
        return [line.rstrip("\n").split("\t") for line in out]


def can_seal(workload):
    """Whether the sealed variants are sealed here: with strict they would not run otherwise."""
    sealed = next(v for v in workload.variants if v.label == "on")
    run = subprocess.run(sealed.argv, env={**ENVIRONMENT, "LD_SEAL": "on,strict"}, capture_output=True, check=False)
    return run.returncode == 0


def measure_times(runner, workload, seconds, fewest, raw, tick):
    """{label: times}, and how many rounds there were."""
    command = [runner, "-t", str(seconds * len(workload.variants)), "-r", raw]
    if workload.slow:
        command += ["-l", str(fewest)]
    if workload.timed_by:
        command.append(workload.timed_by)
    lines = call([*command, str(MOST_ROUNDS), *command_words(workload)], workload, tick)
    with open(raw, encoding="utf-8") as file:
        rounds = sum(1 for _ in file) // len(workload.variants)
    return {line[0]: dict(zip(TIMES, map(float, line[1:]))) for line in lines}, rounds


def measure_counts(runner, workload, tick):
    """{label: counts}, each the median of a few runs: where the kernel puts things changes them a little."""
    seen = {v.label: {c: [] for c in COUNTS} for v in workload.variants}
    for _ in range(1 if workload.slow else COUNTED):
        for label, *numbers in call([runner, "count", *command_words(workload)], workload, tick):
            for name, number in zip(COUNTS, numbers):
                seen[label][name].append(None if number == "-" else int(number))
    return {label: {name: None if None in numbers else int(statistics.median(numbers)) for name, numbers in of.items()}
            for label, of in seen.items()}


def cachegrind(variant):
    """Instructions of the process outside of the kernel, as valgrind executes them; None if it can't."""
    env = {**ENVIRONMENT, "LD_SEAL": variant.level}
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", *variant.argv]
    run = subprocess.run(command, env=env, capture_output=True, text=True, errors="replace", check=False)
    match = re.search(r"I\s+refs:\s+([\d,]+)", run.stderr)
    if run.returncode or not match:
        return None
    return int(match.group(1).replace(",", ""))


@functools.cache
def valgrind_seals():
    """Whether a program that must be sealed to run does so under valgrind, which may not know mseal."""
    hello.build()
    return cachegrind(Variant("on", "on,strict", [hello.path("non-pie")])) is not None


def count_instructions(runner, workload, most, tick):
    """{label: (instructions, how they were counted)}.

    One by one on the real kernel, if upstream's start has at most so many: that takes microseconds for each. If it
    has more, by valgrind. And where load-linked and store-conditional don't get along with steps (see start.c).
    A valgrind that doesn't know mseal answers that there is no such call, and the program goes on unsealed.
    """
    counted = [v for v in workload.variants if v.label != AGAIN]
    base = cachegrind(counted[0])
    tick()
    if base is not None and base <= most and platform.machine() in ("x86_64", "i686", "i386"):
        lines = call([runner, "steps", *command_words(dataclasses.replace(workload, variants=counted))], workload, tick)
        return {label: (int(steps), "steps") for label, steps in lines}
    out = {counted[0].label: (base, VALGRIND)}
    for v in counted[1:]:
        sealed = v.label in SEALED
        out[v.label] = (cachegrind(v), VALGRIND if not sealed or valgrind_seals() else UNSEALED)
        tick()
    return out


def hyperfine(workload, seconds, path):
    """{label: median microseconds} by hyperfine, which leaves what it measured in path-LABEL.json.

    It runs one command until it is done and then the next one: what else the machine does meanwhile
    goes to one of them. It is here to cross-check the times, not the ratios.
    """
    out = {}
    for v in workload.variants:
        export = f"{path}-{v.label.replace(', ', '-')}.json"
        run = subprocess.run(["hyperfine", "-N", "--style=none", "--warmup=5", f"--runs={max(10, int(seconds * 50))}",
                              f"--export-json={export}", f"--command-name={v.label}", shlex.join(v.argv)],
                             env={**ENVIRONMENT, "LD_SEAL": v.level}, capture_output=True, text=True, check=False)
        if run.returncode:
            raise Failed(f"{workload.title}: hyperfine: {run.stderr.strip()}")
        with open(export, encoding="utf-8") as file:
            out[v.label] = json.load(file)["results"][0]["median"] * 1e6
    return out
