PROGRAM = $(T)/program
$(PROGRAM)/pie: loader/program/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK)
$(PROGRAM)/nonpie: loader/program/main.c $(CHECK)
	$(MCC) $(FLAGS) -fno-pie -no-pie -o $@ $< $(CHECK)
$(PROGRAM)/static: loader/program/main.c $(CHECK)
	$(MCC) $(FLAGS) -fno-pie -no-pie -static -o $@ $< $(CHECK)
# binutils for RISC-V leaves an empty relocation of the text for each access to a thread's variable.
$(PROGRAM)/static-pie: loader/program/main.c $(CHECK)
	$(MCC) $(FLAGS) -fPIE -static-pie $(if $(filter riscv%,$(MACHINE)),-Wl$(comma)-z$(comma)notext) -o $@ $< $(CHECK)
$(PROGRAM)/%-unmarked: $(PROGRAM)/% $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ unmark
BOTH_CASES += $(addprefix $(PROGRAM)/,pie nonpie static)
CASES += $(addprefix $(PROGRAM)/,static-pie \
	pie-unmarked nonpie-unmarked static-unmarked static-pie-unmarked)
