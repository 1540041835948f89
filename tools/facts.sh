# Sourced by configure and common.sh, which both must know it: the versions of musl that there are
# patches for, and which directories an install must not go to.
# shellcheck shell=sh

# shellcheck disable=SC2034
versions="1.2.6 1.2.5"

resolved()
{
	realpath -m "$1" 2>/dev/null || printf '%s\n' "$1" | tr -s /
}

# Where the system's own programs find their loader and libraries, and what compilers link with. One
# of our own name below them is no one else's.
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

# Where the system's own compilers look for headers, which are another libc's.
system_includedir()
{
	case $(resolved "$1") in
	/usr/include|/usr/include/*|/usr/local/include|/) return 0 ;;
	esac
	return 1
}

# why_not PREFIX SYSLIBDIR LIBDIR INCLUDEDIR [DESTDIR]: say why an install must not go there, and fail if it may. LIBDIR and
# INCLUDEDIR are empty if they follow from PREFIX. Below a DESTDIR any path may be written to, so what counts is
# where that leads: / itself, or a link to it, is no such directory.
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
