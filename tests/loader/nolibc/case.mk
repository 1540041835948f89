# -nostdlib keeps the mark out as well: sealnote.o comes with the start files.
NOLIBC = $(T)/nolibc
$(NOLIBC)/main: loader/nolibc/start.c
	$(MCC) $(FLAGS) -ffreestanding -fno-tree-loop-distribute-patterns -fno-stack-protector -nostdlib -nostartfiles -o $@ $<
	! readelf -d $@ | grep NEEDED
# It is written in x86-64's assembly language.
BOTH_CASES += $(if $(filter x86_64-%,$(MACHINE)),$(NOLIBC)/main)
