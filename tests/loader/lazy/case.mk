# Entries of the GOT have a relocation of their own that musl puts off, but on RISC-V and 64-bit PowerPC, where they have the
# one for any address: there the library only calls.
LAZY = $(T)/lazy
LAZY_CALLS := $(filter riscv% powerpc64%,$(MACHINE))
$(LAZY)/liblazy.so: loader/lazy/lazy.c
	$(MCC) $(FLAGS) $(SHARED) -Wl,-z,lazy $(if $(LAZY_CALLS),-DCALLS) -o $@ $<
	$(if $(LAZY_CALLS),,readelf -rAW $@ | grep later_address | grep -v JU*MP_SL >/dev/null)
$(LAZY)/liblater1.so: loader/lazy/later1.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(LAZY)/liblater2.so: loader/lazy/later2.c
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(LAZY)/libdependent.so: loader/lazy/dependent.c $(LAZY)/liblazy.so
	$(MCC) $(FLAGS) $(SHARED) -Wl,-z,lazy -o $@ $< -L$(@D) -llazy $(ORIGIN)
$(LAZY)/main: loader/lazy/main.c $(CHECK)
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) $(ORIGIN)
LAZY_FILES = $(addprefix $(LAZY)/,main liblazy.so liblater1.so liblater2.so libdependent.so)
BOTH_CASES += $(LAZY_FILES)
