PROGRAM = $(T)/program
$(PROGRAM)/pie: loader/program/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK)
$(PROGRAM)/nonpie: loader/program/main.c $(CHECK)
	$(MCC) $(FLAGS) -fno-pie -no-pie -o $@ $< $(CHECK)
$(PROGRAM)/static: loader/program/main.c $(CHECK)
	$(MCC) $(FLAGS) -fno-pie -no-pie -static -o $@ $< $(CHECK)
$(PROGRAM)/static-pie: loader/program/main.c $(CHECK)
	$(MCC) $(FLAGS) $(STATIC_PIE) $(if $(RISCV),-D_Thread_local=) -o $@ $< $(CHECK)
$(PROGRAM)/%-unmarked: $(PROGRAM)/% $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ unmark
BOTH_CASES += $(addprefix $(PROGRAM)/,pie nonpie static)
CASES += $(addprefix $(PROGRAM)/,static-pie \
	pie-unmarked nonpie-unmarked static-unmarked static-pie-unmarked)
