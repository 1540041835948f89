# As musl-gcc links libraries, and with an option that keeps lazy slots.
GOT = $(T)/got
$(GOT)/libgot.so $(GOT)/libgotopened.so: loader/got/lib.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(GOT)/liblazygot.so: loader/got/lib.c
	$(MCC) $(FLAGS) $(SHARED) -Wl,-z,lazy -o $@ $<
$(GOT)/main: loader/got/main.c $(GOT)/libgot.so $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) -L$(@D) -lgot -ldl $(ORIGIN)
CASES += $(addprefix $(GOT)/,main libgot.so libgotopened.so liblazygot.so)
