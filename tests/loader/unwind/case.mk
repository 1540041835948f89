# arm unwinds by tables of its own.
ifeq ($(filter arm%,$(MACHINE)),)
UNWIND = $(T)/unwind
EH = -fexceptions -fasynchronous-unwind-tables -Wl,--eh-frame-hdr
$(UNWIND)/libthrough.so: loader/unwind/lib.c
	$(MCC) $(FLAGS) $(EH) $(SHARED) -o $@ $<
$(UNWIND)/main: loader/unwind/main.c $(CHECK) $(UNWIND)/libthrough.so
	$(MCC) $(FLAGS) $(EH) -o $@ $< $(CHECK) -L$(@D) -lthrough $(ORIGIN)
$(UNWIND)/static: loader/unwind/main.c loader/unwind/lib.c $(CHECK)
	$(MCC) $(FLAGS) $(EH) -static -o $@ $(IN)
$(UNWIND)/static-pie: loader/unwind/main.c loader/unwind/lib.c $(CHECK)
	$(MCC) $(FLAGS) $(EH) $(STATIC_PIE) -o $@ $(IN)
CASES += $(addprefix $(UNWIND)/,libthrough.so main static static-pie)
endif
