int later_call(void) { return 1; }
int later_address(void) { return 10; }
