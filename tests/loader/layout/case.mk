# Each variant is a library and a program linked the same way:
# aligned: 2 MiB pages leave holes between segments; norelro: no PT_GNU_RELRO;
# bigdata: so much .data after RELRO that it is not loaded along with it;
# then finished files whose PT_GNU_RELRO is changed so that its end or start
# is no page boundary: shorter by 8 bytes (the last page stays writable), longer
# by 256 (rounds down again), starting 16 bytes later (rounds to the same page),
# longer by 4 MiB, past all that is mapped.
LAYOUT = $(T)/layout
LAYOUT_VARIANTS = aligned aligned-code norelro compact bigdata
LAYOUT_PATCHED = relro-short relro-long relro-late relro-wild
LAYOUT_aligned = -Wl,-z,max-page-size=0x200000 -Wl,-z,common-page-size=0x200000 -Wl,-z,noseparate-code
LAYOUT_aligned-code = -Wl,-z,max-page-size=0x200000 -Wl,-z,separate-code
LAYOUT_norelro = -Wl,-z,norelro
LAYOUT_bigdata = -DBIGDATA
LAYOUT_compact = -Wl,-z,noseparate-code
PATCH_relro-short = relro-size -8
PATCH_relro-long = relro-size 256
PATCH_relro-late = relro-start 16
PATCH_relro-wild = relro-size 0x400000

# With pages of 2 MiB, arm would put a program at 0, where no kernel has any.
LAYOUT_LOW = $(if $(CROSS),-Wl$(comma)-Ttext-segment=0x10000000)

define layout_variant
$(LAYOUT)/$(1)/liblayout.so: loader/layout/lib.c
	$(MCC) $(FLAGS) -fPIC -shared $(LAYOUT_$(1)) -o $$@ $$<
$(LAYOUT)/$(1)/pie: loader/layout/main.c $(CHECK) $(LAYOUT)/$(1)/liblayout.so
	$(MCC) $(FLAGS) $(LAYOUT_$(1)) -o $$@ $$< $(CHECK) -L$$(@D) -llayout -Wl,-rpath,'$$$$ORIGIN'
$(LAYOUT)/$(1)/nonpie: loader/layout/main.c $(CHECK) $(LAYOUT)/$(1)/liblayout.so
	$(MCC) $(FLAGS) -fno-pie -no-pie $(LAYOUT_LOW) $(LAYOUT_$(1)) -o $$@ $$< $(CHECK) -L$$(@D) -llayout -Wl,-rpath,'$$$$ORIGIN'
$(LAYOUT)/$(1)/static: loader/layout/main.c loader/layout/lib.c $(CHECK)
	$(MCC) $(FLAGS) -fno-pie -no-pie -static $(LAYOUT_LOW) $(LAYOUT_$(1)) -o $$@ $$(IN)
$(LAYOUT)/$(1)/static-pie: loader/layout/main.c loader/layout/lib.c $(CHECK)
	$(MCC) $(FLAGS) $(STATIC_PIE) $(LAYOUT_$(1)) -o $$@ $$(IN)
BOTH_CASES += $(addprefix $(LAYOUT)/$(1)/,liblayout.so pie nonpie static)
CASES += $(LAYOUT)/$(1)/static-pie
endef
$(foreach v,$(LAYOUT_VARIANTS),$(eval $(call layout_variant,$(v))))

define layout_patched
$(LAYOUT)/$(1)/%: $(LAYOUT)/compact/% $(ELFPATCH)
	cp $$< $$@ && $(ELFPATCH) $$@ $(PATCH_$(1))
BOTH_CASES += $(addprefix $(LAYOUT)/$(1)/,liblayout.so pie nonpie static)
CASES += $(LAYOUT)/$(1)/static-pie
endef
$(foreach v,$(LAYOUT_PATCHED),$(eval $(call layout_patched,$(v))))
