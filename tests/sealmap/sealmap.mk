# The tool, plainly, with the sanitizers, and as the package has it, and the suite for each.
SEALMAP_TARGETS = $(addprefix $(O)/sealmap/,target changer upstream-target upstream-static)
SEALMAP_SUITES = $(addprefix $(O)/run/,sealmap sealmap-sanitized sealmap-static)
SEALMAP_DEPS = $(wildcard $(TOP)/sealmap/* $(TOP)/src/seal/*.c $(TOP)/src/internal/seal*.h)

$(O)/sealmap/target: sealmap/target.c $(STAMP)
	$(MCC) -O2 -Wall -o $@ $<
$(O)/sealmap/changer: sealmap/changer.c $(STAMP)
	$(MCC) -O2 -Wall -o $@ $<
$(O)/sealmap/upstream-target: sealmap/target.c $(STAMP)
	$(UPSTREAM)/bin/musl-gcc -O2 -Wall -o $@ $<
$(O)/sealmap/upstream-static: sealmap/target.c $(STAMP)
	$(UPSTREAM)/bin/musl-gcc -O2 -Wall -static -o $@ $<

$(O)/sealmap/sealmap: $(SEALMAP_DEPS)
	$(MAKE) -C $(TOP)/sealmap O=$(O)/sealmap HOSTCC="$(HOSTCC)"
$(O)/sealmap/sealmap-sanitized: $(SEALMAP_DEPS)
	$(MAKE) -C $(TOP)/sealmap O=$(O)/sealmap NAME=sealmap-sanitized \
		HOSTCC="$(HOSTCC)" HOSTFLAGS="$(SANITIZE)"
$(O)/sealmap/sealmap-static: $(SEALMAP_DEPS) $(STAMP)
	$(MAKE) -C $(TOP)/sealmap O=$(O)/sealmap NAME=sealmap-static HOSTCC="$(MCC) -static-pie"

$(SEALMAP_SUITES): $(O)/run/%: sealmap/sealmap.c $(O)/harness.o lib/harness.h $(O)/sealmap/% $(SEALMAP_TARGETS)
	$(HOSTCC) $(HOSTFLAGS) -DSEALMAP='"$(O)/sealmap/$*"' -DSUITE_NAME='"$*"' \
		-DMACHINE='"$(shell uname -m)"' -o $@ $< $(O)/harness.o $(CMOCKA)
