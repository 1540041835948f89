ADVISORIES = $(T)/advisories
$(ADVISORIES)/main: loader/advisories/main.c
	$(MCC) $(FLAGS) -o $@ $<
BOTH_CASES += $(ADVISORIES)/main
