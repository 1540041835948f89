"""The libcs that are compared, and the compilers that link for them.

One binary serves unmodified musl and the fork. It is linked for the fork, and the copy for upstream
differs from it in the name of its interpreter alone: build/bench/ld/fork and build/bench/ld/base, which
are as long as each other. Libraries name no interpreter and are the same files for both.
"""

import os
import shutil
import subprocess

from tree import BUILD, OUT, Failed

LD = os.path.join(OUT, "ld")
FORK_LD = os.path.join(LD, "fork")
BASE_LD = os.path.join(LD, "base")
PREFIXES = {}
LINK = ["-Wl,-z,relro,-z,now", "-Wl,--no-as-needed"]


class Toolchain:
    """A compiler command for one libc, and the flags that link a program for it."""

    def __init__(self, name, cc, program_flags, inputs, lib=None):
        self.name = name
        self.lib = lib
        self.cc = cc
        self.program_flags = program_flags
        self.inputs = inputs


def write_afresh(path, contents, like):
    """Write a file in one go, with the mode of another, and have it there whole or not at all.

    How a file came into the page cache decides how large the pieces are that it has there, and what a
    fault of it costs: the start of a program of 4 MB took 15 per cent longer as the linker left it than
    as a copy. So what is compared leaves the cache and comes back as starts read it.
    """
    new = path + ".new"
    with open(new, "wb") as file:
        file.write(contents)
        file.flush()
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    shutil.copymode(like, new)
    os.replace(new, path)


def copy(path, target):
    """The contents of target, which may be path itself."""
    with open(target, "rb") as file:
        contents = file.read()
    write_afresh(path, contents, target)


def set_up(fork_prefix, upstream_prefix):
    """Point the interpreters at the two libcs."""
    for prefix in fork_prefix, upstream_prefix:
        if not os.path.exists(os.path.join(prefix, "lib", "libc.so")):
            raise Failed(f"{prefix}: no lib/libc.so there; make bench builds what it compares")
    os.makedirs(LD, exist_ok=True)
    copy(FORK_LD, os.path.join(fork_prefix, "lib", "libc.so"))
    copy(BASE_LD, os.path.join(upstream_prefix, "lib", "libc.so"))
    PREFIXES["fork"], PREFIXES["upstream"] = fork_prefix, upstream_prefix


def musl_version():
    """The fork's, as it says itself when it is run without a program."""
    run = subprocess.run([FORK_LD], capture_output=True, text=True, check=False)
    return next((line.split()[1] for line in run.stderr.splitlines() if line.startswith("Version ")), "unknown")


def musl(name, prefix):
    """A prefix's musl-gcc: the fork's marks what it links, upstream's does not."""
    lib = os.path.join(prefix, "lib")
    files = [os.path.join(lib, f) for f in os.listdir(lib) if f.endswith((".o", ".specs"))]
    # whichever it is, programs name the fork's interpreter, see for_upstream()
    return Toolchain(name, [os.path.join(prefix, "bin", "musl-gcc")],
                     [f"-Wl,--dynamic-linker={FORK_LD}"], sorted(files), lib)


def marked():
    return musl("musl", os.path.join(BUILD, "prefix"))


def unmarked():
    return musl("unmarked", os.path.join(BUILD, "upstream-prefix"))


def fork():
    """The libc that is measured, with its libc.a."""
    return musl("fork", PREFIXES["fork"])


def upstream():
    """The libc that it is compared with."""
    return musl("upstream", PREFIXES["upstream"])


def glibc():
    """The system's own."""
    cc = os.environ.get("CC") or "gcc"
    version = subprocess.run([*cc.split(), "--version"], capture_output=True, text=True, check=False)
    if version.returncode:
        raise Failed(f"{cc}: {version.stderr.strip()}")
    return Toolchain("glibc", cc.split(), [], [version.stdout])


def for_upstream(program):
    """The same program with upstream's interpreter, beside it as PROGRAM.base."""
    with open(program, "rb") as file:
        contents = file.read()
    name, other = (os.fsencode(p) + b"\0" for p in (FORK_LD, BASE_LD))
    if contents.count(name) != 1 or len(name) != len(other):
        raise Failed(f"{program}: its interpreter is not {FORK_LD}")
    base = program + ".base"
    write_afresh(program, contents, program)
    write_afresh(base, contents.replace(name, other), program)
    return base
