DLOPEN = $(T)/dlopen
$(DLOPEN)/libbase.so: loader/dlopen/base.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(DLOPEN)/libleft.so: loader/dlopen/left.c $(DLOPEN)/libbase.so
	$(MCC) $(FLAGS) $(SHARED) -o $@ $< -L$(@D) -lbase $(ORIGIN)
$(DLOPEN)/libright.so: loader/dlopen/right.c $(DLOPEN)/libbase.so
	$(MCC) $(FLAGS) $(SHARED) -o $@ $< -L$(@D) -lbase $(ORIGIN)
$(DLOPEN)/libouter.so: loader/dlopen/outer.c $(DLOPEN)/libleft.so $(DLOPEN)/libright.so
	$(MCC) $(FLAGS) $(SHARED) -o $@ $< -L$(@D) -lleft -lright -lbase $(ORIGIN)
$(DLOPEN)/main: loader/dlopen/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) $(ORIGIN)
$(DLOPEN)/mixed/%: $(DLOPEN)/%
	cp $< $@
$(DLOPEN)/mixed/libleft.so: $(DLOPEN)/libleft.so $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ unmark
BOTH_CASES += $(DLOPEN)/main $(DLOPEN)/libouter.so
CASES += $(addprefix $(DLOPEN)/mixed/,main libouter.so libleft.so libright.so libbase.so)
