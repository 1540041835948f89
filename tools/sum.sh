# Sourced by what adds up the results of tests.
# shellcheck shell=sh

# sum_of LOG: the counts of its closing line, "PASSED FAILED SKIPPED"; nothing if it has none
sum_of()
{
	sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$1"
}

# step N OF WHAT BEGUN LOG PASSED FAILED SKIPPED: a line for each part of a run when it has ended
step()
{
	printf '[%2d of %d] %s: %d passed, %d failed, %d skipped, %d s (%s)\n' "$1" "$2" "$3" "$6" "$7" "$8" \
		$(($(date +%s)-$4)) "$5"
}
