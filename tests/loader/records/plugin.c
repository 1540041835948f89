int plugin_value = 7;
__attribute__((constructor)) static void ctor(void) { plugin_value = 8; }
int plugin(void) { return plugin_value; }
