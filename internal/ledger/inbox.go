package ledger

import "strconv"

// Class of a message: what waits is handed out by classes (see Batch), and each class has room of its own, so that what costs an
// attacker one call never keeps out what a person wants, or what shows that a containment is being undone.
type Class int

const (
	Orders   Class = iota // of people
	Evidence              // sightings that name what an effect is about, or that got through it
	Suspects              // further ones, the newest first: whatever was tried before, the last one is what stands now
	Looks                 // sightings that are a reason to look, and no more
	Tidings               // what people were told

	Classes = 5 // how many there are
)

// inOrder is the order in which the classes are handed out: their numbers are stored, and a later one has the next.
func inOrder() [Classes]Class { return [Classes]Class{Orders, Tidings, Evidence, Suspects, Looks} }

// Class is what the message is about.
func (m Message) Class() Class {
	switch {
	case m.Lead != nil:
		return Suspects
	case m.Told != nil || m.Note != "":
		return Tidings
	case m.Seen == nil:
		return Orders
	case m.Seen.Named || m.Seen.Leak:
		return Evidence
	}
	return Looks
}

// Room is how many messages of a class may wait in one case: one more is ErrFull, and its source tries again later. All
// together they fit the 400 KB that DynamoDB gives a row, beside the case.
func (c Class) Room() int { return [Classes]int{200, 300, 2000, 100, 100}[c] }

// Newest reports whether the class is handed out newest first.
func (c Class) Newest() bool { return c == Suspects }

const (
	batch = 50 // messages that one claim hands out: what a turn can deal with inside its lease
	share = 10 // of these, what each class has for itself
)

// Handed is how many messages of a class a claim hands out.
type Handed struct {
	Class Class
	N     int
}

// Batch is how many messages of each class a claim hands out, of those that wait, in the order of the classes: every class its share, and
// what that leaves free to the first class that has more. A flood of one class so delays the others by nothing.
func Batch(waiting [Classes]int) (out [Classes]Handed) {
	free := batch
	for i, c := range inOrder() {
		out[i] = Handed{c, min(waiting[c], share)}
		free -= out[i].N
	}
	for i, c := range inOrder() {
		more := min(waiting[c]-out[i].N, free)
		out[i].N, free = out[i].N+more, free-more
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
