int lib_data = 3;
int *const lib_relro[] = { &lib_data, &lib_data };
int *const *lib_relro_address(void) { return lib_relro; }
int lib_function(void) { return *lib_relro[1]; }
