STACK = $(T)/stack
$(STACK)/main: loader/stack/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK)
$(STACK)/static: loader/stack/main.c $(CHECK)
	$(MCC) $(FLAGS) -static -o $@ $< $(CHECK)
BOTH_CASES += $(STACK)/main
CASES += $(STACK)/static
