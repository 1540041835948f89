# Programs with a technique each that changes sealed pages.
AUDIT = $(T)/audit
AUDIT_NAMES = jit guard patch viasyscall plthook relro constant hugemmap hugemremap restore unmap discard traced \
	plugin hooklibc
AUDIT_STATIC = jit guard patch viasyscall constant hugemmap restore unmap
AUDIT_STATIC_PIE = jit patch relro discard
AUDIT_LINK = loader/audit/refused.c loader/audit/refused.h
AUDIT_CC = $(MCC) $(FLAGS) -Wno-parentheses -o $@ $(filter %.c,$^)
$(AUDIT)/%: loader/audit/%.c $(AUDIT_LINK)
	$(AUDIT_CC) $(ORIGIN)
$(AUDIT)/traced: loader/audit/traced.c $(AUDIT_LINK)
	$(AUDIT_CC) -rdynamic
$(AUDIT)/patch-fixed: loader/audit/patch.c $(AUDIT_LINK)
	$(AUDIT_CC) -fno-pie -no-pie
$(AUDIT)/%-static: loader/audit/%.c $(AUDIT_LINK)
	$(AUDIT_CC) -fno-pie -no-pie -static
$(AUDIT)/%-static-pie: loader/audit/%.c $(AUDIT_LINK)
	$(AUDIT_CC) $(STATIC_PIE)
$(AUDIT)/libagent.so: loader/audit/agent.c loader/audit/refused.c loader/audit/refused.h
	$(AUDIT_CC) $(SHARED)
$(AUDIT)/libopened.so: loader/audit/opened.c loader/audit/refused.h
	$(AUDIT_CC) $(SHARED)
CASES += $(addprefix $(AUDIT)/,$(AUDIT_NAMES) patch-fixed libagent.so libopened.so) \
	$(AUDIT_STATIC:%=$(AUDIT)/%-static) $(AUDIT_STATIC_PIE:%=$(AUDIT)/%-static-pie)

# What else is said of audit, and mseal_query.
$(AUDIT)/calls: loader/audit/calls.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) $(ORIGIN)
$(AUDIT)/calls-static: loader/audit/calls.c $(CHECK)
	$(MCC) $(FLAGS) -fno-pie -no-pie -static -o $@ $< $(CHECK)
$(AUDIT)/query: loader/audit/query.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) $(ORIGIN)
$(AUDIT)/query-static: loader/audit/query.c $(CHECK)
	$(MCC) $(FLAGS) -fno-pie -no-pie -static -o $@ $< $(CHECK)
$(AUDIT)/query-static-pie: loader/audit/query.c $(CHECK)
	$(MCC) $(FLAGS) $(STATIC_PIE) -o $@ $< $(CHECK)
CASES += $(addprefix $(AUDIT)/,calls calls-static query query-static query-static-pie)
# What the calls cost, compared with unmodified musl.
$(AUDIT)/cost: loader/audit/cost.c
	$(MCC) $(FLAGS) -o $@ $<
$(AUDIT)/hello-static: loader/audit/hello.c
	$(MCC) $(FLAGS) -fno-pie -no-pie -static -o $@ $<
BOTH_CASES += $(addprefix $(AUDIT)/,cost hello-static)
