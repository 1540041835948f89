/* On pages of its own, so that replacing them replaces nothing else. */
__attribute__((aligned(4096), section(".text.answer"))) int answer(void) { return 42; }
__attribute__((destructor)) static void dtor(void) {}
