#include <stddef.h>
#include "dso.h"
#include "records.h"

/* The roots of the loader's data. The loader's data about objects decides which
 * code runs: it says where destructors are, where symbols are looked up, and
 * from which image a new thread's TLS is copied. So the roots of this data lie
 * on pages of their own, with the first memory for records right after them,
 * and records.c makes these pages read-only while the loader does not work:
 *
 *	... .data |pad	| roots		|  first_records	| rest of .bss
 *			^ page	 ^ roots_rest, first memory	^ page
 *
 * All of it is one section of one object, so it stays together with any linker.
 * The compiler keeps its order, which records_start checks. */

/* The section has the alignment of this variable, which is the first in it. */
RECORDS __attribute__((__aligned__(RECORDS_ALIGN))) char roots_align[1];

/* No start touches these. */
RECORDS struct seal_job load_job;
RECORDS struct seal_spare load_spare;

/* Each start touches what follows: it should take few pages. */
RECORDS __attribute__((__aligned__(RECORDS_ALIGN))) struct dso ldso;
RECORDS struct dso app, vdso;
RECORDS struct dso *head, *tail, *fini_head, *syms_tail, *lazy_head;
RECORDS char *env_path, *sys_path;
RECORDS unsigned long long gencnt;
RECORDS int runtime;
RECORDS jmp_buf *rtld_fail;
RECORDS struct debug debug;
RECORDS struct tls_module *__tls_modules, *tls_tail;
RECORDS size_t tls_cnt, tls_offset, tls_align, static_tls_cnt;
RECORDS struct dso *builtin_deps[2], *builtin_ctor_queue[4];
RECORDS struct dso **main_ctor_queue;
RECORDS struct sym_index sym_index;
RECORDS struct fdpic_loadmap *app_loadmap;
RECORDS struct fdpic_dummy_loadmap app_dummy_loadmap;
RECORDS struct dso *sealed_tail;
RECORDS struct dso *first_objects[FIRST_OBJECTS];
RECORDS struct records records;
RECORDS __attribute__((__aligned__(16))) char roots_rest[1];
RECORDS __attribute__((__aligned__(RECORDS_ALIGN)))
char first_records[RECORDS_LEN];

struct dso *const no_deps[1];

/* Locks change while the program runs. */
EARLY pthread_rwlock_t lock;
EARLY pthread_mutex_t init_fini_lock;
EARLY pthread_cond_t ctor_cond;
