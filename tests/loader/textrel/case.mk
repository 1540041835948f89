TEXTREL = $(T)/textrel
$(TEXTREL)/libtextrel.so: loader/textrel/textrel.c
	$(MCC) $(FLAGS) -fno-pic -mcmodel=large -shared -Wl,-z,notext -o $@ $<
	readelf -d $@ | grep TEXTREL >/dev/null
$(TEXTREL)/dlopen: loader/textrel/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) $(ORIGIN)
$(TEXTREL)/linked: loader/textrel/main.c $(CHECK) $(TEXTREL)/libtextrel.so
	$(MCC) $(FLAGS) -DLINKED -o $@ $< $(CHECK) -L$(@D) -ltextrel $(ORIGIN)
BOTH_CASES += $(addprefix $(TEXTREL)/,libtextrel.so dlopen linked)
