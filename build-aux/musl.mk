# Additions to musl's own Makefile, which knows the headers of few objects, and does not notice
# sources that appear or disappear. Run in build/musl-VERSION/obj.

include Makefile

# The compiler records the headers of each object.
CFLAGS_ALL += -MMD -MP -MF $@.d
-include $(wildcard $(addsuffix .d,$(ALL_OBJS) $(ALL_OBJS:%.o=%.lo)))

# A new header can hide one that an object was made from.
$(ALL_OBJS) $(ALL_OBJS:%.o=%.lo): $(srcdir)/.assembled/headers

# If a source disappears, the libraries are remade without it.
lib/libc.so lib/libc.a: $(srcdir)/.assembled/sources

lib/libc.so: $(wildcard $(srcdir)/ldso/start.ld)
