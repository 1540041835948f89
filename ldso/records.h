#ifndef RECORDS_H
#define RECORDS_H

/* The loader's records: its data about objects, which only the loader can write
 * to. See the top of records.c. */

#include "dso.h"
#include "syscall.h"

#define RECORDS_ALIGN SEAL_ALIGN

/* Room for about a hundred libraries. */
#define RECORDS_LEN 65536

/* Memory that was mapped for records, or for public_calloc. */
struct region {
	uintptr_t start;
	size_t len;
	struct region *next;	/* mapped before */
	char public;		/* not records: stays writable */
	char final;		/* written at start and not again */
};

/* Memory is taken from the current region from top on, never given back but
 * by going back to an earlier state of these. */
struct bump {
	char *top, *end;
};

struct mark {
	struct bump records, public;
	struct region *regions;
	struct dso **objects;		/* by number, from 1 on */
	size_t nobjects, max_objects;
};

enum records_state {
	RECORDS_FREE,		/* never protected: the level is off */
	RECORDS_GUARDED,	/* read-only but for the loader */
	RECORDS_UNUSED,		/* sealed: nothing refers to dlopen */
	RECORDS_FORCED,		/* sealed by LD_SEAL=nodlopen */
	RECORDS_DLSEAL,		/* sealed by dlseal */
};

#define FIRST_OBJECTS 32

struct records {
	struct mark at, opened;		/* now, and when it was opened */
	void *last;			/* it can grow and be freed */
	enum records_state state;
	int open;
	pthread_t opener;
	const struct dso *importer;	/* refers to dlopen or dlsym */
	int first_answer;		/* the kernel's, see seal.h */
};

extern hidden struct records records;
extern hidden struct dso *first_objects[FIRST_OBJECTS];
extern hidden char roots_align[1], roots_rest[1], first_records[RECORDS_LEN];

/* How far the constructors of an object are. This changes while the program's
 * own code runs, so it is not a record: the program may write to it. There is
 * no address in it but that of a thread, which is only compared. By writing to
 * it the program may be denied a constructor or a destructor, or have it run
 * twice, but not be given one that no object has. */
struct ctor {
	pthread_t visitor;	/* thread that runs it now */
	unsigned forks;		/* atfork's count when it began */
	unsigned before;	/* number of the object that began before */
	char constructed;
};

/* Called first, in stage 2. */
hidden void records_start(void);

/* Memory from the records. Async-signal-unsafe, with lock held for writing.
 * Contents are zero. Free
 * does nothing but for the last allocation. */
hidden void *records_malloc(size_t);
hidden void *records_calloc(size_t, size_t);
hidden void *records_realloc(void *, size_t);
hidden void records_free(void *);

#define malloc records_malloc
#define calloc records_calloc
#define realloc records_realloc
#define free records_free

/* libc's close looks for asynchronous I/O of the descriptor in tables that the
 * program can write to, and takes a lock in them. */
#define close(fd) __syscall(SYS_close, fd)

/* A table that is written once, before records_close: pages of its own. */
hidden void *records_table(size_t);

/* Memory that the program may write to. The loader never follows an address
 * that it reads there. */
hidden void *public_calloc(size_t, size_t);

/* Copy strings of the program's to the records, if the loader reads them until
 * the process ends. */
hidden void records_adopt(void);

/* Make the records writable, if they are not. Returns 0, or -1 with errno:
 * EPERM if they are sealed, ENOMEM if RLIMIT_DATA or the number of mappings
 * forbids it. */
hidden int records_open(void);

/* Make them read-only. An error that was reported meanwhile goes to dlerror. */
hidden void records_close(void);

/* Undo every allocation since records_open. */
hidden void records_release(void);

/* The error, with %s for the name of the file, of a dlopen that sealed records
 * stop. */
hidden const char *records_refusal(void);

/* Open the records if dlopen has to write to them to return p, the result of
 * load_library, and set rtld_fail if they are open. Returns p, or null, also
 * with errno from records_open, if it can't be returned. */
hidden struct dso *records_open_for(struct dso *p, int mode, jmp_buf *);

/* Report an error at run time. */
hidden void records_error(const char *, va_list);

/* Numbers for the objects from p on, which were loaded together and have the
 * given queue of constructors. Returns 0, or -1 without memory. */
hidden int number_objects(struct dso *p, struct dso **queue);

/* dynlink.c: find what a search for a name writes to records, so that sealed
 * ones can be searched by a name under which nothing was found yet. */
hidden void prepare_search(void);

/* Note an object that refers to dlopen or dlsym. */
hidden void note_import(const struct dso *, const char *name);

/* key.c: a protection key for the records. */

/* Take a key, which this thread may write with. Returns 0, or a positive errno.
 * ld.so's RELRO must be writable, also to give it up. */
hidden int key_start(void);
hidden void key_give_up(void);

/* Make pages readable and writable with the key, or with that of all other
 * memory. Returns 0, or a positive errno. */
hidden int key_protect(uintptr_t start, size_t len, int with);

/* Let this thread write with the key, or only read. */
hidden void key_open(void);
hidden void key_close(void);

/* ctors.c */

extern hidden unsigned atforks;

/* Note where p's constructors and destructors are, from its dynamic section.
 * get_ctors restores it: its entries DT_INIT, DT_FINI and of the arrays. */
hidden void keep_ctors(struct dso *p, const size_t *dyn);
hidden void get_ctors(const struct dso *p, size_t *dyn);

/* Copy the tables of these functions, unless they are read-only, to the
 * records: an object that was linked without RELRO has them in its data. p has
 * been relocated; if relocations are pending, the tables stay where they are.
 * Returns 0, or -1 without memory. */
hidden int keep_tables(struct dso *p);

/* With init_fini_lock held. 1 if another thread runs p's constructors. */
hidden int ctor_busy(const struct dso *p);
hidden int ctor_begins(struct dso *p);	/* 0 if they ran or run already */
hidden void ctor_ends(struct dso *p);

/* 1 if a thread that is not in this process was running them. */
hidden int ctor_lost(const struct dso *p);

/* Without a lock. */
hidden int constructed(const struct dso *p);

/* The objects with destructors, in the reverse order of the beginnings of their
 * constructors: the first of them, and the one after p. Null after the last. */
hidden struct dso *fini_first(void);
hidden struct dso *fini_next(const struct dso *p);

/* The queue of p's constructors that are due, with sealed records. It is not
 * freed: a program gets here while it starts, if at all. */
hidden struct dso **sealed_queue(struct dso *p);

/* p, or a copy of it in *copy with the list of all dependencies, which is not
 * in records that are sealed or could not be opened. free_deps gives back the
 * memory for it. */
hidden struct dso *with_deps(struct dso *p, struct dso *copy);
hidden void free_deps(struct dso *p, const struct dso *copy);

#endif
