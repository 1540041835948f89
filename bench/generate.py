"""Programs with any number of libraries, made for measuring.

Library i exports SYMBOLS functions and imports as many: a fifth of them from libc and the rest from up to
four libraries before it, which it names as needed. It has what libraries have: a table of pointers
in RELRO, initialized data, zeroed data. Programs need the first N of them, and nothing of it is ever
called: what is measured is loading.
"""

import concurrent.futures
import functools
import os

import toolchain
import tree

SIZES = (0, 20, 100, 400)
DLOPEN_SIZES = (1, 20, 100)
EXIT_SIZES = (0, 100, 400)
IMPORTS = {"few": 5, "many": 50}
LIBRARIES = max(SIZES)
BATCH = 50
LIBC = """abs atoi atol bsearch calloc close dup fclose fflush fgets fopen fputs fread free fseek fwrite getenv
getpid isatty kill labs lseek malloc memchr memcmp memcpy memmove memset open pipe printf qsort raise rand read
realloc rename signal sleep sprintf strcat strchr strcmp strcpy strlen strncmp strstr strtol time write""".split()


def needs(i):
    """The libraries that library i imports from."""
    return sorted({j for j in (i - 1, i - 2, i // 2, i // 3) if 0 <= j < i})


def imports(i, count):
    """The names that library i imports."""
    sources = needs(i)
    from_libc = count // 5 if sources else count
    names = [LIBC[(i + k) % len(LIBC)] for k in range(from_libc)]
    for k in range(count - from_libc):
        names.append(f"f{sources[k % len(sources)]}_{k}")
    return names


def library_source(i, count):
    names = imports(i, count)
    lines = [f"extern char {name}[];" for name in names if name in LIBC]
    lines += [f"int {name}(int);" for name in names if name not in LIBC]
    lines += [f"int f{i}_{k}(int x) {{ return x*{k + 3}; }}" for k in range(count)]
    lines += [f"int (*const table{i}[])(int) = {{ {', '.join(f'f{i}_{k}' for k in range(count))} }};",
              f"int data{i}[64] = {{ {i + 1} }}, zero{i}[1024];",
              f"int all{i}(int x)", "{"]
    lines += [f"\tx += {name}(x);" if name not in LIBC else f"\tx += *(char *volatile){name};" for name in names]
    lines += [f"\treturn table{i}[x&1](x) + data{i}[x&63] + zero{i}[x&1023];", "}", ""]
    return "\n".join(lines)


def program_source(count):
    lines = [f"int all{i}(int);" for i in range(count)]
    lines += ["int main(int argc, char **argv)", "{", "\tint x = 0;", "\tif (argc<100) return 0;"]
    lines += [f"\tx += all{i}(x);" for i in range(count)]
    lines += ["\treturn x;", "}", ""]
    return "\n".join(lines)


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def in_parallel(work, items):
    """Do it for each, as many at a time as there are processors; the first failure ends it."""
    with concurrent.futures.ThreadPoolExecutor(tree.JOBS) as pool:
        for result in [pool.submit(work, item) for item in items]:
            result.result()


@functools.cache
def objects():
    """Objects are compiled once for all libcs: they include nothing. Returns where they are."""
    out = os.path.join(tree.OUT, "gen", "obj")
    cc = toolchain.glibc()
    key = tree.key_of(__file__, *cc.inputs, *cc.cc)
    if tree.built(out, key):
        return out
    tree.say("COMPILE", f"{len(IMPORTS)*LIBRARIES} generated libraries")
    for kind, count in IMPORTS.items():
        os.mkdir(os.path.join(out, kind))
        for i in range(LIBRARIES):
            write(os.path.join(out, kind, f"lib{i:03}.c"), library_source(i, count))
    for n in SIZES:
        write(os.path.join(out, f"prog{n}.c"), program_source(n))

    def compile_batch(batch):
        directory, names = batch
        tree.run([*cc.cc, "-O2", "-fPIC", "-w", "-fno-builtin", "-c", *names], cwd=directory)

    batches = [(out, [f"prog{n}.c" for n in SIZES])]
    for kind in IMPORTS:
        names = [f"lib{i:03}.c" for i in range(LIBRARIES)]
        batches += [(os.path.join(out, kind), names[i:i + BATCH]) for i in range(0, LIBRARIES, BATCH)]
    in_parallel(compile_batch, batches)
    tree.done(out, key)
    return out


def link_libraries(chain, obj, out):
    """Each library names those it imports from, which are linked before it: stubs would do as well."""
    def link(i):
        tree.run([*chain.cc, "-shared", "-nodefaultlibs", *toolchain.LINK, f"-Wl,-soname,lib{i:03}.so",
                  f"-Wl,-rpath,{out}", "-o", f"{out}/lib{i:03}.so", f"{obj}/lib{i:03}.o",
                  *(f"{out}/lib{j:03}.so" for j in needs(i)), "-lc"])
    # library i needs some from i/3 on up to i-1, and these have to be there
    for i in range(LIBRARIES):
        link(i)


def link_all_of(chain, out, n):
    """A library that needs the first N, to load them with one dlopen."""
    tree.run([*chain.cc, "-shared", *toolchain.LINK, "-Wl,-soname,all.so", f"-Wl,-rpath,{out}", "-o", f"{out}/all{n}.so",
              *(f"{out}/lib{i:03}.so" for i in range(n))])


def link_program(chain, output, inputs):
    """And, if it is musl's, the copy for upstream."""
    tree.run([*chain.cc, *toolchain.LINK, *chain.program_flags, "-o", output, *inputs])
    if chain.program_flags:
        toolchain.for_upstream(output)
    else:
        toolchain.copy(output, output)


def directory(chain):
    return os.path.join(tree.OUT, "gen", chain)


@functools.cache
def build(chain):
    """All generated programs and libraries for one toolchain, such as toolchain.marked."""
    chain = chain()
    obj = objects()
    top = directory(chain.name)
    key = tree.key_of(__file__, *(os.path.join(tree.HERE, f) for f in ("dl.c", "exit.c")), os.path.join(obj, ".built"), *chain.inputs, *chain.cc,
                      *chain.program_flags)
    if tree.built(top, key):
        return
    tree.say("LINK", f"generated programs and libraries ({chain.name})")
    for kind in IMPORTS:
        os.mkdir(os.path.join(top, kind))
    in_parallel(lambda kind: link_libraries(chain, os.path.join(obj, kind), os.path.join(top, kind)), IMPORTS)
    jobs = []
    for kind in IMPORTS:
        out = os.path.join(top, kind)
        jobs += [lambda out=out, n=n: link_all_of(chain, out, n) for n in DLOPEN_SIZES]
        jobs += [lambda out=out, n=n: link_program(chain, f"{out}/prog{n}", [
            f"-Wl,-rpath,{out}", f"{obj}/prog{n}.o", *(f"{out}/lib{i:03}.so" for i in range(n))]) for n in SIZES]
        jobs += [lambda out=out, n=n: link_program(chain, f"{out}/exit{n}", [
            "-O2", f"-Wl,-rpath,{out}", f"{tree.HERE}/exit.c", *(f"{out}/lib{i:03}.so" for i in range(n))]) for n in EXIT_SIZES]
    jobs.append(lambda: link_program(chain, f"{top}/dl", ["-O2", f"{tree.HERE}/dl.c"]))
    in_parallel(lambda job: job(), jobs)
    tree.done(top, key)
