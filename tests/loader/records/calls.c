void in_library(const char *);
__attribute__((constructor)) static void ctor(void) { in_library("constructor"); }
__attribute__((destructor)) static void dtor(void) { in_library("destructor"); }
