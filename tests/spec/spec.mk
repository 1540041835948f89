# The programs of the tables in spec/, and the suite that compares.
SPEC = $(T)/spec
SPEC_CHECK = $(addprefix $(T)/check/,mapping.o probe.o result.o settings.o)
SPEC_dlopen = -DWITH_DLOPEN
SPEC_mutable = -DWITH_MUTABLE
SPEC_static = -fno-pie -no-pie -static
SPEC_static-pie = $(STATIC_PIE)
SPEC_KINDS = dynamic dlopen mutable static static-pie
# The tables are those of x86_64, where this is the default.
SPEC_LD = -Wl,-z,separate-code

$(SPEC_KINDS:%=$(SPEC)/%): $(SPEC)/%: spec/program/main.c $(SPEC_CHECK)
	$(MCC) $(FLAGS) $(SPEC_LD) $(SPEC_$*) -o $@ $(IN)
$(SPEC)/with-%: spec/program/main.c $(SPEC_CHECK) $(SPEC)/lib%.so
	$(MCC) $(FLAGS) $(SPEC_LD) -DWITH_LIBRARY -o $@ $< $(SPEC_CHECK) -L$(@D) -l$* $(ORIGIN)
# Segments aligned to 64 KiB have gaps between them.
$(SPEC)/libmarked.so: spec/program/library.c
	$(MCC) $(FLAGS) $(SPEC_LD) $(SHARED) -Wl,-z,max-page-size=65536 -o $@ $<
$(SPEC)/liblazy.so: spec/program/library.c
	$(MCC) $(FLAGS) $(SPEC_LD) $(SHARED) -DLATER -Wl,-z,lazy -o $@ $<
$(SPEC)/liblater.so: spec/program/later.c
	$(MCC) $(FLAGS) $(SPEC_LD) $(SHARED) -o $@ $<
$(SPEC)/libunmarked.so: $(SPEC)/libmarked.so $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ unmark
$(SPEC)/%-unmarked: $(SPEC)/% $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ unmark
ifeq ($(CROSS),)
CASES += $(addprefix $(SPEC)/,$(SPEC_KINDS) $(SPEC_KINDS:%=%-unmarked) with-marked with-unmarked \
	with-marked-unmarked liblazy.so liblater.so)
endif

# As an unmodified musl links it. The loader of the fork runs it.
ifneq ($(UPSTREAM),)
$(SPEC)/foreign: spec/program/main.c $(SPEC_CHECK:$(T)/%=$(FOREIGN)/%)
	$(UCC) $(FLAGS) $(SPEC_LD) -fno-pie -no-pie -static -o $@ $(IN)
CASES += $(SPEC)/foreign
endif

SPEC_H = $(wildcard spec/*.h) lib/harness.h
SPEC_SUITE = $(O)/run/spec
$(SPEC_SUITE): spec/spec.c spec/table.c spec/observed.c $(SPEC_H) $(O)/harness.o
	$(HOSTCC) $(HOSTFLAGS) -Ispec -o $@ $(filter-out %.h,$(IN)) $(CMOCKA)
