# lib20.so to lib1.so in that order of search. lib6.so has no DT_GNU_HASH, and on MIPS, whose symbols
# are in an order of their own, none has: its DT_MIPS_XHASH is not musl's. libplugin.so is for dlopen, with
# libbeside.so.
ORDER = $(T)/order
ORDER_N = 20 19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1
ORDER_LIBS = $(ORDER_N:%=$(ORDER)/lib%.so) $(ORDER)/libplugin.so $(ORDER)/libbeside.so
$(ORDER_LIBS): ORDER_HASH = -Wl,--hash-style=$(if $(filter mips%,$(MACHINE)),sysv,gnu)
$(ORDER)/lib6.so: ORDER_HASH = -Wl,--hash-style=sysv
$(ORDER)/lib%.so: loader/order/lib.c
	$(MCC) $(FLAGS) $(SHARED) -DN=$* -o $@ $< $(ORDER_HASH)
$(ORDER)/libbeside.so: loader/order/plugin.c
	$(MCC) $(FLAGS) $(SHARED) -DBESIDE -o $@ $<
$(ORDER)/libplugin.so: loader/order/plugin.c $(ORDER)/libbeside.so
	$(MCC) $(FLAGS) $(SHARED) -o $@ $< -L$(@D) -lbeside $(ORIGIN)
$(ORDER)/main: loader/order/main.c $(CHECK) $(ORDER_LIBS)
	$(MCC) $(FLAGS) -no-pie -fno-pie -o $@ $< $(CHECK) -L$(@D) -Wl,--no-as-needed $(ORDER_N:%=-l%) $(ORIGIN)
BOTH_CASES += $(ORDER)/main $(ORDER_LIBS)
