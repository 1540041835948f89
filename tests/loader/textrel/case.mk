TEXTREL = $(T)/textrel
TEXTREL_MODEL = $(if $(CROSS),,-fno-pic -mcmodel=large)
$(TEXTREL)/libtextrel.so: loader/textrel/textrel.c
	$(MCC) $(FLAGS) -fPIC $(TEXTREL_MODEL) -shared -Wl,-z,notext -o $@ $<
	readelf -d $@ | grep TEXTREL >/dev/null
$(TEXTREL)/dlopen: loader/textrel/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) $(ORIGIN)
$(TEXTREL)/linked: loader/textrel/main.c $(CHECK) $(TEXTREL)/libtextrel.so
	$(MCC) $(FLAGS) -DLINKED -o $@ $< $(CHECK) -L$(@D) -ltextrel $(ORIGIN)
# A program with text relocations: as with upstream, only the loader can map it.
$(TEXTREL)/pie: loader/textrel/pie.c $(CHECK)
	$(MCC) $(FLAGS) -fPIE $(TEXTREL_MODEL) -pie -Wl,-z,notext -o $@ $< $(CHECK)
	readelf -d $@ | grep TEXTREL >/dev/null
CASES += $(TEXTREL)/pie
BOTH_CASES += $(addprefix $(TEXTREL)/,libtextrel.so dlopen linked)
