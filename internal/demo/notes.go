package demo

import (
	"regexp"
	"strings"
)

// quiet begin those notes of the ledger that a spectator can do without: each is followed by one that says more.
var quiet = []string{"opened: ", "joined: ", "suspect: ", "seen: ", "about to", "acting", "undoing", "sam wants: "}

// Names in AWS are long; on the stage their last part will do.
var (
	arns  = regexp.MustCompile(`arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:[0-9]*:`)
	paths = regexp.MustCompile(`\b[0-9]{12}/[a-z0-9-]*/[a-z]+:`)
)

// told is a note of riposte's ledger as the timeline shows it; false where it is left out.
func told(note string) (string, bool) {
	for _, q := range quiet {
		if strings.HasPrefix(note, q) {
			return "", false
		}
	}
	if strings.Contains(note, ": act, ") {
		return "", false // what acts is told when it is done
	}
	note = arns.ReplaceAllString(note, "")
	return strings.TrimSpace(paths.ReplaceAllString(note, "")), note != ""
}
