/* A second file of the program, so that the section is made of several; and
 * one that includes the header for nothing. */
#include <sys/seal.h>
#ifndef NOTHING
SEAL_MUTABLE char two[3] = "2";
#endif
