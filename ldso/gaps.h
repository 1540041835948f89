/* The slack of writable segments, for malloc. Included once, by dynlink.c, after
 * reclaim_gaps. See src/internal/malloc_gaps.h for why it waits. */

/* The program and all that it needs are loaded. */
static void gaps_wait(void)
{
	arena->start_tail = tail;
	__malloc_gaps = __malloc_asks_for_gaps;
}

/* In the order in which they would have been given at start. Of the list only
 * what was loaded then, since another thread may be adding to it. */
void __malloc_take_gaps(void)
{
	struct dso *p = head;
	reclaim_gaps(&arena->app);
	reclaim_gaps(&ldso);
	for (; p!=arena->start_tail; p=p->next)
		if (p->next != &ldso) reclaim_gaps(p->next);
}
