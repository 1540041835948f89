int of_library(void)
{
	return 1;
}

int relocated(void)
{
	return 1;
}

/* With RELOCATED_TEXT this is a relocation of the text. */
#ifdef RELOCATED_TEXT
__asm__ (".text\n.globl pointer_in_text\npointer_in_text:\n"
#if __SIZEOF_POINTER__ == 8
	".quad relocated\n");
#else
	".long relocated\n");
#endif
#endif
