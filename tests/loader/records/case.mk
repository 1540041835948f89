RECORDS = $(T)/records
RECORDS_PATH = -Wl,-rpath,'$$ORIGIN:$$ORIGIN/../many:$$ORIGIN/../dlopen-fail:$$ORIGIN/../late:$$ORIGIN/../lazy:$$ORIGIN/../dlopen'
$(RECORDS)/walk.o: loader/records/walk.c loader/records/walk.h $(CHECK_H) $(STAMP)
	$(MCC) $(FLAGS) -fPIE -c -o $@ $<
$(RECORDS)/%: loader/records/%.c $(RECORDS)/walk.o $(CHECK)
	$(MCC) $(FLAGS) -rdynamic -o $@ $(filter-out %.h,$(IN)) $(RECORDS_PATH)
$(RECORDS)/libplugin.so: loader/records/plugin.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(RECORDS)/libcalls.so: loader/records/calls.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(RECORDS)/libnodata.so: loader/records/nodata.c
	$(MCC) $(FLAGS) $(SHARED) -Wl,-z,lazy -o $@ $<
$(RECORDS)/libtls%.so: loader/records/tls.c
	$(MCC) $(FLAGS) $(SHARED) -DN=$* -o $@ $<
$(RECORDS)/random: loader/records/random.c
	$(MCC) $(FLAGS) -o $@ $< $(RECORDS_PATH)
# With more records at start than there is room for beside the roots.
$(RECORDS)/random-linked: loader/records/random.c $(MANY_N:%=$(MANY)/lib%.so)
	$(MCC) $(FLAGS) -o $@ $< -L$(MANY) -Wl,--no-as-needed $(MANY_N:%=-l%) $(RECORDS_PATH)
$(RECORDS)/random-few: loader/records/random.c $(MANY_N:%=$(MANY)/lib%.so)
	$(MCC) $(FLAGS) -o $@ $< -L$(MANY) -Wl,--no-as-needed $(addprefix -l,1 2 3 4 5 6 7 8) $(RECORDS_PATH)
BOTH_CASES += $(addprefix $(RECORDS)/,random random-few random-linked libnodata.so)
BOTH_CASES += $(addprefix $(RECORDS)/,plain threads libplugin.so)
BOTH_CASES += $(addprefix $(RECORDS)/,older libtls1.so libtls2.so) $(MANY_N:%=$(MANY)/lib%.so)
$(RECORDS)/limits: loader/records/limits.c $(DUE)/libdue.so $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) -L$(DUE) -Wl,--no-as-needed -ldue $(ORIGIN),-rpath,'$$ORIGIN/../due'
BOTH_CASES += $(RECORDS)/limits
$(RECORDS)/ends: loader/records/ends.c
	$(MCC) $(FLAGS) -o $@ $< $(ORIGIN)
BOTH_CASES += $(RECORDS)/ends
# Each library of the chain needs the next: of this one's two numbers, one is that of another file.
$(RECORDS)/chain/template.so: loader/records/chain.c
	$(MCC) $(FLAGS) $(SHARED) -DLIBRARY -Wl,-soname,chain-9999.so -o $(@D)/chain-9999.so $<
	$(MCC) $(FLAGS) $(SHARED) -DLIBRARY -Wl,-soname,chain-8888.so -o $@ $< -Wl,--no-as-needed -L$(@D) -l:chain-9999.so $(ORIGIN)
	rm $(@D)/chain-9999.so
$(RECORDS)/chain/main: loader/records/chain.c
	$(MCC) $(FLAGS) $(SHARED) -DLIBRARY -Wl,-soname,chain-0001.so -o $(@D)/linked.so $<
	$(MCC) $(FLAGS) -o $@ $< -Wl,--no-as-needed -L$(@D) -l:linked.so -Wl,--unresolved-symbols=ignore-all $(ORIGIN)
	rm $(@D)/linked.so
CASES += $(addprefix $(RECORDS)/chain/,main template.so)
CASES += $(addprefix $(RECORDS)/,open hidden dlseal libcalls.so)

$(RECORDS)/libfirst.so: loader/records/lifetime.c
	$(MCC) $(FLAGS) $(SHARED) -DFUNC=first -DNAME='"first"' -DOPENS='"libopened.so"' -o $@ $< $(ORIGIN)
$(RECORDS)/libsecond.so: loader/records/lifetime.c
	$(MCC) $(FLAGS) $(SHARED) -DFUNC=second -DNAME='"second"' -o $@ $<
$(RECORDS)/libopened.so: loader/records/lifetime.c $(RECORDS)/libsecond.so
	$(MCC) $(FLAGS) $(SHARED) -DFUNC=opened -DNAME='"opened"' -o $@ $< -L$(@D) -Wl,--no-as-needed -lsecond $(ORIGIN)
$(RECORDS)/liblast.so: loader/records/lifetime.c
	$(MCC) $(FLAGS) $(SHARED) -DFUNC=last -DNAME='"last"' -o $@ $<
$(RECORDS)/order: loader/records/order.c $(addprefix $(RECORDS)/lib,first.so second.so opened.so last.so)
	$(MCC) $(FLAGS) -o $@ $< -L$(@D) -lfirst -lsecond $(ORIGIN)
BOTH_CASES += $(RECORDS)/order
$(RECORDS)/bare: loader/records/bare.c $(RECORDS)/libplugin.so
	$(MCC) $(FLAGS) -o $@ $< $(ORIGIN)
BOTH_CASES += $(RECORDS)/bare
$(RECORDS)/nothing: loader/records/nothing.c
	$(MCC) $(FLAGS) -o $@ $<
$(RECORDS)/three-libraries: loader/records/nothing.c $(addprefix $(RECORDS)/lib,plugin.so last.so second.so)
	$(MCC) $(FLAGS) -o $@ $< -Wl,--no-as-needed -L$(@D) -lplugin -llast -lsecond $(ORIGIN)
BOTH_CASES += $(addprefix $(RECORDS)/,nothing three-libraries)
