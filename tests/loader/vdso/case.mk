VDSO = $(T)/vdso
$(VDSO)/main: loader/vdso/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK)
$(VDSO)/static: loader/vdso/main.c $(CHECK)
	$(MCC) $(FLAGS) -fno-pie -no-pie -static -o $@ $< $(CHECK)
$(VDSO)/static-pie: loader/vdso/main.c $(CHECK)
	$(MCC) $(FLAGS) $(STATIC_PIE) -o $@ $< $(CHECK)
$(VDSO)/%-unmarked: $(VDSO)/% $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ unmark
BOTH_CASES += $(addprefix $(VDSO)/,main static)
CASES += $(addprefix $(VDSO)/,static-pie static-unmarked static-pie-unmarked)
