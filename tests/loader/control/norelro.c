/* A destructor's address that can be written to. */
__attribute__((destructor)) static void dtor(void) {}
