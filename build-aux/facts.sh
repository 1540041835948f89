# Sourced by configure and common.sh: the supported versions of musl, and the directories that an
# install must not write to.
# shellcheck shell=sh

# shellcheck disable=SC2034
versions="1.2.6 1.2.5"

resolved()
{
	realpath -m "$1" 2>/dev/null || printf '%s\n' "$1" | tr -s /
}

# Directories of the system's own loader and libraries, and those where compilers look for
# libraries. One of our own name below them is safe.
system_libdir()
{
	case $(resolved "$1") in
	/usr/lib/musl-seal|/usr/lib/musl-seal/*) return 1 ;;
	/lib|/lib/*|/lib32|/lib64|/lib64/*|/libx32|/libexec) return 0 ;;
	/usr/lib|/usr/lib/*|/usr/lib32|/usr/lib64|/usr/lib64/*|/usr/libx32|/usr/local/lib) return 0 ;;
	/|/bin|/sbin|/etc|/usr|/usr/bin|/usr/sbin) return 0 ;;
	esac
	return 1
}

# Directories where the system's compilers look for headers, which are another libc's.
system_includedir()
{
	case $(resolved "$1") in
	/usr/include|/usr/include/*|/usr/local/include|/) return 0 ;;
	esac
	return 1
}

# why_not PREFIX SYSLIBDIR LIBDIR INCLUDEDIR [DESTDIR]: print why an install must not go there, and
# fail if it may. Empty LIBDIR and INCLUDEDIR follow from PREFIX. The path with DESTDIR is checked:
# any other root may be written to, but not / or a link to it.
why_not()
{
	lib=${3:-${1%/}/lib} include=${4:-${1%/}/include}
	if system_libdir "${5-}$2" ; then
		echo "--syslibdir=$2: the system's own loader and libraries live there, and this would replace them"
	elif system_libdir "${5-}$lib" ; then
		echo "--libdir=$lib: the system's programs are linked with what is there, and this would be among it"
	elif system_includedir "${5-}$include" ; then
		echo "--includedir=$include: the system's compilers read the headers there, and would find musl's"
	else
		return 1
	fi
}

# musl_triple COMPILER: the name of what it compiles for, with musl as the libc: x86_64-linux-musl
musl_triple()
{
	# shellcheck disable=SC2086 # a command line
	$1 -dumpmachine | sed 's/-\(pc\|unknown\)-linux/-linux/; s/-linux-gnu/-linux-musl/' | grep -e '-linux-musl'
}

# The major version, by which the headers of libstdc++ are kept apart
gcc_major()
{
	# shellcheck disable=SC2086
	$1 -dumpversion | cut -d. -f1
}

# cxx_of COMPILER: the C++ compiler beside one of C
cxx_of()
{
	case ${1%% *} in
	*gcc|*gcc-[0-9]*) printf '%s\n' "$1" | sed 's/gcc\(-[0-9.]*\)\{0,1\}\( \|$\)/g++\1\2/' ;;
	*) echo g++ ;;
	esac
}
