package scan

// Wrapped is an EventBridge event as the scan saw it.
type Wrapped struct {
	Source []byte // the service that sent it
	Record Record // its detail
}

// Single scans a message that is one record, bare or in an EventBridge event, as nearly all messages of queues and posts
// are. It reports false where the message is anything else, or where the scan is not sure of something: that is for the
// strict decoder. Wrapped has no source where the record is bare.
func Single(message []byte) (Wrapped, bool) {
	message = message[skipBlank(message, 0):]
	if len(message) == 0 || message[0] != '{' {
		return Wrapped{}, false
	}
	var e wrapping
	var t text
	t.reset(message)
	s := object{text: &t, wrapping: &e}
	end, v := s.members(1)
	switch {
	case v != whole || skipBlank(message, end) < len(message):
		return Wrapped{}, false
	case !e.foreign && e.detail.seen && e.source.seen && !s.unsure && !s.source.seen && !s.name.seen && !s.time.seen && !s.caller.seen:
		rec, ok := Object(message[e.detail.from:e.detail.to])
		return Wrapped{Source: message[e.source.from:e.source.to], Record: rec}, ok && !rec.Unsure
	}
	rec := s.record(0, end)
	return Wrapped{Record: rec}, !rec.Unsure && !e.listed && !e.detail.seen
}

// wrapping is what an object is if it is an EventBridge event.
type wrapping struct {
	source, detail span
	keys           uint16 // those that were seen
	foreign        bool   // it has a key that no EventBridge event has
	listed         bool   // it may hold other records than itself
}

// is notes a key; it is false where the key stands there twice, so that readers may differ on which counts. Any key is foreign
// but those of an EventBridge event: these are all that there are but for replay-name, which a replay of an archive has and the
// strict decoder refuses.
// https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
func (e *wrapping) is(key []byte) bool {
	var bit uint16
	switch string(key) {
	case "version":
		bit = 1
	case "id":
		bit = 1 << 1
	case "detail-type":
		bit = 1 << 2
	case "source":
		bit = 1 << 3
	case "account":
		bit = 1 << 4
	case "time":
		bit = 1 << 5
	case "region":
		bit = 1 << 6
	case "resources":
		bit = 1 << 7
	case "detail":
		bit = 1 << 8
	default:
		e.foreign = true
	}
	twice := e.keys&bit != 0
	e.keys |= bit
	return !twice
}
