int provided(void) { return 41; }
