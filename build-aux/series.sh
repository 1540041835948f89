# Sourced by assemble, update-patches and series: the series of patches/, and the repository under
# build/ that it is applied in.
#
# patches/NNNN-GROUP-slug.patch are commits in git's form, applied in the order of their names.
# patches/VERSION/NAME stands in for patches/NAME with that version of musl, or is for that version
# alone. patches/files says to which group each file of ours belongs. A patch never needs one of a
# later group, so that every group is the end of a smaller fork: a prefix.
# shellcheck shell=sh disable=SC2154 # from common.sh

# Nothing of the caller's git, and none of its configuration, has a part in this.
for v in $(env | sed -n 's/^\(GIT_[A-Z_]*\)=.*/\1/p') ; do
	test "$v" = GIT_EXEC_PATH || unset "$v"
done
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export LC_ALL=C

groups="fix seal records start static-exec hard"
# files that editors and patch leave behind
junk='~$|\.orig$|\.rej$|\.sw[a-p]$|/\.[^/]*$'

# set_version VERSION: set the paths
set_version()
{
	version=$1
	dir=$build/musl-$version
	upstream=$dir/upstream
	repo=$dir/repo
	series=$repo/series
}

# in_repo COMMAND...: git in the repository, without a work tree, with an index of its own
in_repo()
{
	GIT_DIR=$repo GIT_INDEX_FILE=$repo/index.new git "$@"
}

# Checksums of all files of a directory.
sums()
{
	(cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum)
}

# Unpack upstream/, which is never changed afterwards: it is the first commit.
unpack()
{
	src=$("$root/build-aux/fetch-musl" "$version") || exit 1
	mkdir -p "$dir" || exit 1
	if test -d "$src" ; then
		from="directory $src $(sums "$src" | sha256sum | cut -d' ' -f1)"
	else
		from="sha256 $(sha256 "$src")"
	fi
	test -d "$upstream" && test "$from" = "$(cat "$dir/upstream.from" 2>/dev/null)" && return
	rm -rf "$upstream.new" "$upstream"
	mkdir "$upstream.new" || exit 1
	if test -d "$src" ; then
		say NOTE "$src has no checksum and is taken as it is"
		(cd "$src" && tar cf - --exclude=./.git --exclude=./obj --exclude=./lib --exclude=./config.mak .) | tar xf - -C "$upstream.new"
	else
		tar xzf "$src" --strip-components=1 -C "$upstream.new"
	fi || die "$src: cannot be unpacked"
	find "$upstream.new" -type f -exec chmod a-w {} +
	mv "$upstream.new" "$upstream" && printf '%s\n' "$from" > "$dir/upstream.from"
}

# commit TREE MESSAGE-FILE [PARENT]: print the new commit. Who and when are the same for all, unless
# author_of set them, so that the same inputs make the same commits everywhere.
commit()
{
	test -n "${author_date-}" || author_name="the musl-seal authors" author_email="musl-seal@example.org" author_date="2026-01-01T00:00:00+0000"
	GIT_AUTHOR_NAME=$author_name GIT_AUTHOR_EMAIL=$author_email GIT_AUTHOR_DATE=$author_date \
	GIT_COMMITTER_NAME="musl-seal" GIT_COMMITTER_EMAIL="musl-seal" GIT_COMMITTER_DATE=$author_date \
		in_repo commit-tree "$1" ${3+-p "$3"} -F "$2"
}

# Make the repository, with upstream as its first commit.
commit_upstream()
{
	test -d "$repo" && cmp -s "$dir/upstream.from" "$repo/upstream.from" && return
	if test ! -d "$repo" ; then
		rm -rf "$repo.new"
		git init -q --bare --template= "$repo.new" || exit 1
		# the user's own commands in a tree must see the files as they are
		for c in core.autocrlf=false core.attributesFile=/dev/null core.excludesFile=/dev/null \
			core.hooksPath=/dev/null core.logAllRefUpdates=true gc.auto=0 commit.gpgSign=false ; do
			git --git-dir="$repo.new" config "${c%%=*}" "${c#*=}" || exit 1
		done
		mkdir -p "$repo.new/info"
		mv "$repo.new" "$repo" || exit 1
	fi
	rm -f "$repo/index.new"
	if ! { (cd "$upstream" && GIT_WORK_TREE=$upstream in_repo add -A -f .) &&
		id=$(in_repo write-tree) &&
		printf 'musl %s\n' "$version" > "$repo/msg" &&
		id=$(author_date='' ; commit "$id" "$repo/msg") &&
		in_repo update-ref refs/tags/upstream "$id" ; } ; then
		die "musl $version: cannot be committed to $(short "$repo")"
	fi
	cp "$dir/upstream.from" "$repo/upstream.from"
}

# group_of NAME: the group of a patch
group_of()
{
	for g in $groups ; do
		case $1 in
		[0-9][0-9][0-9][0-9]-"$g"-?*.patch) echo "$g" ; return ;;
		esac
	done
	die "patches: $1 is not named NNNN-GROUP-slug.patch, where GROUP is one of: $groups"
}

