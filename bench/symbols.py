"""1,000 libraries of 1,000 symbols, each of which imports 1,000 at random: a million look-ups at start.

Library i imports from libraries 0 to i-1. The program needs them all and names the last one first, as
a linker's command has it, where a library stands before those it uses. So a symbol is found late, in a
library that was loaded after the one that asks. Libraries are made with as and ld, from a text: that
takes a tenth of a compiler's time. They need nothing, not even libc, so that musl and glibc load the
same files.
"""

import functools
import os
import random
import subprocess

import generate
import toolchain
import tree

COUNT = 1000
SEED = 1


def directory():
    return os.path.join(tree.OUT, "gen", "symbols")


def path(chain):
    """The program, by the name of its toolchain."""
    return os.path.join(directory(), f"prog-{chain}")


def source(i, pick):
    """Library i: its functions, and in RELRO a pointer to each of what it imports from those of a lower number."""
    lines = ["\t.text"]
    for k in range(COUNT):
        lines += [f"\t.globl f{i}_{k}", f"\t.type f{i}_{k}, STT_FUNC", f"f{i}_{k}:\t.skip 16"]
    lines += ['\t.section .data.rel.ro,"aw"', "\t.balign 16"]
    if i:
        lines += [f"\t.dc.a f{pick.randrange(i)}_{pick.randrange(COUNT)}" for _ in range(COUNT)]
    return "\n".join([*lines, '\t.section .note.GNU-stack,""', ""])


def make(out, note, i, text):
    """Assemble and link one. The note is the mark that the fork's musl-gcc gives to what it links."""
    obj = f"{out}/lib{i:03}.o"
    with open(tree.LOG, "a", encoding="utf-8") as log:
        subprocess.run(["as", "-o", obj, "-"], input=text, text=True, stdout=log, stderr=log, check=True)
    tree.run(["ld", "-shared", "--hash-style=gnu", "-z", "relro", "-z", "now", "-soname", f"lib{i:03}.so",
              "-o", f"{out}/lib{i:03}.so", obj, note])
    os.remove(obj)


@functools.cache
def build():
    """The libraries, and a program for each libc."""
    marked, glibc = toolchain.marked(), toolchain.glibc()
    note = os.path.join(marked.lib, "sealnote.o")
    out = directory()
    key = tree.key_of(__file__, note, *marked.cc, *marked.inputs, *marked.program_flags, *glibc.cc, *glibc.inputs)
    if tree.built(out, key):
        return
    tree.say("LINK", f"{COUNT} libraries of {COUNT} symbols")
    pick = random.Random(SEED)
    generate.in_parallel(lambda made: make(out, note, *made), ((i, source(i, pick)) for i in range(COUNT)))
    generate.write(f"{out}/prog.c", generate.program_source(0))
    tree.run([*glibc.cc, "-O2", "-fPIC", "-c", "-o", f"{out}/prog.o", f"{out}/prog.c"])
    inputs = [f"-Wl,-rpath,{out}", f"{out}/prog.o", *(f"{out}/lib{i:03}.so" for i in reversed(range(COUNT)))]
    generate.in_parallel(lambda chain: generate.link_program(chain, path(chain.name), inputs), (marked, glibc))
    tree.done(out, key)
