# Files that are not as linkers make them, or not as they mostly do. Upstream runs those that
# open as wanted here; what is refused, it refuses as well.
ODD = $(T)/odd
ODD_LIB = $(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(ODD)/libplain.so: loader/odd/lib.c
	$(ODD_LIB)
$(ODD)/libbig.so: loader/odd/lib.c
	$(ODD_LIB) -DBIG
$(ODD)/libnorelro.so: loader/odd/lib.c
	$(ODD_LIB) -Wl,-z,norelro
# The file ends inside the last page of a segment.
$(ODD)/libtail-%.so: $(ODD)/lib%.so $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ cut-after-data
# A RELRO that wraps around, to pages before and to the same page.
$(ODD)/librelro-wraps.so: $(ODD)/libplain.so $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ relro-memsz -0x2000
$(ODD)/librelro-wraps-little.so: $(ODD)/libplain.so $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ relro-memsz -1
# A relocation against a local symbol, which needs no name.
$(ODD)/liblocal.so: $(ODD)/libplain.so $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ local-symbol odd_word
# The program headers lie in a segment that must not be read.
$(ODD)/libunreadable.so: $(T)/textrel/libtextrel.so $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ unreadable
$(ODD)/libietls.so: loader/odd/ietls.c
	$(MCC) $(FLAGS) $(SHARED) -ftls-model=initial-exec -o $@ $<
# A symbol that nobody has, called by way of the PLT alone.
$(ODD)/libnever.so: loader/odd/never.c
	$(MCC) $(FLAGS) $(SHARED) -Wl,-z,lazy -o $@ $<
$(ODD)/main: loader/odd/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) $(ORIGIN)
$(ODD)/linked: loader/odd/linked.c $(ODD)/libplain.so $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) -L$(@D) -lplain $(ORIGIN)
$(ODD)/static: loader/odd/linked.c loader/odd/lib.c $(CHECK)
	$(MCC) $(FLAGS) -static -fno-pie -no-pie -o $@ $(IN)
$(ODD)/static-pie: loader/odd/linked.c loader/odd/lib.c $(CHECK)
	$(MCC) $(FLAGS) $(STATIC_PIE) -o $@ $(IN)
$(ODD)/%-relro-wraps: $(ODD)/% $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ relro-memsz -0x2000
$(ODD)/%-tail: $(ODD)/% $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ cut-after-data
# .bss in a segment of its own, at an offset in the file that does not fit its address.
$(ODD)/static-bss: loader/odd/linked.c loader/odd/lib.c $(CHECK) $(ELFPATCH)
	$(MCC) $(FLAGS) -static -fno-pie -no-pie -Wl,--section-start=.bss=0x20000000 -o $@ $(filter-out $(ELFPATCH),$(IN))
	$(ELFPATCH) $@ bss-offset 0x1001
CASES += $(addprefix $(ODD)/,main linked linked-relro-wraps linked-tail static static-pie static-relro-wraps \
	static-pie-relro-wraps static-tail libplain.so libtail-plain.so libtail-big.so libtail-norelro.so \
	librelro-wraps.so librelro-wraps-little.so libunreadable.so libietls.so libnever.so)
# A segment that can be written and executed.
$(ODD)/%-rwx: $(ODD)/% $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ flags 6 7
CASES += $(addprefix $(ODD)/,linked-rwx static-rwx)
# RELRO of more pages than are replaced at once.
$(ODD)/big-relro: loader/odd/bigrelro.c $(CHECK)
	$(MCC) $(FLAGS) -fPIE -o $@ $(IN)
$(ODD)/big-relro-static: loader/odd/bigrelro.c $(CHECK)
	$(MCC) $(FLAGS) -fPIE -static -no-pie -o $@ $(IN)
$(ODD)/big-relro-static-pie: loader/odd/bigrelro.c $(CHECK)
	$(MCC) $(FLAGS) $(STATIC_PIE) -o $@ $(IN)
CASES += $(ODD)/big-relro $(ODD)/big-relro-static $(ODD)/big-relro-static-pie
# elfpatch knows no other classes' symbols.
ifeq ($(CROSS),)
CASES += $(ODD)/liblocal.so $(ODD)/static-bss
endif
ifeq ($(CROSS),)
ODD_LINKERS = bfd lld
$(ODD)/%-static: loader/odd/linked.c loader/odd/lib.c $(CHECK)
	$(MCC) $(FLAGS) -fuse-ld=$* -static -o $@ $(IN)
$(ODD)/%-static-pie: loader/odd/linked.c loader/odd/lib.c $(CHECK)
	$(MCC) $(FLAGS) -fuse-ld=$* $(STATIC_PIE) -o $@ $(IN)
CASES += $(ODD_LINKERS:%=$(ODD)/%-static) $(ODD_LINKERS:%=$(ODD)/%-static-pie)
endif
