# Completion in bash for sealmap and sealmark. The options are those of the command's own help.

_sealmap_options()
{
	"$1" --help 2>/dev/null | grep -oE -e '--[a-z][a-z-]*' | sort -u
}

_sealmap_processes()
{
	local p
	for p in /proc/[0-9]* ; do printf '%s\n' "${p#/proc/}" ; done
}

_sealmap_names()
{
	cat /proc/[0-9]*/comm 2>/dev/null | sort -u
}

_sealmap()
{
	local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD-1]} words='' i all=
	COMPREPLY=()
	# --option=value is three words
	if test "$current" = = ; then
		current=
	elif test "$option" = = ; then
		option=${COMP_WORDS[COMP_CWORD-2]}
	fi
	for ((i=1; i<COMP_CWORD; i++)) ; do
		case ${COMP_WORDS[i]} in
		--)
			# a program and its arguments
			test $((i+1)) -ne "$COMP_CWORD" || mapfile -t COMPREPLY < <(compgen -c -- "$current")
			return
			;;
		--all) all=1 ;;
		esac
	done
	case ${1##*/}$option in
	sealmap-l|sealmap--level) words='on full hard' ;;
	sealmap--sort) words='pid name objects code -pid -name -objects -code' ;;
	sealmap--color) words='auto always never' ;;
	sealmap-[sox]|sealmap--svg|sealmap--output|sealmap--allow|sealmap--page-size) return ;;
	sealmark-r|sealmark--mutable) return ;;
	*)
		case $current in
		-*) words=$(_sealmap_options "$1") ;;
		*)
			test "${1##*/}" = sealmap || return
			words=$(if test "$all" ; then _sealmap_names ; else _sealmap_processes ; fi)
			;;
		esac
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

# Files, if nothing else fits.
complete -o default -F _sealmap sealmap sealmark
