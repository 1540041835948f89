#include <stdint.h>
#include "seal_policy.h"

#define GNU_PROPERTY_TYPE_0 5
#define GNU_PROPERTY_MEMORY_SEAL 3

/* Notes come from a file that nobody has vouched for and may lie at any
 * address: 32-bit words are read a byte at a time into place. */
static uint32_t word(const unsigned char *p)
{
	uint32_t w;
	unsigned char *d = (void *)&w;
	for (int i=0; i<4; i++) d[i] = p[i];
	return w;
}

static int owner(const unsigned char *p, size_t n, const char *s, size_t l)
{
	if (n != l) return 0;
	while (n--) if (p[n] != (unsigned char)s[n]) return 0;
	return 1;
}

/* Round the 32-bit size n up to a multiple of a, in a type where it can't
 * wrap. */
static uint64_t pad(uint64_t n, size_t a)
{
	return (n+a-1) & ~(uint64_t)(a-1);
}

/* A property is a type, a size and that many bytes, padded to the size of a
 * pointer. The seal property has no bytes; one that has some is not it. */
static int property(const unsigned char *p, size_t n)
{
	while (n >= 8) {
		uint64_t size = pad(word(p+4), sizeof(size_t));
		if (word(p) == GNU_PROPERTY_MEMORY_SEAL && !size) return 1;
		if (size > n-8) return 0;
		p += 8+size;
		n -= 8+size;
	}
	return 0;
}

/* A note is the sizes of its name and its descriptor, its type, then the two,
 * each padded: namesz descsz type name.. desc.. */
int __seal_note(const unsigned char *p, size_t n, size_t align)
{
	if (align != 8) align = 4;
	while (n >= 12) {
		uint32_t namesz = word(p), descsz = word(p+4), type = word(p+8);
		uint64_t desc = pad(12+(uint64_t)namesz, align);
		if (desc > n || descsz > n-desc) return 0;
		if (type == SEAL_NOTE_TYPE && descsz >= 4
		    && owner(p+12, namesz, SEAL_NOTE_OWNER, sizeof SEAL_NOTE_OWNER)
		    && word(p+desc) & SEAL_NOTE_DATA)
			return 1;
		if (type == GNU_PROPERTY_TYPE_0
		    && owner(p+12, namesz, "GNU", sizeof "GNU")
		    && property(p+desc, descsz))
			return 1;
		uint64_t next = pad(desc+descsz, align);
		if (next >= n) return 0;
		p += next;
		n -= next;
	}
	return 0;
}
