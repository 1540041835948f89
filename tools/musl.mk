# Additions to musl's own Makefile, which knows the headers of few objects, and does not notice
# sources that appear or disappear. Run in build/musl-VERSION/obj.

include Makefile

# Keep libc.so's PLT slots in RELRO, so that they are read-only after relocation. A writable slot is
# a pointer to a function at a known address. The loader binds all symbols at once anyway.
LDFLAGS_ALL += -Wl,-z,now

# The compiler records the headers of each object.
CFLAGS_ALL += -MMD -MP -MF $@.d
-include $(wildcard $(addsuffix .d,$(ALL_OBJS) $(ALL_OBJS:%.o=%.lo)))

# A new header can hide one that an object was made from.
$(ALL_OBJS) $(ALL_OBJS:%.o=%.lo): $(srcdir)/.assembled/headers

# If a source disappears, the libraries are remade without it.
lib/libc.so lib/libc.a: $(srcdir)/.assembled/sources
