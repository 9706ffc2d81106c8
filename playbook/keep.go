package playbook

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// KeepTag lets a resource be, by its owner's word: a date, or true. It counts for what a sweep found, never against containment.
const KeepTag = "riposte:keep"

// keepTags are the tags by which a resource asks to be let be: riposte's own, and those that other tools read. A tag may lengthen a
// life, never shorten it.
// https://github.com/gruntwork-io/cloud-nuke#configuration and https://cloudcustodian.io/docs/ are where the others come from.
var keepTags = []struct {
	key   string
	reads func(value string) (until time.Time, lasting bool, err error)
}{
	{KeepTag, dateOrTrue},
	{"cloud-nuke-after", onlyDate},
	{"cloud-nuke-excluded", dateOrTrue},
	{"c7n_ignore", always},
	{"expiration", onlyDate},
	{"ttl", onlyDate},
}

const (
	mostKept   = 365 * 24 * time.Hour // by a date, from when it was first seen: then it is asked about again
	unreadKept = 30 * 24 * time.Hour  // by a value that can't be read: its writer meant something
)

// Keep is what the tags of a resource say about letting it be.
type Keep struct{ said []said }

type said struct {
	tag     string // KEY=VALUE, for a digest
	end     time.Time
	lasting bool
	unread  error
}

// KeepOf reads tags for a finding of a concern. Other tools' tags are about what costs and whose it is: no waste tool's habit keeps
// a person from hearing of what is unsafe.
func KeepOf(c Concern, tags map[string]string) (k Keep) {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		for _, known := range keepTags {
			if !strings.EqualFold(known.key, key) || known.key != KeepTag && c != Cost && c != Ownership {
				continue
			}
			value := tags[key]
			end, lasting, err := known.reads(strings.TrimSpace(value))
			if err != nil {
				err = fmt.Errorf("read tag %s: %w", known.key, err)
			}
			if lasting || err != nil || !end.IsZero() {
				k.said = append(k.said, said{fmt.Sprintf("%q=%q", key, value), end, lasting, err})
			}
		}
	}
	return k
}

// Until is until when it keeps the resource: the latest of what its tags say; zero where none says anything. seen is when they were first
// seen as they are: a tag without a date keeps for so long from then, one with a date for a year at most, one that can't be read
// for thirty days at most.
func (k Keep) Until(seen time.Time, lasting time.Duration) (until time.Time) {
	for _, s := range k.said {
		end := s.end
		switch most := seen.Add(mostKept); {
		case s.unread != nil:
			end = seen.Add(min(lasting, unreadKept))
		case s.lasting:
			end = seen.Add(lasting)
		case end.After(most):
			end = most
		}
		if end.After(until) {
			until = end
		}
	}
	return until
}

// Unread says which tag can't be read; nil where all can.
func (k Keep) Unread() error {
	for _, s := range k.said {
		if s.unread != nil {
			return s.unread
		}
	}
	return nil
}

// Digest tells what the tags say from what other tags would, in 16 hex digits; "" where they say nothing.
func (k Keep) Digest() string {
	if len(k.said) == 0 {
		return ""
	}
	h := sha256.New()
	for _, s := range k.said {
		fmt.Fprintln(h, s.tag)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func always(string) (time.Time, bool, error) { return time.Time{}, true, nil }

func dateOrTrue(value string) (time.Time, bool, error) {
	switch strings.ToLower(value) {
	case "true", "yes":
		return time.Time{}, true, nil
	case "false", "no":
		return time.Time{}, false, nil
	}
	return onlyDate(value)
}

// onlyDate reads a day, which counts to its end, or a moment.
func onlyDate(value string) (time.Time, bool, error) {
	if day, err := time.Parse(time.DateOnly, value); err == nil {
		return day.AddDate(0, 0, 1), false, nil
	}
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("%.40q is neither a date, like 2027-01-31, nor a moment", value)
	}
	return at, false, nil
}
