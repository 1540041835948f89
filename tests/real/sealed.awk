# Reads the program headers of some objects (readelf -lW, a line "object PATH" before each) and then a
# process's smaps (after a line "smaps"), and says whether that is sealed which has to be.
#
#	level=on|full|hard	full: writable data is sealed as well. hard: the stack too, and nothing writes by
#			force to what is not writable (no "mw")
#	marked=NAMES	objects whose writable data is sealed under "on" too
#	static=1	a static program: the libc in it starts on its own, and has RELRO still to write
#	inside=DIR	what to take off the paths in smaps (the new root's path)
#
# One line is printed: "ok" or "bad", and what was found.

function hex(s,   i, n) {
	n = 0
	sub(/^0x/, "", s)
	for (i = 1; i <= length(s); i++) n = n * 16 + index("123456789abcdef", substr(s, i, 1))
	return n
}

function down(x) { return x - x % 4096 }
function up(x) { return down(x + 4095) }
function base_name(p) { sub(/.*\//, "", p) ; return p }

# add the range of a segment, or of RELRO: the writable ones are taken note of apart
function add(kind, from, to) {
	nseg[obj]++
	seg[obj, nseg[obj], "kind"] = kind
	seg[obj, nseg[obj], "from"] = from
	seg[obj, nseg[obj], "to"] = to
}

BEGIN {
	split(marked, m, " ")
	for (i in m) is_marked[m[i]] = 1
	# of a static program hard is full
	hard = level == "hard" && !static
}

$1 == "object" { obj = base_name($2); wanted[obj] = 1; first[obj] = -1; next }
$1 == "smaps" { reading = 1; next }

!reading && $1 == "LOAD" {
	flags = ""
	for (i = 7; i < NF; i++) flags = flags $i
	if (first[obj] < 0) {
		first[obj] = down(hex($3))
		first_offset[obj] = down(hex($2))
	}
	add(flags ~ /W/ ? "data" : "fixed", down(hex($3)), up(hex($3) + hex($6)))
	next
}
!reading && $1 == "GNU_RELRO" && !static { add("relro", down(hex($3)), down(hex($3) + hex($6))); next }
# PT_GNU_MUTABLE, which readelf has no name for yet
!reading && $1 ~ /^(LOOS\+0x474f555|GNU_MUTABLE)$/ {
	i = ++nmutable[obj]
	mutable_from[obj, i] = down(hex($3)); mutable_to[obj, i] = up(hex($3) + hex($6))
	next
}
!reading { next }

/^[0-9a-f]+-[0-9a-f]+ / {
	split($1, a, "-")
	from = hex(a[1]); to = hex(a[2]); prot = substr($2, 1, 3); name = base_name($6)
	# a program may map other parts of its file, below
	if (name in wanted && !(name in base) && hex($3) == first_offset[name]) base[name] = from - first[name]
	n++
	map_from[n] = from; map_to[n] = to; map_prot[n] = prot; map_name[n] = $6; map_line[n] = $1 " " prot " " name
	next
}
$1 == "VmFlags:" { map_sealed[n] = (" " $0 " ") ~ / sl /; map_reach[n] = (" " $0 " ") ~ / mw / }

function is_loader(o) { return o == "libc.so" || o ~ /^ld-musl-/ }

function wrong(what) {
	if (++bad <= 4) words = words "; " what
}

# What the process has between two addresses must be sealed, or must not be.
function check(what, from, to, sealed,   i, f, t) {
	for (i = 1; i <= n; i++) {
		f = map_from[i] > from ? map_from[i] : from
		t = map_to[i] < to ? map_to[i] : to
		if (f >= t) continue
		# the loader's records of objects: dlopen writes to them
		if (records && map_prot[i] == "r--" && !map_sealed[i]) continue
		if (map_sealed[i] != sealed) wrong(what " " (sealed ? "not sealed" : "sealed") ": " map_line[i])
		else if (sealed) { bytes += t - f; ranges++ }
		if (hard && sealed && map_prot[i] !~ /w/ && map_reach[i]) wrong(what " can be written to by force: " map_line[i])
	}
}

# The same for addresses of an object, less what it keeps mutable; sealmark puts these in order.
function check_object(o, what, from, to, sealed,   i, f, t) {
	for (i = 1; i <= nmutable[o]; i++) {
		f = mutable_from[o, i]; t = mutable_to[o, i]
		if (f < from) f = from
		if (t > to) t = to
		if (f >= t) continue
		check(o what, base[o] + from, base[o] + f, sealed)
		check(o " mutable", base[o] + f, base[o] + t, 0)
		from = t
	}
	check(o what, base[o] + from, base[o] + to, sealed)
}

END {
	for (o in wanted) {
		# at hard exempted pages are private, so they have no name
		if (!(o in base)) { if (!hard || !nmutable[o]) wrong(o " is not mapped"); continue }
		objects++
		lo = hi = 0
		for (i = 1; i <= nseg[o]; i++)
			if (seg[o, i, "kind"] == "relro") { lo = seg[o, i, "from"]; hi = seg[o, i, "to"] }
		for (i = 1; i <= nseg[o]; i++) {
			k = seg[o, i, "kind"]; f = seg[o, i, "from"]; t = seg[o, i, "to"]
			if (k == "fixed") check_object(o, "", f, t, 1)
			if (k == "relro") check_object(o, " relro", f, t, 1)
			if (k != "data") continue
			records = is_loader(o)
			rw = (level != "on" && !static) || o in is_marked
			# before and after RELRO, which lies in it
			if (lo < hi && lo >= f && lo < t) {
				if (lo > f) check_object(o, " data", f, lo, rw)
				if (hi < t) check_object(o, " data", hi, t, rw)
			} else {
				check_object(o, " data", f, t, rw)
			}
			records = 0
		}
	}
	for (i = 1; i <= n; i++) {
		if (map_name[i] == "[vdso]" && !map_sealed[i]) wrong("vdso not sealed")
		if (map_name[i] == "[stack]" && hard) { if (!map_sealed[i]) wrong("stack not sealed") }
		else if (map_name[i] ~ /^\[(heap|stack)\]$/ && map_sealed[i]) wrong(map_name[i] " sealed")
	}
	more = bad > 4 ? "; and " (bad - 4) " more" : ""
	printf "%s %d objects, %d ranges, %.1f MiB sealed%s%s\n", bad ? "bad" : "ok", objects, ranges, bytes / 1048576, words, more
}