# The names of this version's patches, in order.
patch_names()
{
	for f in "$root"/patches/*.patch "$root/patches/$version"/*.patch ; do
		test ! -f "$f" || printf '%s\n' "${f##*/}"
	done | sort -u
}

# patch_path NAME: its file for this version
patch_path()
{
	if test -f "$root/patches/$version/$1" ; then
		echo "patches/$version/$1"
	else
		echo "patches/$1"
	fi
}

# The patches of this version, "GROUP NAME" in order.
patches()
{
	at=1
	patch_names | while read -r name ; do
		group=$(group_of "$name") || exit 1
		# shellcheck disable=SC2086
		n=$(printf '%s\n' $groups | grep -nx -e "$group" | cut -d: -f1)
		test "$n" -ge "$at" || die "$(patch_path "$name"): comes after a patch of a later group; the order is: $groups"
		at=$n
		printf '%s %s\n' "$group" "$name"
	done
}

# The files of ours for musl's tree, "GROUP PATH". patches/files has lines "GROUP GLOB".
ours()
{
	(
		cd "$root" || exit 1
		for d in $overlay_dirs ; do
			test ! -d "$d" || find "$d" -type f -print
		done
	) | grep -vE "$junk" | sort | while read -r p ; do
		of=
		while read -r group glob ; do
			# shellcheck disable=SC2254 # a pattern
			case $p in
			$glob) of="$of$group " ;;
			esac
		done < "$root/patches/files"
		case $of in
		*" "?*) die "patches/files: several lines are for $p" ;;
		"") die "patches/files: no line is for $p; add the group that needs it first, one of: $groups" ;;
		esac
		case " $groups " in
		*" $of"*) printf '%s %s\n' "${of% }" "$p" ;;
		*) die "patches/files: $p has no group of these: $groups" ;;
		esac
	done
}

# Checksums of what the series is made from.
series_inputs()
{
	cat "$dir/upstream.from"
	(cd "$root" && patch_names | while read -r name ; do
		patch_path "$name"
	done | xargs -r sha256sum)
}

# apply_patch FILE PARENT: apply a patch to the index, as git am does, and set $id to its commit.
apply_patch()
{
	in_repo mailinfo "$repo/body" "$repo/diff" < "$1" > "$repo/info.new" 2> "$repo/err"
	if ! test -s "$repo/diff" || ! grep -q '^Date: ' "$repo/info.new" ; then
		die "$(short "$1"): not a patch in the form of git format-patch"
	fi
	if ! in_repo apply --cached --whitespace=nowarn "$repo/diff" 2> "$repo/err" ; then
		die "$(short "$1"): does not apply to musl $version ($(sed -n 's/^error: //p' "$repo/err" | head -n 1))"
	fi
	author_name=$(sed -n 's/^Author: //p' "$repo/info.new")
	author_email=$(sed -n 's/^Email: //p' "$repo/info.new")
	author_date=$(sed -n 's/^Date: //p' "$repo/info.new")
	{
		sed -n 's/^Subject: //p' "$repo/info.new"
		echo
		cat "$repo/body"
	} | in_repo stripspace > "$repo/msg"
	id=$(in_repo write-tree) || exit 1
	id=$(commit "$id" "$repo/msg" "$2") || die "$(short "$1"): cannot be committed"
}

# Apply the series, if it is not there as it is now: $series has "COMMIT GROUP NAME" of each patch.
apply_series()
{
	unpack
	commit_upstream
	series_inputs > "$repo/series.inputs.new" || exit 1
	test -f "$series" && cmp -s "$repo/series.inputs" "$repo/series.inputs.new" && return
	patches > "$repo/patches" || exit 1
	id=$(in_repo rev-parse refs/tags/upstream) && in_repo read-tree "$id" || exit 1
	: > "$series.new"
	while read -r group name ; do
		apply_patch "$root/$(patch_path "$name")" "$id"
		printf '%s %s %s\n' "$id" "$group" "$name" >> "$series.new"
	done < "$repo/patches"
	mv "$series.new" "$series" && mv "$repo/series.inputs.new" "$repo/series.inputs" || exit 1
	# keep the commits from being collected, and give their user names for them
	for g in $groups ; do
		in_repo update-ref "refs/tags/$g" "$(prefix_commit "$g")" || exit 1
	done
}

# prefix_commit GROUP: the commit of the series up to this group
prefix_commit()
{
	id=$(in_repo rev-parse refs/tags/upstream)
	for g in $groups ; do
		last=$(awk -v g="$g" '$2 == g { id = $1 } END { print id }' "$series")
		id=${last:-$id}
		test "$g" != "$1" || break
	done
	echo "$id"
}

# format_patch COMMIT: print it as a patch of patches/. Hashes are left out, because they change with
# every patch before it.
format_patch()
{
	in_repo format-patch --stdout --zero-commit --no-signature --no-numbered --no-renames -1 "$1" |
		awk '/^diff --git / { inside = 1 } !inside || !/^index /'
}

# patch_id FILE: print the id of its changes, which do not depend on line numbers, and then its message
patch_id()
{
	git patch-id --stable < "$1" | cut -d' ' -f1
	sed -n '/^Subject: /,/^---$/p' "$1"
}
