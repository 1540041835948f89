DUE = $(T)/due
$(DUE)/libdeep.so: loader/due/deep.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(DUE)/libmiddle.so: loader/due/middle.c $(DUE)/libdeep.so
	$(MCC) $(FLAGS) $(SHARED) -o $@ $< -L$(@D) -ldeep $(ORIGIN)
$(DUE)/libdue.so: loader/due/due.c $(DUE)/libmiddle.so
	$(MCC) $(FLAGS) $(SHARED) -o $@ $< -L$(@D) -lmiddle $(ORIGIN)
$(DUE)/libstarter.so: loader/due/starter.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(DUE)/main: loader/due/main.c $(DUE)/libstarter.so $(DUE)/libdue.so
	$(MCC) $(FLAGS) -o $@ $< -L$(@D) -lstarter -ldue $(ORIGIN)
BOTH_CASES += $(DUE)/main
