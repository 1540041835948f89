MSEAL = $(T)/mseal
$(MSEAL)/main: loader/mseal/main.c $(CHECK)
	$(MCC) $(FLAGS) -Werror=implicit-function-declaration -o $@ $< $(CHECK)
$(MSEAL)/static: loader/mseal/main.c $(CHECK)
	$(MCC) $(FLAGS) -static -o $@ $< $(CHECK)
$(MSEAL)/hidden: loader/mseal/hidden.c
	$(MCC) $(FLAGS) -D_POSIX_C_SOURCE=200809L -Werror -o $@ $<
CASES += $(addprefix $(MSEAL)/,main static hidden)
