# The parts of sealing without system calls, compiled for the host unchanged, and the limits of the
# harness; each plainly and with sanitizers.
UNIT_NAMES = range policy note object harness
UNIT_SRC_range = range.c set.c
UNIT_SRC_policy = policy.c
UNIT_SRC_note = note.c
UNIT_SRC_object = object.c pages.c range.c set.c note.c
UNIT = $(UNIT_NAMES:%=$(O)/unit/%) $(UNIT_NAMES:%=$(O)/unit/%-sanitized)
UNIT_FLAGS = $(HOSTFLAGS) -I$(TOP)/src/internal
UNIT_DEPS = $(wildcard $(TOP)/crt/sealnote.c $(TOP)/include/sys/seal.h $(TOP)/src/seal/*.c $(TOP)/src/internal/seal*.h) lib/harness.h

$(O)/harness-sanitized.o: lib/harness.c lib/harness.h
	$(HOSTCC) $(HOSTFLAGS) $(SANITIZE) -c -o $@ $<

$(O)/unit/%: unit/%.c $(UNIT_DEPS) $(O)/harness.o
	$(HOSTCC) $(UNIT_FLAGS) -Wno-parentheses -o $@ $< \
		$(addprefix $(TOP)/src/seal/,$(UNIT_SRC_$*)) $(O)/harness.o $(CMOCKA)
$(O)/unit/%-sanitized: unit/%.c $(UNIT_DEPS) $(O)/harness-sanitized.o
	$(HOSTCC) $(UNIT_FLAGS) -Wno-parentheses $(SANITIZE) -o $@ $< \
		$(addprefix $(TOP)/src/seal/,$(UNIT_SRC_$*)) $(O)/harness-sanitized.o $(CMOCKA)

# The core of sealmark, on files that the test makes, with the loader's code that reads them.
SEALMARK_DIR = $(TOP)/sealmark
SEALMARK_CORE = unit/sealmark.c $(addprefix $(SEALMARK_DIR)/,image.c edit.c) \
	$(TOP)/sealmap/elfio.c $(addprefix $(TOP)/src/seal/,object.c pages.c range.c set.c note.c)
SEALMARK_FLAGS = $(UNIT_FLAGS) -Wno-parentheses -I$(SEALMARK_DIR)
SEALMARK_DEPS = $(wildcard $(SEALMARK_DIR)/*.h $(TOP)/sealmap/*.h $(TOP)/src/internal/seal*.h) lib/harness.h
UNIT += $(O)/unit/sealmark $(O)/unit/sealmark-sanitized
$(O)/unit/sealmark: $(SEALMARK_CORE) $(SEALMARK_DEPS) $(O)/harness.o
	$(HOSTCC) $(SEALMARK_FLAGS) -o $@ $(SEALMARK_CORE) $(O)/harness.o $(CMOCKA)
$(O)/unit/sealmark-sanitized: $(SEALMARK_CORE) $(SEALMARK_DEPS) $(O)/harness-sanitized.o
	$(HOSTCC) $(SEALMARK_FLAGS) $(SANITIZE) -o $@ $(SEALMARK_CORE) \
		$(O)/harness-sanitized.o $(CMOCKA)

# All of sealmark, for the suite that runs it on real files.
$(O)/sealmark: $(wildcard $(SEALMARK_DIR)/* $(TOP)/sealmap/*.[ch])
	$(MAKE) -C $(SEALMARK_DIR) O=$(O) HOSTCC="$(HOSTCC)" HOSTFLAGS="$(SANITIZE)"
tools: $(O)/sealmark

# musl's qsort, of the version under test. TREE is its source; its warnings are ignored.
QSORT_FLAGS = $(HOSTFLAGS) -Iunit/narrow -isystem $(TREE)
UNIT += $(O)/unit/qsort $(O)/unit/qsort-sanitized
$(O)/unit/qsort: unit/qsort.c unit/narrow/atomic.h $(TREE)/src/stdlib/qsort.c $(O)/harness.o
	$(HOSTCC) $(QSORT_FLAGS) -o $@ $< $(O)/harness.o $(CMOCKA)
$(O)/unit/qsort-sanitized: unit/qsort.c unit/narrow/atomic.h $(TREE)/src/stdlib/qsort.c \
		$(O)/harness-sanitized.o
	$(HOSTCC) $(QSORT_FLAGS) $(SANITIZE) -o $@ $< $(O)/harness-sanitized.o $(CMOCKA)
