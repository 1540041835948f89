"""A hello world that is linked statically, as static PIE, and for a fixed address with libc.so.

A static program contains its libc, so upstream and the fork can't run the same file. One object is
linked twice, by upstream's musl-gcc and by the fork's: the program and its libc are compared as a whole.
"""

import functools
import os
import subprocess

import toolchain
import tree

STATIC = {"static": "static", "static-pie": "static PIE"}


def directory():
    return os.path.join(tree.OUT, "gen", "hello")


def path(name):
    """The fork's; upstream's is beside it as PATH.base."""
    return os.path.join(directory(), name)


def file_of(chain, name):
    """Where the compiler has one of its own files."""
    return subprocess.run([*chain.cc, f"-print-file-name={name}"], capture_output=True, text=True, check=True).stdout.strip()


def static_pie_of_upstream(chain):
    """Upstream's musl-gcc has no -static-pie: this names the files that it takes."""
    start = [os.path.join(chain.lib, f) for f in ("rcrt1.o", "crti.o")] + [file_of(chain, "crtbeginS.o")]
    end = [file_of(chain, "crtendS.o"), os.path.join(chain.lib, "crtn.o")]
    return ["-static", "-nostartfiles", "-Wl,-pie,--no-dynamic-linker,-z,text", *start], end


@functools.cache
def build():
    """All of them. They are small, and their sizes are a part of every result."""
    fork, base, glibc = toolchain.fork(), toolchain.upstream(), toolchain.glibc()
    source = os.path.join(tree.HERE, "hello.c")
    key = tree.key_of(__file__, source, *glibc.cc, *fork.cc, *fork.inputs, *base.cc, *base.inputs, *glibc.inputs,
                      *(os.path.join(chain.lib, "libc.a") for chain in (fork, base)))
    out = directory()
    if tree.built(out, key):
        return
    tree.say("LINK", "a hello world, statically")
    obj = f"{out}/hello.o"
    tree.run([*glibc.cc, "-O2", "-fPIC", "-c", "-o", obj, source])
    # the fork's musl-gcc adds --build-id by itself, of the same size
    pie, pie_end = static_pie_of_upstream(base)
    for name, chain, flags, end in (("static", fork, ["-static"], []), ("static-pie", fork, ["-static-pie"], []),
                                    ("static.base", base, ["-static"], []), ("static-pie.base", base, pie, pie_end)):
        tree.run([*chain.cc, *toolchain.LINK, "-Wl,--build-id", *flags, "-o", f"{out}/{name}", obj, *end])
        toolchain.copy(f"{out}/{name}", f"{out}/{name}")
    tree.run([*fork.cc, *toolchain.LINK, *fork.program_flags, "-no-pie", "-o", f"{out}/non-pie", obj])
    toolchain.for_upstream(f"{out}/non-pie")
    tree.run([*glibc.cc, *toolchain.LINK, "-no-pie", "-o", f"{out}/non-pie.glibc", obj])
    toolchain.copy(f"{out}/non-pie.glibc", f"{out}/non-pie.glibc")
    tree.done(out, key)


def sizes():
    """[(file, whose, text, data, bss)], as size(1) counts them."""
    build()
    files = [("libc.so", os.path.join(toolchain.fork().lib, "libc.so"), os.path.join(toolchain.upstream().lib, "libc.so"))]
    files += [(title + " hello world", path(name), path(name) + ".base") for name, title in STATIC.items()]
    out = []
    for title, fork, base in files:
        run = subprocess.run(["size", "-B", base, fork], capture_output=True, text=True, check=True)
        for whose, line in zip(("upstream", "fork"), run.stdout.splitlines()[1:]):
            out.append((title, whose, *map(int, line.split()[:3])))
    return out
