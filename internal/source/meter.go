package source

import "time"

// Figure is what is counted of a source.
type Figure int

const (
	CountReceived   Figure = iota // messages that were read
	CountMalformed                // messages of which some can't be read
	CountRefused                  // messages that were turned away unread; why is one of a few words (secret, size, busy)
	CountFailed                   // messages that could not be stored, and failures to ask the source: they come again
	CountAgain                    // messages that had been delivered before
	CountReconciled               // suspects that a best-effort source should have brought and did not
)

// Meter is told what comes in, for figures. From is the name of the source: http, sqs, s3, stdin, lambda. It is called by
// several goroutines and must not block.
type Meter interface {
	Count(what Figure, n int, from string, why ...string)
	Foreign(kind string)                 // a message holds nothing that is looked for; kind is one of a fixed list
	Waited(from string, d time.Duration) // how long a message had waited when it was taken, where the source says so
}

// Unmetered counts nothing.
type Unmetered struct{}

func (Unmetered) Count(Figure, int, string, ...string) {}
func (Unmetered) Foreign(string)                       {}
func (Unmetered) Waited(string, time.Duration)         {}
