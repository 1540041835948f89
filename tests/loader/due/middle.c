int deep_answer(void);
int middle_answer(void) { return deep_answer(); }
