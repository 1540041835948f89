#ifndef EXEC_ANSWER_H
#define EXEC_ANSWER_H

#include <features.h>

/* The answer ret, unchanged, to a call that asks for memory with the protection
 * prot. If level hard refused it, a line says so, once: a program that needs
 * such memory rarely tells why it ends. */
hidden long __exec_answer(int prot, long ret);

#endif
