#ifndef DSO_H
#define DSO_H

/* The loader's view of an object, and the roots of its data. dynlink.c loads
 * and relocates objects; seal_dso.c protects and seals them; records.c keeps
 * this data where only the loader can write to it. */

#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "pthread_impl.h"
#include "libc.h"
#include "dynlink.h"
#include "seal.h"

struct debug {
	int ver;
	void *head;
	void (*bp)(void);
	int state;
	void *base;
};

struct td_index;

/* The first five members are those of struct link_map. */
struct dso {
#if DL_FDPIC
	struct fdpic_loadmap *loadmap;
#else
	unsigned char *base;
#endif
	char *name;
	size_t *dynv;
	struct dso *next, *prev;

	Phdr *phdr;
	int phnum;
	size_t phentsize;
	Sym *syms;
	Elf_Symndx *hashtab;
	uint32_t *ghashtab;
	int16_t *versym;
	char *strings;
	struct dso *syms_next, *lazy_next;
	size_t *lazy, lazy_cnt;
	unsigned char *map;
	size_t map_len;
	dev_t dev;
	ino_t ino;
	char relocated;
	char constructed;
	char kernel_mapped;
	char mark;
	char bfs_built;
	char runtime_loaded;
	struct dso **deps, *needed_by;
	size_t ndeps_direct;
	size_t next_dep;
	pthread_t ctor_visitor;
	char *rpath_orig, *rpath;
	struct tls_module tls;
	size_t tls_id;
	size_t relro_start, relro_end;
	uintptr_t *new_dtv;
	unsigned char *new_tls;
	struct td_index *td_index;
	struct dso *fini_next;
	char *shortname;
#if DL_FDPIC
	unsigned char *base;
#else
	struct fdpic_loadmap *loadmap;
#endif
	struct funcdesc {
		void *addr;
		size_t *got;
	} *funcdescs;
	size_t *got;

	/* Sealing. */
	off_t file_size;
	char sealed;			/* see seal_dso.c */
	char textrel;
	char relro_moved;		/* already on anonymous pages */
	char hardened, unshared;	/* see hard.c */

	/* Records. constructed, ctor_visitor and fini_next are not used with
	 * them: see struct ctor. */
	unsigned number;		/* in objects; 0 until it is there */
	struct ctor *ctor;
	char *public_name;		/* the program may write to it */
	struct dso **ctor_queue;	/* has this object in it */
	size_t ctors[6];		/* see keep_ctors */
	char buf[];
};

/* For variables that lead to the loader's records: see dso.c. They keep their
 * order. clang always does so. */
#if defined(__GNUC__) && !defined(__clang__)
#define RECORDS __attribute__((__section__(".bss.records"), __no_reorder__))
#else
#define RECORDS __attribute__((__section__(".bss.records")))
#endif

/* For variables that every start writes to. A page of .data is written to
 * anyway, and has room for them. In .bss they would take one page more. */
#define EARLY __attribute__((__section__(".data")))

/* For large variables that no start writes to. The linker sorts .bss by
 * alignment, and most of the others have 32 at most: so these are not among
 * those that a start writes to. */
#define LARGE __attribute__((__aligned__(64)))

/* See sym_index.c. */
struct sym_object {
	struct dso *dso;
	Sym *syms;		/* the first that has a number */
	uint32_t first;		/* this number */
};

struct sym_ahead {
	const char *s;
	uint32_t hash;
	struct dso *dso;	/* where the look-up begins */
	Sym *sym;		/* has the same hash, or null */
};

struct sym_index {
	uint32_t *slots;	/* by hash: a number, and some of the hash */
	size_t nslots;
	unsigned bits;		/* of the number */
	uint16_t *blocks;	/* by number/BLOCK: an object's number */
	struct sym_object *objects;
	struct sym_ahead *ahead;	/* a batch of look-ups */
	struct sym_ahead *next;		/* the next of them */
	size_t n;		/* how many are indexed, from head on */
};

/* Roots. */
extern hidden struct dso ldso, app, vdso;
extern hidden struct dso *head, *tail, *fini_head, *syms_tail, *lazy_head;
extern hidden char *env_path, *sys_path;
extern hidden unsigned long long gencnt;
extern hidden int runtime;
extern hidden jmp_buf *rtld_fail;
extern hidden struct debug debug;
extern hidden struct tls_module *__tls_modules, *tls_tail;
extern hidden size_t tls_cnt, tls_offset, tls_align, static_tls_cnt;
extern hidden struct dso *builtin_deps[2], *const no_deps[1];
extern hidden struct dso *builtin_ctor_queue[4], **main_ctor_queue;
extern hidden struct sym_index sym_index;
extern hidden struct fdpic_loadmap *app_loadmap;
extern hidden struct fdpic_dummy_loadmap app_dummy_loadmap;

