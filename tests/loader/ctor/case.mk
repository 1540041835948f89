CTOR = $(T)/ctor
$(CTOR)/libneeded.so: loader/ctor/lib.c loader/ctor/ctor.h
	$(MCC) $(FLAGS) $(SHARED) -DRESULT=needed_result -o $@ $<
$(CTOR)/libopened.so: loader/ctor/lib.c loader/ctor/ctor.h
	$(MCC) $(FLAGS) $(SHARED) -DRESULT=opened_result -o $@ $<
$(CTOR)/main: loader/ctor/main.c loader/ctor/ctor.h $(CHECK) $(CTOR)/libneeded.so
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) -L$(@D) -lneeded $(ORIGIN)
CTOR_FILES = $(addprefix $(CTOR)/,main libneeded.so libopened.so)
BOTH_CASES += $(CTOR_FILES)
