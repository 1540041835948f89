"""Real programs, built from Debian's sources with each toolchain.

A recipe builds one program in its own directory, links it so that its libraries are found there, and
says how it is run. What is built is kept until the recipe, the source or the toolchain changes. Sources
that can't be had leave a program out, which is said; sources that can't be built are an error.
"""

import dataclasses
import functools
import glob
import inspect
import os
import shutil
import subprocess

import toolchain
import tree
from measure import Workload, variants


@dataclasses.dataclass
class Program:
    """How a program is built and run."""
    name: str
    title: str
    packages: list
    recipe: object
    command: object


def cc_of(chain, directory):
    """One command that is the whole compiler, for configure scripts.

    It answers --print-multiarch, with which Python asks for its platform, by the libc that it
    compiles for, and finds the kernel's headers.
    """
    path = os.path.join(directory, "cc")
    extra = ["-idirafter", os.path.join(tree.BUILD, "linux-headers")] if chain.program_flags else []
    machine = os.uname().machine
    libc = "musl" if chain.program_flags else "gnu"
    with open(path, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\n"
                   f'test "$*" != --print-multiarch || {{ echo {machine}-linux-{libc} ; exit ; }}\n'
                   f"exec {' '.join(chain.cc)} \"$@\" {' '.join(extra)}\n")
    os.chmod(path, 0o755)
    return path


def lua(cc, link, src, out):
    def c_files(*patterns, but=()):
        return [f for p in patterns for f in sorted(glob.glob(p)) if os.path.basename(f) not in but]

    core = os.path.join(src["lua5.4"], "src")
    cjson, lpeg = src["lua-cjson"], src["lua-lpeg"]
    flags = ["-O2", "-fPIC", "-DLUA_USE_LINUX", f"-I{core}"]
    shared = [cc, *flags, *link, "-shared"]
    tree.run([*shared, "-o", f"{out}/liblua.so", *c_files(f"{core}/*.c", but=("lua.c", "luac.c")), "-lm", "-ldl"])
    tree.run([cc, *flags, *link, "-o", f"{out}/lua", f"{core}/lua.c", f"-L{out}", "-llua"])
    tree.run([*shared, f"-I{cjson}", "-o", f"{out}/cjson.so", *(f"{cjson}/{f}.c" for f in ("lua_cjson", "strbuf", "fpconv")), "-lm"])
    tree.run([*shared, f"-I{lpeg}", "-o", f"{out}/lpeg.so", *c_files(f"{lpeg}/lp*.c")])
    return f"{out}/lua"


def sqlite(cc, link, src, out):
    top = src["sqlite3"]
    if not os.path.exists(f"{top}/sqlite3.c"):
        # its sources are many files, of which a Tcl script makes the one that everybody compiles
        tree.run(["make", "-f", "main.mk", "TOP=.", "BCC=gcc", "TCC=gcc", "NAWK=awk", "shell.c", "sqlite3.c"], cwd=top)
    flags = [cc, "-O2", "-fPIC", "-w", f"-I{top}", *link]
    tree.run([*flags, "-shared", "-o", f"{out}/libsqlite3.so", f"{top}/sqlite3.c", "-lm", "-ldl", "-lpthread"])
    tree.run([*flags, "-o", f"{out}/sqlite3", f"{top}/shell.c", f"-L{out}", "-lsqlite3", "-lm", "-ldl", "-lpthread"])
    return f"{out}/sqlite3"


def python(cc, link, src, out):
    # -O1: it is the longest build by far. What is left out needs other libraries, or is large.
    environment = {**os.environ, "CC": cc, "OPT": "-DNDEBUG -O1 -w", "LDFLAGS": " ".join(link)}
    os.mkdir(f"{out}/Modules")
    with open(f"{out}/Modules/Setup.local", "w", encoding="ascii") as file:
        file.write("*disabled*\n_ssl _hashlib zlib _bz2 _lzma _ctypes _curses _curses_panel readline _dbm _gdbm _sqlite3 "
                   "_tkinter _uuid _interpreters _interpchannels _interpqueues _codecs_cn _codecs_hk _codecs_iso2022 "
                   "_codecs_jp _codecs_kr _codecs_tw\n")
    tree.run([f"{src['python3.13']}/configure", "--enable-shared", "--disable-test-modules", "--without-ensurepip",
              "--with-pkg-config=no", "--prefix=/nowhere"], cwd=out, env=environment)
    tree.run(["make", f"-j{tree.JOBS}", "build_all"], cwd=out, env=environment)
    return f"{out}/python"


