# Make the specs of musl-g++ from those of musl-gcc: the headers of libstdc++, libgcc_s in dynamic
# programs, the tables for exceptions.
{
	at = index($0, "-nostdinc -isystem ")
	if (at)
		$0 = substr($0, 1, at - 1) "-nostdinc %{!nostdinc++:-isystem " cxx " -isystem " cxx "/" triple \
			" -isystem " cxx "/backward}" substr($0, at + length("-nostdinc"))
}
part == "*libgcc:" && $0 != "" {
	$0 = "%{static|static-pie|static-libgcc:libgcc.a%s " lib "/libgcc_eh.a;:-lgcc_s libgcc.a%s}"
}
part == "*link:" && $0 != "" { $0 = "%{!r:--eh-frame-hdr} " $0 }
{ print; part = $0 ~ /^\*/ ? $0 : "" }
