package ledger

import "strconv"

// Class of a message: what waits is handed out in this order, and each class has room of its own, so that what costs an
// attacker one call never keeps out what a person wants, or what shows that a containment is being undone.
type Class int

const (
	Orders   Class = iota // of people
	Evidence              // sightings that name what an effect is about, or that got through it
	Suspects              // further ones, the newest first: whatever was tried before, the last one is what stands now
	Looks                 // sightings that are a reason to look, and no more

	Classes = 4 // how many there are
)

// Class is what the message is about.
func (m Message) Class() Class {
	switch {
	case m.Lead != nil:
		return Suspects
	case m.Seen == nil:
		return Orders
	case m.Seen.Named || m.Seen.Leak:
		return Evidence
	}
	return Looks
}

// Room is how many messages of a class may wait in one case: one more is ErrFull, and its source tries again later. All
// together they fit the 400 KB that DynamoDB gives a row, beside the case.
func (c Class) Room() int { return [Classes]int{200, 300, 2000, 100}[c] }

// Newest reports whether the class is handed out newest first.
func (c Class) Newest() bool { return c == Suspects }

const (
	batch = 50 // messages that one claim hands out: what a turn can deal with inside its lease
	share = 10 // of these, what each class has for itself
)

// Batch is how many messages of each class a claim hands out, of those that wait: every class its share, and what that
// leaves free to the first class that has more. A flood of one class so delays the others by nothing.
func Batch(waiting [Classes]int) (out [Classes]int) {
	free := batch
	for c, n := range waiting {
		out[c] = min(n, share)
		free -= out[c]
	}
	for c, n := range waiting {
		more := min(n-out[c], free)
		out[c], free = out[c]+more, free-more
	}
	return out
}

// At is the message as a case of this version keeps it. One that coalesces has a key of its own for each version: claims and
// commits raise that, so that a second message meets the first only while that waits. A look after a claim
// has then always looked after the last message that was dropped.
func (m Message) At(version int64) Message {
	if m.Coalesce {
		m.Key += "@" + strconv.FormatInt(version, 10)
	}
	return m
}
