FAIL = $(T)/dlopen-fail
$(FAIL)/libdep.so: loader/dlopen-fail/dep.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(FAIL)/libgood.so: loader/dlopen-fail/good.c $(FAIL)/libdep.so
	$(MCC) $(FLAGS) $(SHARED) -o $@ $< -L$(@D) -ldep $(ORIGIN)
$(FAIL)/libnosymbol.so: loader/dlopen-fail/nosymbol.c $(FAIL)/libdep.so
	$(MCC) $(FLAGS) $(SHARED) -o $@ $< -L$(@D) -ldep $(ORIGIN)
# Linked against a library that is not there when it is loaded.
$(FAIL)/libnodep.so: loader/dlopen-fail/nodep.c loader/dlopen-fail/gone.c $(FAIL)/libdep.so
	mkdir -p $(@D)/elsewhere
	$(MCC) $(FLAGS) $(SHARED) -Wl,-soname,libgone.so -o $(@D)/elsewhere/libgone.so loader/dlopen-fail/gone.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $< -L$(@D) -ldep -L$(@D)/elsewhere -lgone $(ORIGIN)
$(FAIL)/libcut-header.so: $(FAIL)/libgood.so $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ cut 200
$(FAIL)/libcut-text.so: $(FAIL)/libgood.so $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ cut-in-text
$(FAIL)/libcut-data.so: $(FAIL)/libgood.so $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ cut-in-data
$(FAIL)/libcut-bigdata.so: loader/layout/lib.c $(ELFPATCH)
	$(MCC) $(FLAGS) $(SHARED) -DBIGDATA -o $@ $< && $(ELFPATCH) $@ cut-in-data
$(FAIL)/libcut-norelro.so: loader/layout/lib.c $(ELFPATCH)
	$(MCC) $(FLAGS) $(SHARED) -Wl,-z,norelro -o $@ $< && $(ELFPATCH) $@ cut-in-data
# Needs a good library first, then a truncated one.
$(FAIL)/libneedscut.so: loader/dlopen-fail/nodep.c loader/dlopen-fail/gone.c $(FAIL)/libdep.so $(ELFPATCH)
	$(MCC) $(FLAGS) $(SHARED) -Wl,-soname,libneedscut.so-cut -o $(@D)/libneedscut.so-cut loader/dlopen-fail/gone.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $< -L$(@D) -ldep -l:libneedscut.so-cut $(ORIGIN)
	$(ELFPATCH) $(@D)/libneedscut.so-cut cut-in-data
$(FAIL)/libempty.so:
	: > $@
$(FAIL)/libnoelf.so: loader/dlopen-fail/main.c
	cp $< $@
$(FAIL)/main: loader/dlopen-fail/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) $(ORIGIN)
# A program whose needed library is truncated, by each kind of cut.
$(FAIL)/start-%/program: loader/dlopen-fail/program.c $(FAIL)/libgood.so $(ELFPATCH)
	cp $(FAIL)/libgood.so $(FAIL)/libdep.so $(@D)
	$(MCC) $(FLAGS) -o $@ $< -L$(@D) -lgood -ldep $(ORIGIN)
	$(ELFPATCH) $(@D)/libgood.so $(if $(filter cut-in-%,$*),$*,cut 200)
BOTH_CASES += $(addprefix $(FAIL)/,main libgood.so libnosymbol.so libnodep.so \
	libcut-header.so libcut-text.so libcut-data.so libneedscut.so libempty.so libnoelf.so \
	libcut-bigdata.so libcut-norelro.so)
CASES += $(addprefix $(FAIL)/start-,cut-header/program cut-in-text/program cut-in-data/program)