/* The last object that no failure of dlopen can unload any more. The list from
 * head to here can be walked without a lock. Null if nothing is sealed. */
extern hidden struct dso *sealed_tail;

/* Of seal_loaded: it works while the records are open. */
extern hidden struct seal_job load_job;
extern hidden struct seal_spare load_spare;

/* For debuggers: see <link.h> of other systems. _dl_debug_state is empty; a
 * debugger stops there to see debug change. */
extern struct debug *_dl_debug_addr;
void _dl_debug_state(void);

/* lock is held for writing by dlopen, and for reading by those who walk the
 * list of objects. init_fini_lock guards the state of constructors. */
extern hidden pthread_rwlock_t lock;
extern hidden pthread_mutex_t init_fini_lock;
extern hidden pthread_cond_t ctor_cond;

/* Report an error: before runtime it is printed and ends the start, later it
 * goes to dlerror. */
extern hidden void (*error)(const char *, ...);

/* seal_dso.c: mapping. */

/* Note where ph, a PT_GNU_RELRO, says that RELRO is. */
hidden void set_relro(struct dso *, const Phdr *);

/* Map the pages of a writable segment that hold RELRO, or all of them, on
 * anonymous memory with the contents of the file. Returns the number of bytes,
 * from the start of the segment's first page, that this covers: a page
 * multiple, 0 if the segment has no RELRO, or -1 with errno. The caller maps
 * the rest. */
hidden size_t map_relro(int fd, const struct dso *, const Phdr *,
	unsigned char *base, int prot);

/* Make the read-only segments of an object with DT_TEXTREL writable. ph is the
 * first of phnum headers. Returns 0, or -1 with errno. */
hidden int map_textrel(int fd, struct dso *, const Phdr *ph, size_t phnum,
	size_t phentsize, unsigned char *base);

/* seal_dso.c: protection and sealing, in the order of a start. */

/* Apply the flag "marked" to the main program, find the vdso's functions, and
 * note whether stage 1 moved ld.so's RELRO, which must be writable. */
hidden void seal_program(const struct dso *);

/* Replace the program's RELRO before it is relocated, which would otherwise
 * copy each of its pages at a fault. */
hidden void move_relro(struct dso *);

/* Give the pages of a relocated object their final protection. */
hidden void protect_dso(struct dso *);

/* 1 if a relocation that waits for its symbol will write to RELRO or may, with
 * DT_TEXTREL, write to text. */
hidden int relro_pending(const struct dso *);

/* protect_dso, after a later dlopen has resolved the pending relocations of the
 * object. */
hidden void protect_late(struct dso *);

/* The pages of p's RELRO, or the empty range. */
hidden struct seal_range relro_of(const struct dso *);

/* The object as sealing sees it. */
hidden struct seal_object seal_view(const struct dso *);

/* The end of the start: seal everything. Exits if strict can't be met. */
hidden void seal_start(void);

/* The end of dlopen: seal the libraries that it loaded and those that no longer
 * wait. Fails by rtld_fail, and only under strict. */
hidden void seal_loaded(void);

/* With a protection key: let this thread read the records, if it can't. Called
 * first by every function of the loader that may run in a signal handler. */
hidden void records_readable(void);

/* Seal p as it is, although it waits for symbols. */
hidden void seal_waiting(struct seal_job *, struct dso *);

/* Hooks of seal_start, which do nothing without records.c: decide whether the
 * records are sealed, asking the kernel for the first range of the job; and
 * write-protect them and add those that are not pages of ld.so. */
hidden void records_decide(struct seal_job *);
hidden void records_close_start(struct seal_job *);

/* Hooks for level hard, which do nothing without hard.c: before objects are
 * sealed, put their RELRO and relocated text out of reach; the same for the
 * closed records, and with start for ld.so's RELRO, which returns 0 or a
 * positive errno; and, when all is sealed, stack and process. harden_dlseal
 * follows dlseal, harden_child a fork. */
hidden void harden_objects(void);
hidden int harden_loader(int start);
hidden void harden_process(void);
hidden int harden_dlseal(void);
hidden void harden_child(void);

/* 1 if they have anything to do. Others need not read in their code. */
static inline int hardens(void)
{
	return __seal_state.policy.level == SEAL_HARD
		|| __seal_state.policy.nocode;
}

/* The pages of ld.so that hold its records, and 1 if they are to be sealed. */
hidden struct seal_range records_range(void);
hidden int records_sealed(void);

/* 1 if they have a protection key: then they are sealed from the start,
 * although dlopen writes to them. */
hidden int key_in_use(void);

#endif
