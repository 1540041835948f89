# Sourced by check-kernel: fetch a kernel's source, apply the series, build it, cache the result.
# shellcheck shell=sh
# shellcheck disable=SC2154

series=$root/kernel-patch/linux-$linux
work=$build/kernel
cache=$work/cache
tree=$work/linux-$linux
jobs=$(nproc 2>/dev/null || echo 2)

# fetch PACKAGE [SUITE...]: fetch it without installing it
fetch()
{
	BUILD_LOCKED=1 "$root/build-aux/fetch-source" --deb "$@" || exit 1
}

# unpack DEB DIRECTORY [MEMBER...]: unpack a linux-source package's tarball without its top
# directory
unpack()
{
	deb=$1 dir=$2
	shift 2
	rm -rf "$dir.new" "$dir"
	mkdir -p "$dir.new"
	dpkg-deb --fsys-tarfile "$deb" | tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |
		tar -xJ -C "$dir.new" --strip-components=1 "$@" && mv "$dir.new" "$dir"
}

# The unpatched source
stock_tree()
{
	test ! -f "$tree/.pristine" || return 0
	say UNPACK "${source_deb##*/}"
	unpack "$source_deb" "$tree" || die "cannot unpack $source_deb"
	touch "$tree/.pristine"
}

# Try git am in a repository of only the files that the series changes
git_am()
{
	am=$work/am
	rm -rf "$am"
	mkdir -p "$am"
	sed -n 's|^--- a/||p' "$series"/*.patch | sort -u | while read -r f ; do
		# files that the series adds do not exist yet
		test -f "$tree/$f" || continue
		mkdir -p "$am/$(dirname "$f")"
		cp "$tree/$f" "$am/$f"
	done
	(
		cd "$am" &&
		git init -q . && git config user.name check && git config user.email check@localhost &&
		git config commit.gpgsign false && git add -A -f && git commit -q -m base &&
		git am -q "$series"/*.patch
	) > "$work/am.log" 2>&1
}

# Files that differ between the patched tree and the result of git am
am_differs()
{
	(cd "$am" && git ls-files) | while read -r f ; do
		cmp -s "$am/$f" "$tree/$f" || echo "$f"
	done
}

# numbered_tables: print the tables of system calls that lack mseal or have it under a wrong number.
# An architecture without its own table uses asm-generic's.
numbered_tables()
{
	for f in "$tree"/arch/*/kernel/syscalls/syscall*.tbl "$tree"/arch/*/tools/syscall*.tbl \
		"$tree"/arch/x86/entry/syscalls/syscall_*.tbl "$tree"/scripts/syscall.tbl ; do
		test -f "$f" || continue
		case $f in */arch/alpha/*) nr=572 ;; *) nr=462 ;; esac
		grep -q "^${nr}[[:space:]].*[[:space:]]mseal[[:space:]].*sys_mseal" "$f" || echo "${f#"$tree"/}"
	done
	for f in include/uapi/asm-generic/unistd.h arch/arm64/include/asm/unistd32.h ; do
		test -f "$tree/$f" || continue
		grep -q '^#define __NR_mseal 462$' "$tree/$f" && grep -q '__SYSCALL(__NR_mseal, sys_mseal)' "$tree/$f" || echo "$f"
	done
	for d in "$tree"/arch/*/ ; do
		a=${d%/} a=${a##*/}
		case $a in um) continue ;; esac		# uses x86's
		find "$d" -name 'syscall*.tbl' | grep -q . ||
			grep -qr 'asm-generic/unistd.h\|scripts/syscall.tbl' "$d" || echo "arch/$a has no table"
	done
}

# outcome WHAT [LOG]: report success or failure of the previous command
outcome()
{
	if test $? = 0 ; then result PASS "$1" ; else result FAIL "$1${2:+ (log: $(short "$2"))}" ; fi
}

# git am and patch without fuzz must both apply the series, with the same result.
apply_series()
{
	stock_tree
	say APPLY "kernel-patch/linux-$linux"
	git_am
	outcome "git am takes the series" "$work/am.log"
	rm -f "$tree/.pristine"
	for p in "$series"/*.patch ; do
		patch -d "$tree" -p1 -F0 --no-backup-if-mismatch -s < "$p" || die "${p##*/} does not apply"
	done
	test -z "$(am_differs)"
	outcome "patch -F0 takes it and comes to the same"
	# checkpatch always asks about MAINTAINERS for a new file. Whoever posts a patch signs it off.
	perl "$tree/scripts/checkpatch.pl" --root="$tree" --no-signoff --ignore FILE_PATH_CHANGES -q "$series"/*.patch > "$work/checkpatch.log" 2>&1
	outcome "checkpatch has nothing to say" "$work/checkpatch.log"
	if test -n "$own" ; then
		lacking=$(numbered_tables)
		test -z "$lacking"
		outcome "mseal is in the table of every architecture${lacking:+, but not in: $lacking}"
	fi
	touch "$tree/.patched"
}

patched_tree()
{
	test -f "$tree/.patched" || apply_series
}

# kernel_hash stock|patched FRAGMENT...
kernel_hash()
{
	what=$1
	shift
	{
		echo "${source_deb##*/}"
		gcc --version | head -n 1
		cat "$@"
		test "$what" = stock || cat "$series"/*.patch
	} | sha256sum | cut -c 1-16
}

# configure FRAGMENT...: configure with tinyconfig and the fragments, in $out
configure()
{
	rm -rf "$out"
	mkdir -p "$out"
	# set -e has no effect here, since callers test the status
	(
		cd "$tree" &&
		make O="$out" tinyconfig &&
		scripts/kconfig/merge_config.sh -m -O "$out" "$out/.config" "$@" &&
		make O="$out" olddefconfig
	)
}

# unheard FRAGMENT...: print the lines that are not in effect in $out/.config
unheard()
{
	cat "$@" | grep '^CONFIG_' | grep -vxFf "$out/.config"
	cat "$@" | sed -n 's/^# \(CONFIG_[A-Z0-9_]*\) is not set$/\1=y/p' | grep -xFf - "$out/.config"
}

# build_kernel NAME HASH FRAGMENT...: build the present tree, for this machine's architecture or for
# the one that is the name
build_kernel()
{
	name=$1 hash=$2 out=$work/o-$1 log=$work/build-$1.log
	shift 2
	case $name in
	arm64) export ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- ; image=Image ;;
	*) unset ARCH CROSS_COMPILE ; image=vmlinux ;;
	esac
	say BUILD "Linux $linux, $name (log: $(short "$log"))"
	configure "$@" > "$log" 2>&1 || die "cannot configure the $name kernel"
	unheard=$(unheard "$@")
	test -z "$unheard" || die "the $name kernel's configuration does not follow: $unheard"
	nice -n 10 make -C "$tree" O="$out" -j"$jobs" "$image" >> "$log" 2>&1 || {
		grep -n -m 5 'error\|Error' "$log" >&2
		die "the $name kernel does not build"
	}
	! grep -v "^\.config:" "$log" | grep "warning:"
	outcome "the $name kernel builds without a warning"
	mkdir -p "$cache"
	case $name in
	arm64) cp "$out/arch/arm64/boot/Image" "$cache/$hash.new" ;;
	*) objcopy --strip-debug "$out/vmlinux" "$cache/$hash.new" ;;
	esac && mv "$cache/$hash.new" "$cache/$hash"
	unset ARCH CROSS_COMPILE
	rm -rf "$out"
}
