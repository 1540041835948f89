SECCOMP = $(T)/seccomp
$(SECCOMP)/libdep.so: loader/seccomp/lib.c
	$(MCC) $(FLAGS) $(SHARED) -DNAME=dep_ -o $@ $<
$(SECCOMP)/libafter.so: loader/seccomp/lib.c $(SECCOMP)/libdep.so
	$(MCC) $(FLAGS) $(SHARED) -DNAME=after -DDEP=dep_ -o $@ $< -L$(@D) -ldep $(ORIGIN)
$(SECCOMP)/libbefore.so: loader/seccomp/lib.c
	$(MCC) $(FLAGS) $(SHARED) -DNAME=before -o $@ $<
$(SECCOMP)/main: loader/seccomp/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) $(ORIGIN)
CASES += $(addprefix $(SECCOMP)/,main libdep.so libafter.so libbefore.so)
