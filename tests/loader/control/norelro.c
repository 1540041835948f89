/* Addresses of a constructor and a destructor that can be written to. */
__attribute__((constructor)) static void ctor(void) {}
__attribute__((destructor)) static void dtor(void) {}
