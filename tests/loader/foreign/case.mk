# The seals of other architectures are emulated, by a libc that these don't have.
ifneq ($(UPSTREAM),)
# Upstream's musl-gcc cannot link a static PIE: the start files are named here.
FOREIGN = $(T)/foreign
UCC = $(UPSTREAM)/bin/musl-gcc
UCHECK = $(CHECK_SRC:loader/common/%.c=$(FOREIGN)/check/%.o)
$(UCHECK): $(FOREIGN)/check/%.o: loader/common/%.c $(CHECK_H)
	@mkdir -p $(@D)
	$(UCC) $(FLAGS) -fPIE -c -o $@ $<
$(FOREIGN)/musl-static: loader/foreign/main.c $(UCHECK)
	$(UCC) $(FLAGS) -fno-pie -no-pie -static -o $@ $(IN)
$(FOREIGN)/musl-static-pie: loader/foreign/main.c $(UCHECK)
	$(UCC) $(FLAGS) -fPIE -nostartfiles -static -Wl,-pie -Wl,--no-dynamic-linker -Wl,-z,text \
		-o $@ $(UPSTREAM)/lib/rcrt1.o $(UPSTREAM)/lib/crti.o $(IN) $(UPSTREAM)/lib/crtn.o
	! readelf -l $@ | grep INTERP
$(FOREIGN)/glibc-static: loader/foreign/main.c $(CHECK_SRC)
	$(HOSTCC) $(FLAGS) -fno-pie -no-pie -static -o $@ $(IN)
$(FOREIGN)/glibc-static-pie: loader/foreign/main.c $(CHECK_SRC)
	$(HOSTCC) $(FLAGS) -fPIE -static-pie -o $@ $(IN)
CASES += $(addprefix $(FOREIGN)/,musl-static musl-static-pie glibc-static glibc-static-pie)
endif
