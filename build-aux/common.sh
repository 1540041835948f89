# Sourced by the scripts in this directory: paths, messages, and a lock for builds.
# shellcheck shell=sh

root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
build=$root/build
self=${0##*/}

# The directories with files for upstream's tree, see build-aux/assemble.
# shellcheck disable=SC2034
overlay_dirs="ldso src arch include crt compat"

say()
{
	printf '  %-7s %s\n' "$1" "$2" >&2
}

die()
{
	printf '%s: %s\n' "$self" "$*" >&2
	exit 1
}

# The path relative to the top of the repository.
short()
{
	case $1 in
	"$root"/*) printf '%s\n' "${1#"$root"/}" ;;
	*) printf '%s\n' "$1" ;;
	esac
}

sha256()
{
	sha256sum < "$1" | cut -d' ' -f1
}

# Two makes at once would compile into the same objects and replace each other's trees, so the
# second one waits. The lock is held until the script ends.
take_lock()
{
	test -z "${BUILD_LOCKED-}" || return 0
	mkdir -p "$build" || exit 1
	export BUILD_LOCKED=1
	command -v flock >/dev/null 2>&1 || return 0
	exec 9>"$build/.lock" || exit 1
	flock -n 9 && return 0
	say WAIT "another build holds build/.lock"
	flock 9
}

. "$root/build-aux/facts.sh"
. "$root/build-aux/sum.sh"
