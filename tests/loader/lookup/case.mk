# For each seed a program, its libraries 1 to LOOKUP_LAST, and four for dlopen: see generate.c. The
# programs of odd seeds are not position independent, so they have copies of data.
LOOKUP = $(T)/lookup
LOOKUP_SEEDS = 1 2 3 4
LOOKUP_LAST = 24
LOOKUP_N = 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24
LOOKUP_ALL_N = $(LOOKUP_N) 25 26 27 28
LOOKUP_GENERATE = $(LOOKUP)/generate $1 $(LOOKUP_LAST) $2
# DT_MIPS_XHASH is not musl's.
LOOKUP_HASH = $(if $(filter mips%,$(MACHINE)),-Wl$(comma)--hash-style=sysv)
# Damaged tables. One that is not in the order of its buckets ends the index, as does one that is not
# in the object's memory.
LOOKUP_DAMAGE = 4/lib2:moved 4/lib3:stop 4/lib5:none 4/lib7:other 4/lib8:empty 4/lib9:other 4/lib11:stop 4/lib14:chained \
	3/lib18:beyond
LOOKUP_PATCH = $(if $(LOOKUP_HASH),,$(patsubst $1:%,$(ELFPATCH) $(LOOKUP)/$1.so gnu-hash %,$(filter $1:%,$(LOOKUP_DAMAGE))))
LOOKUP_DEPS = $(LOOKUP)/generate $(ELFPATCH) $(addprefix loader/lookup/,library.h versions)

$(LOOKUP)/generate: loader/lookup/generate.c
	$(BUILDCC) $(HOSTFLAGS) -o $@ $<
# $1: the seed, $2: the number
define lookup_library
$(LOOKUP)/$1/lib$2.so: $(LOOKUP_DEPS)
	$(call LOOKUP_GENERATE,$1,$2) > $(LOOKUP)/$1/lib$2.c
	$(MCC) $(FLAGS) -O0 -g0 -Iloader/lookup $(SHARED) -o $$@ $(LOOKUP)/$1/lib$2.c `$(call LOOKUP_GENERATE,$1,$2) flags` $(LOOKUP_HASH)
	$(call LOOKUP_PATCH,$1/lib$2)
endef
define lookup_program
$(foreach n,$(LOOKUP_ALL_N),$(eval $(call lookup_library,$1,$n)))
$(LOOKUP)/$1/main: loader/lookup/main.c $(LOOKUP_DEPS) $(LOOKUP_ALL_N:%=$(LOOKUP)/$1/lib%.so)
	$(call LOOKUP_GENERATE,$1,0) > $(LOOKUP)/$1/main.c
	$(MCC) $(FLAGS) $(if $(filter %1 %3,$1),-fno-pie -no-pie,-fPIE -pie) -DLAST=$(LOOKUP_LAST) -Iloader/lookup -o $$@ $$< \
		$(LOOKUP)/$1/main.c -Wl,--no-as-needed -L$(LOOKUP)/$1 $(LOOKUP_N:%=-l%) $$(ORIGIN)
endef
$(foreach s,$(LOOKUP_SEEDS),$(eval $(call lookup_program,$s)))
# Of the kind that ends the index: nothing behind it is in it.
$(LOOKUP)/libend.so: loader/lookup/end.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $< -Wl,--hash-style=sysv
# So many symbols that look-ups are begun in batches, see sym_index.c.
$(LOOKUP)/libbulk.so:
	awk 'BEGIN { for (i=0; i<12000; i++) printf ".globl bulk%d\nbulk%d:\n", i, i; print ".long 0" }' > $(LOOKUP)/bulk.s
	$(MCC) $(FLAGS) $(SHARED) -o $@ $(LOOKUP)/bulk.s $(LOOKUP_HASH)
CASES += $(LOOKUP_SEEDS:%=$(LOOKUP)/%/main) $(LOOKUP)/libend.so $(LOOKUP)/libbulk.so
