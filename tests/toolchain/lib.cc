#include <stdexcept>
#include <string>

static thread_local std::string own = "library";
static std::string *const text = new std::string("thrown by the ");

extern "C" void thrower(int n)
{
	if (n) throw std::runtime_error(*text + own);
}
