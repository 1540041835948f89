# sealmark, a program for the machine that builds; it is for files of any other.
# Included by the front Makefile; HOSTCC compiles it.

SEALMARK = $(BUILD)/tools/sealmark
SEALMARK_SRC = $(wildcard tools/sealmark/*.c)

all install: $(SEALMARK)
install: install-sealmark

$(SEALMARK): $(SEALMARK_SRC) $(wildcard tools/sealmark/*.h)
	@mkdir -p $(@D)
	@echo '  BUILD   $(@:$(CURDIR)/%=%)' >&2
	$(if $(V),,@)$(HOSTCC) -std=gnu99 -O2 -g -Wall -o $@ $(SEALMARK_SRC)

install-sealmark: $(SEALMARK)
	@mkdir -p '$(DESTDIR)$(or $(BINDIR),$(PREFIX)/bin)'
	@install -m 755 $(SEALMARK) '$(DESTDIR)$(or $(BINDIR),$(PREFIX)/bin)/sealmark'

.PHONY: install-sealmark
