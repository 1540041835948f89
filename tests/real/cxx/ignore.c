/*
 * istream::ignore(long) and its wide sister: libstdc++ keeps them apart from its other objects, for
 * binaries made before they had a second parameter.
 */
void *_ZNSi6ignoreEli(void *, long, int);
void *_ZNSt13basic_istreamIwSt11char_traitsIwEE6ignoreElj(void *, long, unsigned);

void *_ZNSi6ignoreEl(void *s, long n)
{
	return _ZNSi6ignoreEli(s, n, -1);
}

void *_ZNSt13basic_istreamIwSt11char_traitsIwEE6ignoreEl(void *s, long n)
{
	return _ZNSt13basic_istreamIwSt11char_traitsIwEE6ignoreElj(s, n, -1);
}
