HEAP = $(T)/heap
$(HEAP)/libheap.so: loader/heap/lib.c loader/heap/heap.h
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(HEAP)/pie: loader/heap/main.c $(HEAP)/libheap.so
	$(MCC) $(FLAGS) -o $@ $< -L$(@D) -Wl,--no-as-needed -lheap $(ORIGIN)
$(HEAP)/nonpie: loader/heap/main.c $(HEAP)/libheap.so
	$(MCC) $(FLAGS) -fno-pie -no-pie -o $@ $< -L$(@D) -Wl,--no-as-needed -lheap $(ORIGIN)
$(HEAP)/alone: loader/heap/main.c
	$(MCC) $(FLAGS) -o $@ $<
$(HEAP)/static: loader/heap/main.c
	$(MCC) $(FLAGS) -fno-pie -no-pie -static -o $@ $<
$(HEAP)/static-free: loader/heap/main.c
	$(MCC) $(FLAGS) -fno-pie -no-pie -static -Wl,-u,free -o $@ $<
$(HEAP)/static-pie: loader/heap/main.c
	$(MCC) $(FLAGS) $(STATIC_PIE) -o $@ $<
$(HEAP)/nomem: loader/heap/nomem.c
	$(MCC) $(FLAGS) -o $@ $<
$(HEAP)/nomem-static: loader/heap/nomem.c
	$(MCC) $(FLAGS) -fno-pie -no-pie -static -o $@ $<
$(HEAP)/unmarked/%: $(HEAP)/% $(ELFPATCH)
	cp $< $@ && $(ELFPATCH) $@ unmark
# One of the two is marked and the other is not.
$(HEAP)/marked-program/libheap.so: $(HEAP)/unmarked/libheap.so
	cp $< $@
$(HEAP)/marked-program/pie: $(HEAP)/pie
	cp $< $@
$(HEAP)/marked-library/libheap.so: $(HEAP)/libheap.so
	cp $< $@
$(HEAP)/marked-library/pie: $(HEAP)/unmarked/pie
	cp $< $@
HEAP_ALL = libheap.so pie nonpie alone static static-free static-pie nomem
CASES += $(addprefix $(HEAP)/,$(HEAP_ALL) nomem-static)
CASES += $(addprefix $(HEAP)/unmarked/,$(HEAP_ALL))
CASES += $(addprefix $(HEAP)/,marked-program/libheap.so \
	marked-program/pie marked-library/libheap.so marked-library/pie)
