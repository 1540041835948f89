WINDOW = $(T)/window
$(WINDOW)/main: loader/window/main.c
	$(MCC) $(FLAGS) -rdynamic -o $@ $< $(ORIGIN)
$(WINDOW)/libplain.so: loader/window/lib.c
	$(MCC) $(FLAGS) $(SHARED) -DNAME=plain -DVALUE=1 -o $@ $<
$(WINDOW)/libsecond.so: loader/window/lib.c
	$(MCC) $(FLAGS) $(SHARED) -DNAME=second -DVALUE=10 -o $@ $<
$(WINDOW)/libneeds.so: loader/window/lib.c $(WINDOW)/libplain.so $(WINDOW)/libsecond.so
	$(MCC) $(FLAGS) $(SHARED) -DNAME=needs -DNEEDS -o $@ $< -L$(@D) -lplain -lsecond $(ORIGIN)
$(WINDOW)/libtls.so: loader/window/tls.c
	$(MCC) $(FLAGS) $(SHARED) -DSTART=100 -o $@ $<
$(WINDOW)/libtls2.so: loader/window/tls.c
	$(MCC) $(FLAGS) $(SHARED) -DSTART=200 -o $@ $<
$(WINDOW)/liblazy.so: loader/window/lazy.c
	$(MCC) $(FLAGS) $(SHARED) -Wl,-z,lazy -o $@ $<
$(WINDOW)/libprovider.so: loader/window/lib.c
	$(MCC) $(FLAGS) $(SHARED) -DNAME=provided -DVALUE=5 -o $@ $<
$(WINDOW)/libcut.so: $(WINDOW)/libplain.so $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ cut-in-data
# Needs a good library first, then a damaged one.
$(WINDOW)/libneedscut.so: loader/window/lib.c $(WINDOW)/libplain.so $(WINDOW)/libsecond.so $(ELFPATCH)
	cp $(@D)/libsecond.so $(@D)/libsecond.so-cut
	$(MCC) $(FLAGS) $(SHARED) -DNAME=needs -DNEEDS -o $@ $< -L$(@D) -lplain -l:libsecond.so-cut $(ORIGIN)
	$(ELFPATCH) $(@D)/libsecond.so-cut cut-in-data
CASES += $(addprefix $(WINDOW)/,main libplain.so libsecond.so libneeds.so libtls.so libtls2.so \
	liblazy.so libprovider.so libcut.so libneedscut.so)
