FORK = $(T)/fork
$(FORK)/main: loader/fork/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK)
BOTH_CASES += $(FORK)/main
