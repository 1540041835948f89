EXIT = $(T)/exit
$(EXIT)/libneeded.so: loader/exit/lib.c
	$(MCC) $(FLAGS) $(SHARED) -DNAME='"needed"' -DFN=needed -o $@ $<
$(EXIT)/libopened.so: loader/exit/lib.c
	$(MCC) $(FLAGS) $(SHARED) -DNAME='"opened"' -DFN=opened -o $@ $<
$(EXIT)/main: loader/exit/main.c $(CHECK) $(EXIT)/libneeded.so
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) -L$(@D) -lneeded $(ORIGIN)
BOTH_CASES += $(addprefix $(EXIT)/,main libneeded.so libopened.so)
