STORY = $(T)/story
$(STORY)/libanswer.so: loader/story/answer.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(STORY)/record: loader/story/record.c $(STORY)/libanswer.so
	$(MCC) $(FLAGS) -o $@ $< -L$(@D) -lanswer $(ORIGIN)
$(STORY)/record-dlopen: loader/story/record.c $(STORY)/libanswer.so
	$(MCC) $(FLAGS) -DUSE_DLOPEN -o $@ $< $(ORIGIN)
# Relative relocations whose addend is in place.
$(STORY)/rollback: loader/story/rollback.c
	$(MCC) $(FLAGS) -o $@ $< -fPIE -pie -Wl,-z,pack-relative-relocs
$(STORY)/data: loader/story/data.c
	$(MCC) $(FLAGS) -o $@ $<
# Not by way of a PLT: the address is the library's.
$(STORY)/text: loader/story/text.c $(STORY)/libanswer.so
	$(MCC) $(FLAGS) -fPIE -fno-plt -o $@ $< -L$(@D) -lanswer $(ORIGIN)
BOTH_CASES += $(addprefix $(STORY)/,record record-dlopen rollback data text)
