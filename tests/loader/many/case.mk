# lib1.so to lib100.so, and the sum of their calls as a macro.
MANY = $(T)/many
MANY_N := $(shell i=1; while [ $$i -le 100 ]; do echo $$i; i=$$((i+1)); done)
$(MANY)/lib%.so: loader/many/lib.c
	$(MCC) $(FLAGS) $(SHARED) -DN=$* -o $@ $<
$(MANY)/calls.h:
	{ for i in $(MANY_N); do echo "int number$$i(void);"; done; \
	printf '#define CALLS (0'; for i in $(MANY_N); do printf ' + number%d()' $$i; done; \
	echo ')'; } > $@
$(MANY)/main: loader/many/main.c $(MANY)/calls.h $(CHECK) $(MANY_N:%=$(MANY)/lib%.so)
	$(MCC) $(FLAGS) -I$(@D) -o $@ $< $(CHECK) -L$(@D) $(MANY_N:%=-l%) $(ORIGIN)
CASES += $(MANY)/main
