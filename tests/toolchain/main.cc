// Exceptions of a library, in threads; iostreams. With OPENS by dlopen.
#include <atomic>
#include <dlfcn.h>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

extern "C" void thrower(int);

int main(int argc, char **argv)
{
#ifdef OPENS
	void *h = argc > 1 ? dlopen(argv[1], RTLD_NOW) : 0;
	auto f = h ? (void (*)(int))dlsym(h, "thrower") : 0;
	if (!f) {
		std::cout << "dlopen: " << dlerror() << std::endl;
		return 1;
	}
#else
	auto f = argc < 9 ? thrower : 0;
#endif
	std::atomic<int> caught{0};
	std::vector<std::thread> threads;
	for (int i = 0; i < 8; i++)
		threads.emplace_back([&] {
			for (int j = 0; j < 100; j++)
				try {
					f(1);
				} catch (const std::exception &e) {
					if (e.what() == std::string("thrown by the library")) caught++;
				}
		});
	for (auto &t : threads) t.join();
	std::ostringstream s;
	s << caught << " " << 1.5 << " " << std::hex << 255;
	std::cout << "right " << s.str() << std::endl;
	return s.str() != "800 1.5 ff";
}
