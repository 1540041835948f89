CTOR_DLOPEN = $(T)/ctor-dlopen
$(CTOR_DLOPEN)/libone.so $(CTOR_DLOPEN)/libtwo.so: loader/ctor-dlopen/opened.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(CTOR_DLOPEN)/libfirst.so: loader/ctor-dlopen/opener.c
	$(MCC) $(FLAGS) $(SHARED) -DOPENS='"libone.so"' -DFN=first_value -o $@ $< $(ORIGIN)
$(CTOR_DLOPEN)/libsecond.so: loader/ctor-dlopen/opener.c
	$(MCC) $(FLAGS) $(SHARED) -DOPENS='"libtwo.so"' -DFN=second_value -o $@ $< $(ORIGIN)
$(CTOR_DLOPEN)/main: loader/ctor-dlopen/main.c $(CHECK) $(CTOR_DLOPEN)/libfirst.so
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) -L$(@D) -lfirst $(ORIGIN)
BOTH_CASES += $(addprefix $(CTOR_DLOPEN)/,main libone.so libtwo.so libfirst.so libsecond.so)
