# Sourced by what adds up the results of tests.
# shellcheck shell=sh

# sum_of LOG: the counts of its closing line, "PASSED FAILED SKIPPED"; nothing if it has none
sum_of()
{
	sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$1"
}
