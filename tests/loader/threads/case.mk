THREADS = $(T)/threads
$(THREADS)/libtls.so: loader/threads/tls.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(THREADS)/main: loader/threads/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) $(ORIGIN)
BOTH_CASES += $(THREADS)/main $(THREADS)/libtls.so
# Uses the libraries of other cases.
$(THREADS)/race: loader/threads/race.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) -Wl,-rpath,'$$ORIGIN:$$ORIGIN/../many:$$ORIGIN/../dlopen-fail'
CASES += $(THREADS)/race
