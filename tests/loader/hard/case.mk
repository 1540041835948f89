HARD = $(T)/hard
$(HARD)/libhard.so: loader/hard/lib.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(HARD)/libtextrel.so: loader/hard/lib.c
	$(MCC) $(FLAGS) $(SHARED) -DRELOCATED_TEXT -Wl,-z,notext -o $@ $<
$(HARD)/attack: loader/hard/attack.c $(HARD)/libhard.so
	$(MCC) $(FLAGS) -o $@ $< -L$(@D) -lhard $(ORIGIN)
$(HARD)/attack-textrel: loader/hard/attack.c $(HARD)/libtextrel.so
	$(MCC) $(FLAGS) -o $@ $< -L$(@D) -ltextrel $(ORIGIN)
# With dlopen, and a second name for the library that it opens.
$(HARD)/attack-dlopen: loader/hard/attack.c $(HARD)/libhard.so
	$(MCC) $(FLAGS) -DDLOPEN -o $@ $<
$(HARD)/attack-plain: loader/hard/attack.c
	$(MCC) $(FLAGS) -DNO_LIBRARY -o $@ $<
$(HARD)/attack-execstack: loader/hard/attack.c
	$(MCC) $(FLAGS) -DNO_LIBRARY -Wl,-z,execstack -o $@ $<
$(HARD)/threads: loader/hard/threads.c
	$(MCC) $(FLAGS) -o $@ $<
CASES += $(addprefix $(HARD)/,libhard.so libtextrel.so attack attack-dlopen attack-plain attack-execstack attack-textrel threads)
