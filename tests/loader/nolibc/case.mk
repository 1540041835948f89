# -nostdlib keeps the mark out as well: sealnote.o comes with the start files.
NOLIBC = $(T)/nolibc
$(NOLIBC)/main: loader/nolibc/start.c
	$(MCC) $(FLAGS) -ffreestanding -fno-tree-loop-distribute-patterns -fno-stack-protector -nostdlib -nostartfiles -o $@ $<
	! readelf -d $@ | grep NEEDED
BOTH_CASES += $(NOLIBC)/main
