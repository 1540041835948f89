PKEY = $(T)/pkey
PKEY_PATH = -Wl,-rpath,'$$ORIGIN:$$ORIGIN/../many:$$ORIGIN/../dlopen-fail:$$ORIGIN/../lazy'
# TLS descriptors: their indices are read without a call of the loader.
PKEY_LIB = $(SHARED) $(if $(filter x86_64%,$(MACHINE)),-mtls-dialect=gnu2) \
	'-DJOIN(a,b)=JOIN_(a,b)' '-DJOIN_(a,b)=a\#\#b'
$(PKEY)/libfirst.so: loader/pkey/lib.c
	$(MCC) $(FLAGS) $(PKEY_LIB) -DNAME=first -DTEXT='"first"' -o $@ $<
$(PKEY)/libsecond.so: loader/pkey/lib.c
	$(MCC) $(FLAGS) $(PKEY_LIB) -DNAME=second -DTEXT='"second"' -o $@ $<
$(PKEY)/libinner.so: loader/pkey/lib.c
	$(MCC) $(FLAGS) $(PKEY_LIB) -DNAME=inner -DTEXT='"inner"' -DJUMP -o $@ $<
$(PKEY)/libjump.so: loader/pkey/lib.c $(PKEY)/libinner.so
	$(MCC) $(FLAGS) $(PKEY_LIB) -DNAME=jump_ -DTEXT='"jump"' -DJUMP -DNEEDS=get_inner -o $@ $< -L$(@D) -linner $(ORIGIN)
$(PKEY)/main: loader/pkey/main.c $(T)/records/walk.o $(CHECK) $(MANY_N:%=$(MANY)/lib%.so)
	$(MCC) $(FLAGS) -rdynamic -o $@ $(filter-out $(MANY)/%,$(IN)) $(PKEY_PATH)
CASES += $(addprefix $(PKEY)/,main libfirst.so libsecond.so libinner.so libjump.so)
