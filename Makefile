# The top of the build (requires GNU make). It fetches upstream musl, puts the fork's patches and
# files over it, and compiles the result with musl's own makefile, all under build/. Settings come
# from ./configure, which writes config.mak, or from the command line.

ifneq ($(words $(CURDIR)),1)
$(error the path of this directory has a space in it, which musl's makefile can't take)
endif

BUILD = $(CURDIR)/build

# Set these here, so that variables of the same name in the environment are ignored.
CONFIG_VERSION = 1.2.6
VERSION = $(CONFIG_VERSION)
OTHER_VERSION = $(filter-out $(CONFIG_VERSION),1.2.6 1.2.5)
PREFIX = $(BUILD)/prefix
SYSLIBDIR = $(PREFIX)/lib
SEAL_DEFAULT = on
BINDIR =
LIBDIR =
INCLUDEDIR =
MANDIR =
DATADIR =
LINUX_HEADERS =
MAINTAINER =
WITH_MUSL =
TARGET =
MUSL_ARGS =
LEAVE_OUT =
V =

-include config.mak

# ignore make's built-in defaults
ifeq ($(origin CC),default)
CC =
endif
ifeq ($(origin AR),default)
AR =
endif

export CC CFLAGS CPPFLAGS LDFLAGS AR RANLIB LIBCC CROSS_COMPILE TARGET MUSL_ARGS
export LEAVE_OUT SEAL_DEFAULT BINDIR LIBDIR INCLUDEDIR DATADIR LINUX_HEADERS DESTDIR V
# musl's make runs in another directory
override DESTDIR := $(abspath $(DESTDIR))
MAKEOVERRIDES =

# Prefixes of the fork and of unmodified musl for the tests and the demo: $(call prefix_of,VERSION).
# The version that is not the configured one has its number in the name.
suffix = $(if $(filter $(CONFIG_VERSION),$1),,-$1)
prefix_of = $(BUILD)/prefix$(suffix)
emulation_prefix_of = $(BUILD)/emulation-prefix$(suffix)
upstream_prefix_of = $(BUILD)/upstream-prefix$(suffix)
group_prefix_of = $(BUILD)/group-$2$(suffix)

# --with-musl= holds for the configured version only
with_musl = $(if $(filter $(CONFIG_VERSION),$1),WITH_MUSL='$(WITH_MUSL)',WITH_MUSL=)

all: need-build
	+@$(call with_musl,$(VERSION)) build-aux/build-musl fork $(VERSION)

install: need-build $(if $(CROSS_COMPILE)$(TARGET),,tools)
	+@$(call with_musl,$(VERSION)) build-aux/build-musl fork $(VERSION) $(PREFIX) $(SYSLIBDIR)
ifeq ($(CROSS_COMPILE)$(TARGET),)
	@mkdir -p $(DESTDIR)$(or $(BINDIR),$(PREFIX)/bin)
	cp $(TOOLS:%=$(BUILD)/tools/%) $(DESTDIR)$(or $(BINDIR),$(PREFIX)/bin)
	@mkdir -p $(DESTDIR)$(COMPLETIONS)
	for t in $(TOOLS) ; do cp sealmap/completion.bash $(DESTDIR)$(COMPLETIONS)/$$t || exit ; done
