# attack refers to dlopen, attack-plain does not, so that its loader's records are sealed.
CONTROL = $(T)/control
CONTROL_LIBS = $(addprefix $(CONTROL)/lib,base.so others.so norelro.so queue.so)
CONTROL_IN = $(addprefix loader/control/,attack.c libc.c find.c) $(CONTROL_LIBS)
CONTROL_FLAGS = $(filter %.c,$(IN)) -L$(CONTROL) -Wl,--no-as-needed -lqueue -lbase -lothers -lnorelro $(ORIGIN)
$(CONTROL)/libbase.so: loader/control/base.c
	$(MCC) $(FLAGS) $(SHARED) -Wl,-z,relro -o $@ $<
$(CONTROL)/libothers.so: loader/control/others.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(CONTROL)/libnorelro.so $(CONTROL)/libopened.so: loader/control/norelro.c
	$(MCC) $(FLAGS) $(SHARED) -Wl,-z,norelro -o $@ $<
$(CONTROL)/libqueue.so: loader/control/queue.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(CONTROL)/libtheirs.so: loader/control/theirs.c $(CONTROL)/libbase.so
	$(MCC) $(FLAGS) $(SHARED) -o $@ $< -L$(@D) -Wl,--no-as-needed -lbase $(ORIGIN)
# Where no search path of the program leads.
$(CONTROL)/evil/liboptional.so: loader/control/others.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(CONTROL)/attack: $(CONTROL_IN) loader/control/dlopen.c loader/control/attack.h loader/control/find.h
	$(MCC) $(FLAGS) -DDLOPEN -rdynamic -o $@ $(CONTROL_FLAGS)
$(CONTROL)/attack-plain: $(CONTROL_IN) loader/control/attack.h loader/control/find.h
	$(MCC) $(FLAGS) -rdynamic -o $@ $(CONTROL_FLAGS)
$(CONTROL)/words: loader/control/words.c loader/control/find.c loader/control/find.h
	$(MCC) $(FLAGS) -DDLOPEN -o $@ $(filter %.c,$(IN)) $(ORIGIN)
$(CONTROL)/words-plain: loader/control/words.c loader/control/find.c loader/control/find.h
	$(MCC) $(FLAGS) -o $@ $(filter %.c,$(IN))
BOTH_CASES += $(CONTROL_LIBS) $(addprefix $(CONTROL)/,libtheirs.so libopened.so evil/liboptional.so attack attack-plain words words-plain)
