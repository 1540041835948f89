/* A sealed read-only mapping of pages that a driver put there, here the ring of
 * a packet socket. No fault brings them back once they are discarded. */
#include "t.h"
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

static char *ring(int prot)
{
	struct tpacket_req req = {
		.tp_block_size = PAGE, .tp_block_nr = 1,
		.tp_frame_size = PAGE, .tp_frame_nr = 1,
	};
	int fd = socket(AF_PACKET, SOCK_RAW, htons(3));
	char *p;

	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof req))
		skip_all("no packet socket, or no right to make one");
	p = mmap(0, PAGE, prot, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) skip_all("no ring");
	return p;
}

int main(void)
{
	char *p = ring(PROT_READ), *q = ring(PROT_READ|PROT_WRITE);

	check(!!strstr(map_at(p).flags, " mm"), "the ring is a mixed map", "its flags are%s", map_at(p).flags);
	seal(p, PAGE);
	seal(q, PAGE);
	want("MADV_DONTNEED of a ring that can't be written", madvise(p, PAGE, MADV_DONTNEED), EPERM);
	same("it can still be read", readable(p, SIGBUS), 1);
	want("MADV_DONTNEED of one that can be written", madvise(q, PAGE, MADV_DONTNEED), 0);
	return finish();
}
