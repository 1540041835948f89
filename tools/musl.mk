# What the fork's build adds to musl's own Makefile, which knows the headers of few
# objects and nothing of files that come and go. Run in build/musl-VERSION/obj.

include Makefile

# No slot of libc.so's PLT is writable after relocation: they are all in RELRO. Each
# would be a pointer to a function at a known place. The loader binds at once anyway.
LDFLAGS_ALL += -Wl,-z,now

# Which headers an object was made from, noted by the compiler.
CFLAGS_ALL += -MMD -MP -MF $@.d
-include $(wildcard $(addsuffix .d,$(ALL_OBJS) $(ALL_OBJS:%.o=%.lo)))

# A header that is new can hide one that an object was made from before.
$(ALL_OBJS) $(ALL_OBJS:%.o=%.lo): $(srcdir)/.assembled/headers

# A source that went away leaves a library to be made again without it.
lib/libc.so lib/libc.a: $(srcdir)/.assembled/sources
