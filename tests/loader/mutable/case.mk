MUTABLE = $(T)/mutable
# The host may have lld and a C++ compiler; cross compilers come without.
MUTABLE_KINDS = pie nonpie static static-pie gc lto $(if $(CROSS),,lld c++)
MUTABLE_pie =
MUTABLE_nonpie = -fno-pie -no-pie
MUTABLE_static = -fno-pie -no-pie -static
MUTABLE_static-pie = $(STATIC_PIE)
MUTABLE_gc = -fdata-sections -Wl,--gc-sections
# One partition for each variable, which is what large programs get.
MUTABLE_lto = -flto=1 -flto-partition=max
MUTABLE_lld = -fuse-ld=lld -Wl,--gc-sections
# The header in C++; nothing of its library is needed.
MUTABLE_c++ = -x c++
MUTABLE_HEADERS = $(TOP)/include/sys/seal.h loader/mutable/mutable.h
$(MUTABLE)/libmutable.so $(MUTABLE)/libopened.so: loader/mutable/lib.c $(MUTABLE_HEADERS)
	$(MCC) $(FLAGS) $(SHARED) -o $@ $<
$(MUTABLE)/libmutable-lld.so: loader/mutable/lib.c $(MUTABLE_HEADERS)
	$(MCC) $(FLAGS) $(SHARED) -fuse-ld=lld -Wl,--gc-sections -o $@ $<
MUTABLE_SRC = loader/mutable/two.c loader/mutable/main.c
$(MUTABLE)/static $(MUTABLE)/static-pie: $(MUTABLE)/%: $(MUTABLE_SRC) $(CHECK) $(MUTABLE_HEADERS)
	$(MCC) $(FLAGS) $(MUTABLE_$*) -o $@ $(MUTABLE_SRC) $(CHECK)
$(addprefix $(MUTABLE)/,pie nonpie gc lto lld c++): $(MUTABLE)/%: $(MUTABLE_SRC) $(CHECK) \
		$(MUTABLE)/libmutable.so $(MUTABLE_HEADERS)
	$(MCC) $(FLAGS) $(MUTABLE_$*) -DWITH_LIBRARY -o $@ $(MUTABLE_SRC) -x none $(CHECK) \
		-L$(@D) -lmutable $(ORIGIN)
$(MUTABLE)/nothing: loader/mutable/two.c $(MUTABLE_HEADERS) loader/program/main.c $(CHECK)
	$(MCC) $(FLAGS) -DNOTHING -o $@ $< loader/program/main.c $(CHECK)
CASES += $(addprefix $(MUTABLE)/,$(MUTABLE_KINDS) nothing libmutable.so libopened.so $(if $(CROSS),,libmutable-lld.so))

# PT_GNU_MUTABLE in place of headers that nothing reads here. $(call at,SYMBOL) is its address.
at = 0x$$(nm $@ | awk '$$3 == "$1" { print $$1 }')
SEGMENT = $(ELFPATCH) $@ segment 0x6474f555
SLOT_STACK = 0x6474e551
# arm has PT_ARM_EXIDX instead.
SLOT_EH_FRAME = $(if $(filter arm%,$(MACHINE)),0x70000001,0x6474e550)
SEGMENT_one = $(SEGMENT) $(SLOT_STACK) $(call at,seg_data) 65536
SEGMENT_several = $(SEGMENT) $(SLOT_STACK) $$(($(call at,seg_data)+131072)) 65536 && \
	$(SEGMENT) $(SLOT_EH_FRAME) $(call at,seg_data) 65536
SEGMENT_end = $(SEGMENT) $(SLOT_STACK) $$(($(call at,seg_bss)+65536)) $$(($(call at,_end)-$(call at,seg_bss)-65536))
SEGMENT_rodata = $(SEGMENT) $(SLOT_STACK) $(call at,seg_rodata) 65536
SEGMENT_partly = $(SEGMENT) $(SLOT_STACK) $$(($(call at,seg_data)+100)) $$((3*65536-200))
# Both headers must be there, also where nothing is unwound by default.
SEGMENT_LD = -fasynchronous-unwind-tables -Wl,-z,noexecstack,--eh-frame-hdr
SEGMENT_NAMES = one several end rodata partly
$(MUTABLE)/segment-%: loader/mutable/segment.c $(CHECK) $(ELFPATCH)
	$(MCC) $(FLAGS) $(SEGMENT_LD) -o $@ $< $(CHECK) && $(SEGMENT_$*)
$(MUTABLE)/static-segment-%: loader/mutable/segment.c $(CHECK) $(ELFPATCH)
	$(MCC) $(FLAGS) -static -fno-pie -no-pie $(SEGMENT_LD) -o $@ $< $(CHECK) && $(SEGMENT_$*)
# For sealmark to change.
SEGMENT_plain = :
$(MUTABLE)/static-pie-plain: loader/mutable/segment.c $(CHECK)
	$(MCC) $(FLAGS) $(STATIC_PIE) -o $@ $< $(CHECK)
$(MUTABLE)/lld-plain: loader/mutable/segment.c $(CHECK)
	$(MCC) $(FLAGS) -fuse-ld=lld -o $@ $< $(CHECK)
CASES += $(addprefix $(MUTABLE)/,segment-plain static-segment-plain static-pie-plain $(if $(CROSS),,lld-plain))
CASES += $(SEGMENT_NAMES:%=$(MUTABLE)/segment-%) $(SEGMENT_NAMES:%=$(MUTABLE)/static-segment-%)

# Single-file programs as others build them: unmarked, and without a byte of padding in the file. One has a header of a
# note to lend, one that of the table, one nothing.
BUNDLE_FLAGS = $(FLAGS) -fuse-ld=lld -nostartfiles
BUNDLE_note = -fPIE -pie -Wl,--build-id $(PREFIX)/lib/Scrt1.o
BUNDLE_fixed = -fno-pie -no-pie -Wl,--build-id=none $(PREFIX)/lib/crt1.o
BUNDLE_full = -fPIE -pie -Wl,--build-id=none $(PREFIX)/lib/Scrt1.o
$(MUTABLE)/bundle-%: loader/mutable/bundle.c $(CHECK)
	$(MCC) $(BUNDLE_FLAGS) -o $@ $(BUNDLE_$*) $< $(CHECK)
CASES += $(if $(CROSS),,$(addprefix $(MUTABLE)/bundle-,note fixed full))

MUTABLE_BAD = 1 2 3 4 5 6 7 8 9 10 11 12 13
$(MUTABLE)/bad-%/libbad.so: loader/mutable/bad.c
	$(MCC) $(FLAGS) $(SHARED) -DBAD=$* -o $@ $<
$(MUTABLE)/bad-%/main: loader/mutable/bad-main.c $(CHECK) $(MUTABLE)/bad-%/libbad.so
	$(MCC) $(FLAGS) -o $@ $< $(CHECK) -L$(@D) -lbad $(ORIGIN)
CASES += $(foreach n,$(MUTABLE_BAD),$(MUTABLE)/bad-$(n)/main)
