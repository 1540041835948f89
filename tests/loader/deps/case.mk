# main finds libone by its path, the others by theirs, so that a set of copies in
# another folder can have one of them without the mark.
DEPS = $(T)/deps
$(DEPS)/libthree.so: loader/deps/three.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(DEPS)/libtwo.so: loader/deps/two.c $(DEPS)/libthree.so
	$(MCC) $(FLAGS) $(SHARED) -o $@ $< -L$(@D) -lthree $(ORIGIN)
$(DEPS)/libone.so: loader/deps/one.c $(DEPS)/libtwo.so
	$(MCC) $(FLAGS) $(SHARED) -o $@ $< -L$(@D) -ltwo $(ORIGIN)
$(DEPS)/main: loader/deps/main.c $(CHECK) $(DEPS)/libone.so
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) -L$(@D) -lone $(ORIGIN) -Wl,-rpath-link,$(@D)
$(DEPS)/nonpie: loader/deps/main.c $(CHECK) $(DEPS)/libone.so
	$(MCC) $(FLAGS) -fno-pie -no-pie -o $@ $< $(CHECK) -L$(@D) -lone $(ORIGIN) -Wl,-rpath-link,$(@D)
$(DEPS)/mixed/%: $(DEPS)/%
	cp $< $@
$(DEPS)/mixed/libtwo.so: $(DEPS)/libtwo.so $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ unmark
$(DEPS)/mixed/main: $(DEPS)/main $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ unmark
BOTH_CASES += $(DEPS)/main $(DEPS)/nonpie
CASES += $(addprefix $(DEPS)/mixed/,libone.so libtwo.so libthree.so main)
# Without a path: found only by --library-path.
$(DEPS)/norpath: loader/deps/main.c $(CHECK) $(DEPS)/libone.so
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) -L$(@D) -lone -Wl,-rpath-link,$(@D)
CASES += $(DEPS)/norpath
