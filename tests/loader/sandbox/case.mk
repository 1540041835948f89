SANDBOX = $(T)/sandbox
$(SANDBOX)/libx.so: loader/sandbox/lib.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(SANDBOX)/main: loader/sandbox/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) $(ORIGIN)
# For a root in which ours is the one loader.
$(SANDBOX)/server: loader/sandbox/server.c
	$(MCC) $(FLAGS) -Wl,--dynamic-linker=/lib/$(notdir $(wildcard $(PREFIX)/lib/ld-musl-*.so.1)) -o $@ $<
CASES += $(addprefix $(SANDBOX)/,main libx.so server)
