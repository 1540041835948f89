# Sourced by scripts that add up test results.
# shellcheck shell=sh

# sum_of LOG: the counts in its last line, "PASSED FAILED SKIPPED"; empty if there are none
sum_of()
{
	sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$1"
}

# step N OF WHAT BEGUN LOG PASSED FAILED SKIPPED: print the line of a part of a run that ended
step()
{
	printf '[%2d of %d] %s: %d passed, %d failed, %d skipped, %d s (%s)\n' "$1" "$2" "$3" "$6" "$7" "$8" \
		$(($(date +%s)-$4)) "$5"
}
