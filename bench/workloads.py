"""The workloads: generated programs, dlopen of generated libraries, real programs."""

import functools

import generate
import hello
import real
import symbols
import toolchain
from measure import Workload, variants


def libraries(n):
    return f"{n} librar{'y' if n == 1 else 'ies'}"


def title_of(n, kind):
    return libraries(n) + (f" of {generate.IMPORTS[kind]} symbols" if n else "")


def prepare(*chains):
    """Of the generated ones, those of these toolchains."""
    for chain in chains:
        generate.build(chain)


def start(n, kind):
    """The start of a program, and of the same with libraries that are not marked."""
    musl, plain, glibc = (f"{generate.directory(chain)}/{kind}/prog{n}" for chain in ("musl", "unmarked", "glibc"))
    name, title = f"start-{n}" + (f"-{kind}" if n else ""), "start, " + title_of(n, kind)
    shape = {"kind": "start", "libraries": n, "symbols": kind if n else ""}
    return [
        Workload(name, title, variants=variants([musl], [glibc], hard=True),
                 prepare=functools.partial(prepare, toolchain.marked, toolchain.glibc), **shape),
        Workload(name + "-unmarked", title + ", unmarked", variants=variants([plain], levels=("off", "on")), marked=False,
                 prepare=functools.partial(prepare, toolchain.unmarked), **shape)]


def dlopen(n, kind, at_once):
    """N libraries, one after the other, or as those that one more needs."""
    def command(chain):
        top = generate.directory(chain)
        names = [f"all{n}"] if at_once else [f"lib{i:03}" for i in range(n)]
        return [f"{top}/dl", *(f"{top}/{kind}/{name}.so" for name in names)]

    return Workload(f"dlopen-{n}-{kind}" + ("-at-once" if at_once else ""),
                    f"dlopen of {title_of(n, kind)}" + (", in one call" if at_once else ""),
                    "dlopen-at-once" if at_once else "dlopen", variants(command("musl"), command("glibc")),
                    libraries=n, symbols=kind, timed_by="-i",
                    prepare=functools.partial(prepare, toolchain.marked, toolchain.glibc))


def end(n):
    """The end of a program, from exit_group on: more mappings take the kernel longer to take down."""
    kind = "many" if n else "few"
    musl, glibc = (f"{generate.directory(chain)}/{kind}/exit{n}" for chain in ("musl", "glibc"))
    return Workload(f"exit-{n}" + (f"-{kind}" if n else ""), "end alone, " + title_of(n, kind), "exit", variants([musl], [glibc]),
                    libraries=n, symbols=kind if n else "", timed_by="-x",
                    prepare=functools.partial(prepare, toolchain.marked, toolchain.glibc))


def hello_world(name, title, glibc=None):
    """A program that says nothing, linked in another way than the generated ones."""
    return Workload("start-" + name, "start, " + title, "hello", variants([hello.path(name)], glibc), prepare=hello.build)


def hello_worlds():
    out = [hello_world(name, title + ", linked twice") for name, title in hello.STATIC.items()]
    return out + [hello_world("non-pie", "not PIE, 0 libraries", [hello.path("non-pie.glibc")])]


def many_symbols():
    n = symbols.COUNT
    return Workload(f"start-{n}-{n}", f"start, {n:,} libraries of {n:,} symbols", "symbols",
                    variants([symbols.path("musl")], [symbols.path("glibc")], again=False), libraries=n, symbols=str(n),
                    slow=True, prepare=symbols.build)


def everything():
    """All workloads, in the order in which they are measured."""
    out = hello_worlds()
    for n in generate.SIZES:
        for kind in generate.IMPORTS if n else ["few"]:
            out += start(n, kind)
    out.append(many_symbols())
    out += [end(n) for n in generate.EXIT_SIZES]
    for n in generate.DLOPEN_SIZES:
        for kind in generate.IMPORTS:
            out += [dlopen(n, kind, at_once) for at_once in ((False, True) if n > 1 else (False,))]
    return out + real.workloads()
