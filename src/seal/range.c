#include "seal_range.h"

struct seal_range __seal_round(uintptr_t start, size_t len, size_t page)
{
	uintptr_t mask = page-1, end = start+len;
	if (!len || end < start || end > UINTPTR_MAX-mask)
		return (struct seal_range){ 0, 0 };
	return (struct seal_range){ start & ~mask, (end+mask) & ~mask };
}

struct seal_range __seal_common(struct seal_range a, struct seal_range b)
{
	uintptr_t start = a.start > b.start ? a.start : b.start;
	uintptr_t end = a.end < b.end ? a.end : b.end;
	if (start >= end) return (struct seal_range){ 0, 0 };
	return (struct seal_range){ start, end };
}
