package demo

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// saying is one line of riposte's: what it does, in a word or two, why or to what, and which steps that concerns.
type saying struct {
	verb, text string
	steps      []string
	end        bool // a stage is reached
}

// Names in AWS are long; on the stage their last part will do.
var (
	arns  = regexp.MustCompile(`arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:[0-9]*:`)
	paths = regexp.MustCompile(`\b[0-9]{12}/[a-z0-9-]*/\b`)
)

// The forms of notes. Left out are those that others of the same moment say better.
var (
	quiet    = regexp.MustCompile(`^(opened: |joined: |suspect: |kept: |seen: |about to|[^ ]+ wants: )|^(acting|undoing|observed|held|excepted|dismissed)$`)
	judged   = regexp.MustCompile(`^(.*): (act|ask|hold|observe|except), (.*)$`)
	finding  = regexp.MustCompile(`^confirmed: (.*); plan [0-9]+: \[.*\]$`)
	standing = regexp.MustCompile(`^verified: round ([0-9]+ of [0-9]+)$`)
	stage    = regexp.MustCompile(`^(contained|verified|asked|failed|undone|expired|superseded)$`)
	prefixed = regexp.MustCompile(`^(to be told|not confirmed|done|done before|is so|undone|to be taken back, says|can't|error):? (.*)$`)
)

// spoken are the words of the timeline for those of the ledger.
var spoken = map[string]string{
	"act": "decides to act", "ask": "asks", "hold": "holds", "observe": "observes only", "except": "lets it be",
	"to be told": "tells", "not confirmed": "finds no fault", "done": "does", "done before": "did", "is so": "finds it done", "undone": "was undone",
	"to be taken back, says": "takes back", "can't": "can't", "error": "is stopped",
}

// sayings are the notes that a case's history gained at one moment, as the timeline tells them.
func sayings(notes []string) []saying {
	var all []saying
	for _, n := range notes {
		n = strings.TrimSpace(paths.ReplaceAllString(arns.ReplaceAllString(n, ""), ""))
		if quiet.MatchString(n) {
			continue
		}
		s := said(n)
		same := slices.IndexFunc(all, func(o saying) bool { return len(s.steps) > 0 && o.verb == s.verb && o.text == s.text })
		if same < 0 {
			all = append(all, s)
			continue
		}
		all[same].steps = append(all[same].steps, s.steps...) // one line of those that differ in the step only
	}
	return condensed(all)
}

func said(note string) saying {
	if m := judged.FindStringSubmatch(note); m != nil {
		return saying{verb: spoken[m[2]], text: strings.TrimPrefix(m[3], "mode: playbooks."), steps: m[1:2]}
	}
	if m := finding.FindStringSubmatch(note); m != nil {
		return saying{verb: "finds", text: m[1]}
	}
	if m := standing.FindStringSubmatch(note); m != nil {
		return saying{verb: "looks again", text: "it holds (" + m[1] + ")"}
	}
	if stage.MatchString(note) {
		return saying{verb: note, end: true}
	}
	m := prefixed.FindStringSubmatch(note)
	switch {
	case m == nil:
		return saying{text: note}
	case m[1] == "is so":
		return saying{verb: spoken[m[1]], steps: m[2:]}
	}
	return saying{verb: spoken[m[1]], text: m[2]}
}

// condensed leaves out what another line of the same moment tells as well: where nothing was left to do, no decision and
// no new containment; where a verified case was looked at once more, not all of its rounds.
func condensed(all []saying) (out []saying) {
	has := func(verb string) bool { return slices.ContainsFunc(all, func(s saying) bool { return s.verb == verb }) }
	idle := !has("does") && !has("did")
	again := idle && has("contained") && has("verified") // what was done at once and needs no rounds, a tag, is no second look
	for _, s := range all {
		switch s.verb {
		case "decides to act":
			if idle {
				continue
			}
			s.steps = nil // what acts is told when it is done
		case "finds it done":
			if idle {
				s = saying{verb: "answered already"}
			}
		case "contained":
			if again || idle && has("finds it done") {
				continue
			}
		case "looks again":
			if has("verified") {
				continue
			}
		case "verified":
			if again {
				s = saying{verb: "looks again", text: "it holds"}
			}
		}
		out = append(out, s)
	}
	return out
}

// String is the line.
func (s saying) String() string {
	steps := strings.Join(s.steps, ", ")
	switch {
	case s.verb == "":
		return s.text
	case s.verb == "finds it done":
		return s.verb + ": " + steps
	case len(s.steps) > 0:
		return fmt.Sprintf("%s (%s), not done: %s", s.verb, s.text, steps)
	case s.verb == "decides to act":
		return fmt.Sprintf("%s (%s)", s.verb, s.text)
	case s.text == "":
		return s.verb
	case s.verb == "finds" || s.verb == "does" || s.verb == "did":
		return s.verb + " " + s.text
	}
	return s.verb + ": " + s.text
}

// took says of a stage that was reached just now how long it took, in world time.
func took(c *ledger.Case, s saying, now time.Time) string {
	t := c.Times
	switch {
	case c.Origin.Sweep != "" && s.verb == "contained":
		return "" // nothing happened that it could be later than
	case s.verb == "contained" && t.Contained.Equal(now):
		told := "CloudTrail"
		if c.Origin.Noticed() {
			told = "EC2's notice"
		}
		return fmt.Sprintf("%s after it happened (%s took %s, riposte %s)", t.Contained.Sub(t.Occurred), told, t.Received.Sub(t.Occurred), t.Contained.Sub(t.Received))
	case s.verb == "verified" && t.Verified.Equal(now):
		return fmt.Sprintf("it still holds, %s after containment", t.Verified.Sub(t.Contained))
	}
	return s.text
}
