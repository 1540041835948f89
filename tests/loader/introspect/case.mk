INTROSPECT = $(T)/introspect
$(INTROSPECT)/libintrospect.so: loader/introspect/lib.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(INTROSPECT)/main: loader/introspect/main.c $(CHECK) $(INTROSPECT)/libintrospect.so
	$(MCC) $(FLAGS) -rdynamic -o $@ $< $(CHECK) -L$(@D) -lintrospect $(ORIGIN)
BOTH_CASES += $(INTROSPECT)/main $(INTROSPECT)/libintrospect.so
