ENTRY = $(T)/entry
$(ENTRY)/static: loader/entry/main.c
	$(MCC) $(FLAGS) -fno-pie -no-pie -static -Wl,-e,entry -o $@ $<
CASES += $(ENTRY)/static
