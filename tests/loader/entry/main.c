/* What a static program finds at its entry point in the register where the psABI
 * passes a function for atexit: a libc that obeys the psABI would call it. */

#include <stdio.h>

unsigned long at_entry = 1;

__asm__(".text\n.globl entry\nentry:\n"
#if defined __x86_64__
"	mov %rdx,at_entry(%rip)\n	jmp _start\n"
#elif defined __i386__
"	mov %edx,at_entry\n	jmp _start\n"
#elif defined __aarch64__
"	adrp x9,at_entry\n	str x0,[x9,:lo12:at_entry]\n	b _start\n"
#elif defined __arm__
"	.arm\n	.type entry,%function\n"
"	ldr r1,=at_entry\n	str r0,[r1]\n	b _start\n	.ltorg\n"
#elif defined __riscv
"	.option push\n	.option norelax\n	la t0,at_entry\n	.option pop\n"
"	sd a0,0(t0)\n	tail _start\n"
#elif defined __s390x__
"	larl %r1,at_entry\n	stg %r14,0(%r1)\n	jg _start\n"
#elif defined __powerpc64__
"	lis 4,at_entry@ha\n	std 7,at_entry@l(4)\n"
"	lis 12,_start@ha\n	addi 12,12,_start@l\n	mtctr 12\n	bctr\n"
#elif defined __mips64
"	.set push\n	.option pic0\n	dla $3,at_entry\n	sd $2,0($3)\n"
"	dla $25,_start\n	jr $25\n	nop\n	.set pop\n"
#elif defined __mips__
"	.set push\n	.option pic0\n	la $3,at_entry\n	sw $2,0($3)\n"
"	la $25,_start\n	jr $25\n	nop\n	.set pop\n"
#elif defined __powerpc__
"	lis 4,at_entry@ha\n	stw 7,at_entry@l(4)\n	b _start\n"
#elif defined __sh__
"	.align 2\n	mov.l 1f,r1\n	mov.l r4,@r1\n	mov.l 2f,r1\n	jmp @r1\n	nop\n"
"	.align 2\n1:	.long at_entry\n2:	.long _start\n"
#elif defined __m68k__
"	move.l %a1,at_entry\n	jmp _start\n"
#else
#error "where does this architecture pass the function for atexit?"
#endif
);

int main(void)
{
	printf("register: %lx\n", at_entry);
	return at_entry != 0;
}
