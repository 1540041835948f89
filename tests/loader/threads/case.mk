THREADS = $(T)/threads
$(THREADS)/libtls.so: loader/threads/tls.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(THREADS)/main: loader/threads/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) $(ORIGIN)
BOTH_CASES += $(THREADS)/main $(THREADS)/libtls.so
