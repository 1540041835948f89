"""The workloads: generated programs, dlopen of generated libraries, real programs."""

import generate
import toolchain
from measure import Workload, variants


def counted(n, what):
    return f"{n} {what[:-1] + 'y' if n == 1 and what.endswith('ies') else what}"


def symbols_of(kind):
    return f"{generate.IMPORTS[kind]} symbols each"


def files(top, kind, names):
    return [f"{top}/{kind}/{name}.so" for name in names]


def generated(quick):
    """Start-up, and dlopen one after the other and with one call."""
    musl, glibc = generate.build(toolchain.marked()), generate.build(toolchain.glibc())
    plain = generate.build(toolchain.unmarked())
    out = []
    for n in generate.SIZES:
        for kind in generate.IMPORTS if n else ["few"]:
            title = f"start, {counted(n, 'libraries')}" + (f" of {symbols_of(kind)}" if n else "")
            program = f"{kind}/prog{n}"
            shape = {"kind": "start", "libraries": n, "symbols": kind if n else ""}
            out.append(Workload(f"start-{n}-{kind}" if n else "start-0", title,
                                variants=variants([f"{musl}/{program}"], [f"{glibc}/{program}"]), **shape))
            if n and not quick:
                out.append(Workload(f"start-{n}-{kind}-unmarked", title + ", unmarked", marked=False,
                                    variants=variants([f"{plain}/{program}"], levels=("off", "on")), **shape))
    for n in generate.DLOPEN_SIZES:
        for kind in generate.IMPORTS:
            ways = {"": [f"lib{i:03}" for i in range(n)]}
            if n > 1:
                ways["-at-once"] = [f"all{n}"]
            for way, names in ways.items():
                out.append(Workload(
                    f"dlopen-{n}-{kind}{way}",
                    f"dlopen of {counted(n, 'libraries')} of {symbols_of(kind)}" + (", in one call" if way else ""),
                    kind="dlopen" + way, libraries=n, symbols=kind, times_itself=True,
                    variants=variants([f"{musl}/dl", *files(musl, kind, names)], [f"{glibc}/dl", *files(glibc, kind, names)])))
    return out
