package source

import "time"

// Meter is told what comes in, for figures. From is the name of the source: http, sqs, s3, stdin, lambda. It is called by
// several goroutines and must not block.
type Meter interface {
	Received(from string)                 // a message was read
	Malformed(from string)                // some of one can't be read
	Foreign(kind string)                  // one holds nothing that is looked for; kind is one of a fixed list
	Refused(from, why string)             // one was turned away unread; why is one of a few words (secret, size, busy)
	Failed(from string)                   // one could not be stored, or the source not be asked: it comes again
	Again(from string)                    // one had been delivered before
	Waited(from string, d time.Duration)  // how long one had waited when it was taken, where the source says so
	Reconciled(from string, suspects int) // suspects that a best-effort source should have brought and did not
}

// Unmetered counts nothing.
type Unmetered struct{}

func (Unmetered) Received(string)              {}
func (Unmetered) Malformed(string)             {}
func (Unmetered) Foreign(string)               {}
func (Unmetered) Refused(string, string)       {}
func (Unmetered) Failed(string)                {}
func (Unmetered) Again(string)                 {}
func (Unmetered) Waited(string, time.Duration) {}
func (Unmetered) Reconciled(string, int)       {}
