# Large tables of pointers in .data, of a program and of its library: relocated
# one by one (RELA, or REL), or in runs (RELR), which GNU ld makes for x86 at least.
POINTERS = $(T)/pointers
POINTERS_VARIANTS = plain $(if $(filter x86_64-%,$(MACHINE)),packed)
POINTERS_plain =
POINTERS_packed = -Wl,-z,pack-relative-relocs

define pointers_variant
$(POINTERS)/$(1)/libpointers.so: loader/pointers/lib.c loader/pointers/table.h
	$(MCC) $(FLAGS) -fPIC -shared $(POINTERS_$(1)) -o $$@ $$<
	$(if $(POINTERS_$(1)),readelf -d $$@ | grep RELR >/dev/null)
$(POINTERS)/$(1)/main: loader/pointers/main.c loader/pointers/table.h $(CHECK) $(POINTERS)/$(1)/libpointers.so
	$(MCC) $(FLAGS) $(POINTERS_$(1)) -o $$@ $$< $(CHECK) -L$$(@D) -lpointers $$(ORIGIN)
BOTH_CASES += $(addprefix $(POINTERS)/$(1)/,libpointers.so main)
endef
$(foreach v,$(POINTERS_VARIANTS),$(eval $(call pointers_variant,$(v))))