endif
	@for f in docs/man/*.[1-9] ; do \
		d=$(DESTDIR)$(or $(MANDIR),$(PREFIX)/share/man)/man$${f##*.} ; mkdir -p $$d && cp $$f $$d || exit ; \
	done

# libstdc++ for the prefix, from the source of the compiler at hand; make install comes first
cxx: cxx-prefix
	@build-aux/cxx install $(PREFIX) $(SYSLIBDIR)

cxx-prefix: need-build
	@build-aux/need --install build cxx
	+@$(MAKE) --no-print-directory prefix-$(CONFIG_VERSION)
	@DESTDIR= LIBDIR= INCLUDEDIR= build-aux/cxx build $(call prefix_of,$(CONFIG_VERSION))

# What an install puts below DESTDIR is found by another one.
uninstall:
	@rm -rf $(BUILD)/uninstall
	+@$(MAKE) --no-print-directory install DESTDIR=$(BUILD)/uninstall PREFIX='$(PREFIX)' SYSLIBDIR='$(SYSLIBDIR)' \
		BINDIR='$(BINDIR)' LIBDIR='$(LIBDIR)' INCLUDEDIR='$(INCLUDEDIR)' MANDIR='$(MANDIR)' DATADIR='$(DATADIR)' \
		LEAVE_OUT='$(LEAVE_OUT)' LINUX_HEADERS='$(LINUX_HEADERS)' >$(BUILD)/uninstall.log 2>&1 || { cat $(BUILD)/uninstall.log ; false ; }
	@test ! -f $(BUILD)/cxx/.done || DESTDIR=$(BUILD)/uninstall build-aux/cxx install $(PREFIX) $(SYSLIBDIR) 2>/dev/null
	@build-aux/uninstall $(BUILD)/uninstall $(PREFIX)

# Programs that run on this machine and handle processes and files of any libc.
TOOLS = sealmap sealmark
# where bash looks for the completion of a command, if PREFIX is below its directories
COMPLETIONS = $(PREFIX)/share/bash-completion/completions
HOSTCC = cc
tools: need-build
	+@for t in $(TOOLS) ; do $(MAKE) --no-print-directory $(if $(V),,-s) -C $$t O=$(BUILD)/tools HOSTCC='$(HOSTCC)' || exit ; done

prefix: prefix-$(VERSION)

emulation: emulation-$(VERSION)

upstream: upstream-$(VERSION)

# $(call install_in,KIND,VERSION,PREFIX)
install_in = $(call with_musl,$2) LEAVE_OUT= DESTDIR= BINDIR= LIBDIR= INCLUDEDIR= DATADIR= LINUX_HEADERS=no build-aux/build-musl $1 $2 $3 $3/lib

prefix-%: need-build linux-headers
	+@$(call install_in,fork,$*,$(call prefix_of,$*))

emulation-%: need-build linux-headers
	+@$(call install_in,emulation,$*,$(call emulation_prefix_of,$*))

upstream-%: need-build linux-headers
	+@$(call install_in,upstream,$*,$(call upstream_prefix_of,$*))

# The part of the fork that ends with a group of patches, in build/group-NAME: see docs/hacking.md.
GROUPS = fix seal records
$(GROUPS:%=group-%): group-%: need-build linux-headers
	+@$(call install_in,$*,$(VERSION),$(call group_prefix_of,$(VERSION),$*))

# musl has no kernel headers (linux/, asm/). Programs built with the prefix can use these links to
# the system's, by -idirafter build/linux-headers.
linux-headers:
	@build-aux/linux-headers

need-build:
	@build-aux/need build

check:
	@build-aux/need --install build check arch-aarch64 arch-arm
	+@$(MAKE) --no-print-directory prefix tools emulation upstream $(OTHER_VERSION:%=prefix-%) $(GROUPS:%=group-%)
	@BUILD=$(BUILD) build-aux/check $(CONFIG_VERSION) $(OTHER_VERSION)

# The tests that depend on installed packages. .ci/run runs them on fresh machines.
check-packages:
	@build-aux/need --install build check arch-arm
	+@$(MAKE) --no-print-directory prefix upstream
	@BUILD=$(BUILD) build-aux/check --packages $(CONFIG_VERSION)

# RELEASE and FRESH name releases and targets; MIRROR is for a machine without Debian sources
RELEASE = bookworm trixie
FRESH = demo check check-toolchain deb check-deb
MIRROR =
check-fresh:
	@build-aux/need --install fresh
	@BUILD=$(BUILD) MIRROR='$(MIRROR)' build-aux/check-fresh '$(RELEASE)' '$(FRESH)'

demo:
	@build-aux/need --install build demo
	+@$(MAKE) --no-print-directory prefix upstream tools
	@BUILD=$(BUILD) VERSION=$(CONFIG_VERSION) demo/run

# options are in BENCH, such as BENCH="--quick"; make bench BENCH=--help lists them
bench:
	@build-aux/need --install build bench
	+@$(MAKE) --no-print-directory prefix upstream linux-headers
	@BUILD=$(BUILD) build-aux/bench $(BENCH)

# run libFuzzer for SECONDS on each target; make check runs a fixed number of inputs
SECONDS = 300

fuzz:
	@build-aux/need --install check
	@BUILD=$(BUILD) tests/fuzz/run $(SECONDS)

lint:
	@build-aux/need --install build check lint
	+@$(MAKE) --no-print-directory prefix upstream
	@VERSION=$(CONFIG_VERSION) build-aux/lint

check-real:
	@build-aux/need --install build real cxx
	+@$(MAKE) --no-print-directory cxx-prefix upstream tools linux-headers
	@BUILD=$(BUILD) VERSION=$(CONFIG_VERSION) tests/real/run
	@BUILD=$(BUILD) tests/real/server

# what musl-g++ makes, and the prefix on its own
check-toolchain:
	@build-aux/need --install build check toolchain
	+@$(MAKE) --no-print-directory cxx-prefix tools
	@BUILD=$(BUILD) VERSION=$(CONFIG_VERSION) build-aux/check --toolchain $(CONFIG_VERSION)

# a root file system of busybox and this libc, booted with KERNEL=, or with Linux 6.1 and the series if
# make check-kernel has built it
KERNEL =
rootfs:
	@build-aux/need --install build rootfs
	+@$(MAKE) --no-print-directory prefix dist VERSION=$(CONFIG_VERSION)
	@KERNEL='$(KERNEL)' build-aux/rootfs --boot $(CONFIG_VERSION)

deb:
	@build-aux/need --install build deb
	@MAINTAINER='$(MAINTAINER)' build-aux/deb

check-deb:
	@build-aux/need --install build deb check-deb
	+@$(MAKE) --no-print-directory deb
	@BUILD=$(BUILD) tests/deb/run

# The table of docs/compatibility.md: check-real, and the programs that make bench builds from
# source.
compatibility:
	@build-aux/need --install build real bench cxx
	+@$(MAKE) --no-print-directory cxx-prefix upstream tools linux-headers
	@BUILD=$(BUILD) build-aux/bench --quick --no-times --only real-lua --only real-sqlite --only real-python --only real-busybox > $(BUILD)/compatibility.log || { cat $(BUILD)/compatibility.log; false; }
	@BUILD=$(BUILD) VERSION=$(CONFIG_VERSION) tests/real/run
	@BUILD=$(BUILD) tests/real/busybox
	@tests/real/table

check-kernel:
	@build-aux/need --install build check kernel
	+@$(MAKE) --no-print-directory prefix upstream
	@BUILD=$(BUILD) build-aux/check-kernel $(KERNEL_CHECK)

# The same for each version with a series
check-kernels: check-kernel
	@BUILD=$(BUILD) build-aux/check-kernel --linux 6.12
	@BUILD=$(BUILD) build-aux/check-kernel --linux 7.3

# ARCH is a name in tests/arch/table, or several in quotes
check-arch:
	@test -n '$(ARCH)' || { echo 'make check-arch ARCH=NAME, one of:' $$(build-aux/check-arch --list) >&2; false; }
	@build-aux/check-arch --list $(ARCH) >/dev/null
	@build-aux/need --install build check $(ARCH:%=arch-%)
	@VERSION=$(CONFIG_VERSION) build-aux/check-arch $(ARCH)

check-arches:
	+@$(MAKE) --no-print-directory check-arch ARCH="$$(build-aux/check-arch --list | tr '\n' ' ')"

diff:
	@build-aux/assemble diff $(VERSION)

# the fork for others: one mailbox for git am, and a tarball that musl's own configure and make build
series: need-build
	@$(call with_musl,$(VERSION)) build-aux/series $(VERSION)

dist: need-build
	@$(call with_musl,$(VERSION)) build-aux/series --dist $(VERSION)

update-patches:
	@$(call with_musl,$(VERSION)) build-aux/update-patches $(VERSION)

discard-edits:
	@$(call with_musl,$(VERSION)) build-aux/assemble discard $(VERSION)

clean:
	@build-aux/clean

distclean:
	@build-aux/clean all
	rm -f config.mak

help:
	@echo 'make                 compile the fork (build/musl-$(VERSION)/obj)'
	@echo 'make install         install it in $(PREFIX)'
	@echo 'make cxx             libstdc++ for it, for musl-g++ and musl-clang++'
	@echo 'make uninstall       remove what make install put there, with the same settings'
	@echo 'make tools           sealmap and the like, in build/tools; make install does this too'
	@echo 'make demo            build a real program against it, run it sealed, attack it'
	@echo 'make check           run every test, with both versions of musl'
	@echo 'make check-fresh     demo, check, check-toolchain, deb, check-deb in minimal roots of Debian 12, 13,'
	@echo '                     which takes root; RELEASE=trixie FRESH="demo deb" for some'
	@echo 'make check-packages  the tests that need installed packages most'
	@echo 'make fuzz            fuzz what parses files of others; SECONDS=300 for each'
	@echo 'make check-real      run programs from the npm registry, unmodified, sealed'
	@echo 'make compatibility   these and lua, sqlite, python at each level, as a table'
	@echo 'make check-toolchain clang, lld, mold, C++, CMake and Meson with it, a prefix on its own,'
	@echo '                     and the same bytes from two builds'
	@echo 'make rootfs          a root file system of busybox and this libc, booted with KERNEL=FILE'
	@echo 'make deb             Debian packages, in build/deb'
	@echo 'make check-deb       install, use and purge them in a clean root, which takes root'
	@echo 'make check-kernel    build and boot Linux 6.1 with kernel-patch/, run the tests there'
	@echo 'make check-kernels   the same, and Linux 6.12 and 7.3 with their series'
	@echo 'make check-arch      the same on another architecture under QEMU: ARCH=aarch64'
	@echo 'make check-arches    on each of tests/arch/table'
	@echo 'make bench           what starting programs and loading libraries costs, BENCH=--help'
	@echo 'make lint            gcc, clang, cppcheck, shellcheck and mandoc on what is ours'
	@echo 'make clean           remove what was built; what was downloaded stays'
	@echo 'make distclean       remove build/ and config.mak'
	@echo
	@echo 'make prefix          install in build/prefix, whatever the configured prefix is'
	@echo 'make emulation       install it with tests/emulation/ in build/emulation-prefix'
	@echo 'make upstream        install unmodified musl in build/upstream-prefix, to compare'
	@echo 'make group-seal      install the part of the fork that ends with a group of patches in'
	@echo '                     build/group-seal; also group-fix, group-records'
	@echo 'make diff            show what the fork changes in upstream'\''s files'
	@echo 'make update-patches  turn commits in build/musl-$(VERSION)/tree into files of patches/'
	@echo 'make series          write build/musl-seal-$(VERSION).mbox, for git am on musl'\''s release'
	@echo 'make dist            write build/musl-seal-$(VERSION).tar.gz, for ./configure && make'
	@echo 'make discard-edits   undo edits in build/musl-$(VERSION)/tree'
	@echo
	@echo 'VERSION=1.2.5        with the other musl; it goes in build/prefix-1.2.5'
	@echo 'V=1                  show every command; -jN sets how many run at a time'
	@echo 'docs/hacking.md says how to edit; ./configure --help what can be set'

.PHONY: all install uninstall cxx cxx-prefix tools prefix emulation upstream linux-headers need-build check fuzz demo bench diff update-patches
.PHONY: series dist $(GROUPS:%=group-%) check-packages check-fresh lint check-real compatibility check-toolchain rootfs deb check-deb check-kernel check-kernels check-arch check-arches discard-edits clean distclean help
