# The provider has no RELRO, which could not be protected either.
LATE = $(T)/late
$(LATE)/libpending.so: loader/late/pending.c
	$(MCC) $(FLAGS) $(SHARED) -Wl,-z,lazy -o $@ $<
$(LATE)/libprovider.so: loader/late/provider.c
	$(MCC) $(FLAGS) $(SHARED) -Wl,-z,norelro -o $@ $<
$(LATE)/main: loader/late/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) $(ORIGIN)
CASES += $(addprefix $(LATE)/,main libpending.so libprovider.so)