def busybox(cc, link, src, out):
    # all of its commands, but for tc, which newer headers of the kernel have no definitions for
    make = ["make", "-C", src["busybox"], f"O={out}/obj"]
    os.mkdir(f"{out}/obj")
    tree.run([*make, "defconfig"])
    config = f"{out}/obj/.config"
    with open(config, encoding="ascii") as file:
        text = file.read()
    with open(config, "w", encoding="ascii") as file:
        file.write(text.replace("CONFIG_TC=y\n", "# CONFIG_TC is not set\n"))
    tree.run([*make, f"-j{tree.JOBS}", f"CC={cc}", f"EXTRA_LDFLAGS={' '.join(link)}", "SKIP_STRIP=y", "busybox"])
    shutil.move(f"{out}/obj/busybox", f"{out}/busybox")
    shutil.rmtree(f"{out}/obj")
    return f"{out}/busybox"


def git(cc, link, src, out):
    # -O1: it is large. It is built among its sources, so it gets a copy of them.
    zlib, top = src["zlib"], f"{out}/obj"
    tree.run([cc, "-O2", "-fPIC", "-w", "-DHAVE_UNISTD_H", "-DHAVE_STDARG_H", *link, "-shared", "-Wl,-soname,libz.so.1",
              "-o", f"{out}/libz.so.1", *sorted(glob.glob(f"{zlib}/*.c"))])
    os.symlink("libz.so.1", f"{out}/libz.so")
    shutil.copytree(src["git"], top)
    without = [f"NO_{what}=1" for what in ("OPENSSL", "CURL", "EXPAT", "PERL", "PYTHON", "GETTEXT", "TCLTK", "ICONV")]
    tree.run(["make", "-C", top, f"-j{tree.JOBS}", f"CC={cc}", f"CFLAGS=-O1 -w -I{zlib}", f"LDFLAGS={' '.join(link)} -L{out}",
              *without, "NO_REGEX=NeedsStartEnd", "git"])
    shutil.move(f"{top}/git", f"{out}/git")
    shutil.rmtree(top)
    return f"{out}/git"


PROGRAMS = [
    Program("lua", "lua, loading two modules", ["lua5.4", "lua-cjson", "lua-lpeg"], lua,
            lambda d: [f"{d}/lua", "-e", f'package.cpath = "{d}/?.so" require "cjson" require "lpeg"']),
    Program("sqlite", "sqlite3, making a table", ["sqlite3"], sqlite,
            lambda d: [f"{d}/sqlite3", "-batch", ":memory:", "create table t(x); insert into t values(1);"]),
    Program("python", "python, importing ten modules", ["python3.13"], python,
            lambda d: [f"{d}/python", "-I", "-S", "-c",
                       "import csv, datetime, decimal, json, pickle, random, socket, statistics, struct, unicodedata"]),
    Program("busybox", "busybox sh -c true", ["busybox"], busybox, lambda d: [f"{d}/busybox", "sh", "-c", "true"]),
    Program("git", "git --version", ["git", "zlib"], git, lambda d: [f"{d}/git", "--version"]),
]


def fetch(package):
    """The path of a package's tarball, or None and why not."""
    run = subprocess.run([tree.ROOT + "/build-aux/fetch-source", package], capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return run.stdout.strip(), None
    return None, run.stderr.strip().splitlines()[-1] if run.stderr.strip() else f"status {run.returncode}"


def unpack(tarball):
    """Where its sources are."""
    out = os.path.join(tree.OUT, "src", os.path.basename(tarball).split(".orig.")[0])
    key = tree.key_of(os.path.basename(tarball))
    if not tree.built(out, key):
        tree.run(["tar", "-xf", tarball, "-C", out, "--strip-components=1"])
        tree.done(out, key)
    return out


def build(program, chain, src):
    """The program, in its directory."""
    out = directory(program, chain.name)
    key = tree.key_of(inspect.getsource(program.recipe), inspect.getsource(cc_of), *src.values(), *chain.cc,
                      *chain.program_flags, *chain.inputs, *toolchain.LINK)
    if tree.built(out, key):
        return
    tree.say("BUILD", f"{program.name} ({chain.name})")
    link = [*toolchain.LINK, *chain.program_flags, f"-Wl,-rpath,{out}"]
    binary = program.recipe(cc_of(chain, out), link, src, out)
    if chain.program_flags:
        toolchain.for_upstream(binary)
    else:
        toolchain.copy(binary, binary)
    tree.done(out, key)


def directory(program, chain):
    return os.path.join(tree.OUT, "real", f"{program.name}-{chain}")


def prepare(program):
    """Build it; if it can't be, for want of the sources, say so."""
    src = {}
    for package in program.packages:
        tarball, why = fetch(package)
        if not tarball:
            return why
        src[package] = unpack(tarball)
    for chain in toolchain.marked(), toolchain.glibc():
        build(program, chain, src)
    return None


def workloads():
    """One for each program."""
    return [Workload(f"real-{p.name}", p.title, "real", variants(p.command(directory(p, "musl")), p.command(directory(p, "glibc"))),
                     prepare=functools.partial(prepare, p)) for p in PROGRAMS]
