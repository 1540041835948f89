"""The machine that measures: its name, its kernel, and what the things cost there that a start consists of.

A ratio of two starts depends on these prices: a table without them can't be compared with another machine's.
"""

import os
import platform
import subprocess
import time

import toolchain
import tree

# what machine.c measures, and how it is called here
PRICES = {"call": "system call", "fault": "minor page fault", "mprotect": "mprotect", "map": "mmap and munmap"}


def program(name, flags=()):
    """A program of bench/ that runs on the machine's own libc, compiled when it changed."""
    out = os.path.join(tree.OUT, "runner", name)
    source = os.path.join(tree.HERE, name + ".c")
    chain = toolchain.glibc()
    key = tree.key_of(source, *chain.cc, *chain.inputs)
    if not tree.built(out, key):
        tree.run([*chain.cc, "-O2", "-o", os.path.join(out, name), source, *flags])
        tree.done(out, key)
    return os.path.join(out, name)


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "unknown"


def measured():
    """{name: nanoseconds}, and the number of protection keys as "keys"."""
    run = subprocess.run([program("machine")], capture_output=True, text=True, check=False)
    if run.returncode:
        raise tree.Failed(run.stderr.strip() or f"bench/machine.c: status {run.returncode}")
    return {name: int(value) for name, value in (line.split("\t") for line in run.stdout.splitlines())}


def facts(options):
    """The machine and the settings, for the results file."""
    prices = measured()
    out = {"date": time.strftime("%Y-%m-%d"), "kernel": platform.release(), "machine": platform.machine(),
           "processor": processor(), "processors": tree.JOBS, "protection keys": prices["keys"] or "none",
           "musl": toolchain.musl_version(), "glibc": platform.libc_ver()[1],
           "seconds for each command": options.seconds, "load at the start": f"{os.getloadavg()[0]:.2f}"}
    return out | {title: f"{prices[name] / 1e3:.2f} us" for name, title in PRICES.items()}


def lines(about):
    """The same for the terminal."""
    return [f"Linux {about['kernel']} on {about['processors']} x {about['processor']}, musl {about['musl']}, glibc {about['glibc']}",
            f"Protection keys: {about['protection keys']}. It takes here: " +
            ", ".join(f"{title} {about[title]}" for title in PRICES.values()) + "."]
