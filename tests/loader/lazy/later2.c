int later_data = 100;
int later_number(void) { return later_data; }
