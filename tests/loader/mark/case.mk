# One program and one library name in a folder each. -nostartfiles keeps musl-gcc's
# own mark out of the library.
MARK = $(T)/mark
MARK_VARIANTS = note none property gnu-property property-only other mark-value
MARK_note =
MARK_none = -nostartfiles
MARK_property = -nostartfiles -DPROPERTY
MARK_gnu-property = -nostartfiles -DPROPERTY
MARK_property-only = -nostartfiles -DPROPERTY -Wl,--build-id=none
MARK_other = -nostartfiles -DOTHER_NOTES
MARK_mark-value =
PATCH_gnu-property = $(ELFPATCH) $@ gnu-property
# PT_GNU_PROPERTY alone: PT_NOTE, the only one, is made PT_NULL.
PATCH_property-only = $(ELFPATCH) $@ gnu-property && $(ELFPATCH) $@ segment 0 4 0 0
PATCH_mark-value = $(ELFPATCH) $@ mark-value 2
$(MARK)/%/libmark.so: loader/mark/lib.c $(ELFPATCH)
	$(MCC) $(FLAGS) $(SHARED) $(MARK_$*) -o $@ $<
	$(PATCH_$*)
$(MARK)/%/main: loader/mark/main.c $(CHECK) $(MARK)/%/libmark.so
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) -L$(@D) -lmark $(ORIGIN)
CASES += $(foreach v,$(MARK_VARIANTS),$(MARK)/$(v)/main $(MARK)/$(v)/libmark.so)
