# The seals of other architectures are emulated, by a libc that these don't have.
ifneq ($(UPSTREAM),)
# Upstream's musl-gcc cannot link a static PIE: the start files are named here.
FOREIGN = $(T)/foreign
UCC = $(UPSTREAM)/bin/musl-gcc
UCHECK = $(FOREIGN)/check.o
$(UCHECK): loader/common/check.c loader/common/check.h
	$(UCC) $(FLAGS) -fPIE -c -o $@ $<
$(FOREIGN)/musl-static: loader/foreign/main.c $(UCHECK)
	$(UCC) $(FLAGS) -fno-pie -no-pie -static -o $@ $(IN)
$(FOREIGN)/musl-static-pie: loader/foreign/main.c $(UCHECK)
	$(UCC) $(FLAGS) -fPIE -nostartfiles -static -Wl,-pie -Wl,--no-dynamic-linker -Wl,-z,text \
		-o $@ $(UPSTREAM)/lib/rcrt1.o $(UPSTREAM)/lib/crti.o $(IN) $(UPSTREAM)/lib/crtn.o
	! readelf -l $@ | grep INTERP
$(FOREIGN)/glibc-static: loader/foreign/main.c loader/common/check.c
	$(HOSTCC) $(FLAGS) -fno-pie -no-pie -static -o $@ $(IN)
$(FOREIGN)/glibc-static-pie: loader/foreign/main.c loader/common/check.c
	$(HOSTCC) $(FLAGS) -fPIE -static-pie -o $@ $(IN)
CASES += $(addprefix $(FOREIGN)/,musl-static musl-static-pie glibc-static glibc-static-pie)
endif
