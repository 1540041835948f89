PRELOAD = $(T)/preload
$(PRELOAD)/libpreload.so: loader/preload/preload.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(PRELOAD)/main: loader/preload/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK)
BOTH_CASES += $(PRELOAD)/main $(PRELOAD)/libpreload.so
