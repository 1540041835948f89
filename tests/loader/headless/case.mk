HEADLESS = $(T)/headless
$(HEADLESS)/libheadless.so: loader/headless/lib.c
	$(MCC) $(FLAGS) $(SHARED) -Wl,-N -o $@ $<
$(HEADLESS)/main: loader/headless/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) $(ORIGIN)
CASES += $(HEADLESS)/main $(HEADLESS)/libheadless.so
