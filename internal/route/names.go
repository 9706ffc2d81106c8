package route

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"
)

// Names are what callers are known by: ids of access keys, users and roles, names of users and roles without their paths. They are
// looked for in the bytes of every record that no call leads anywhere, while something is contained or a decoy is out: so it is a
// filter that answers, nearly always, and the names themselves are asked only about what passes it.
type Names struct {
	known  map[string]bool
	filter []uint64 // a bit for each name, of at least 16 bits a name
	shift  int
}

// NamesOf enters names; of an ARN, or of a path with a name, its last part.
func NamesOf(all []string) Names {
	n := Names{known: map[string]bool{}}
	for _, name := range all {
		n.known[name[strings.LastIndexAny(name, "/:")+1:]] = true
	}
	words := bits.Len(uint(len(n.known)) / 4)
	n.filter, n.shift = make([]uint64, 1<<words), 64-6-words
	for name := range n.known {
		bit := fingerprint([]byte(name)) >> n.shift
		n.filter[bit/64] |= 1 << (bit % 64)
	}
	return n
}

// fingerprint mixes a name's length with its last eight bytes: names begin alike, as ids do.
func fingerprint(name []byte) uint64 {
	var end uint64
	if len(name) >= 8 {
		end = binary.LittleEndian.Uint64(name[len(name)-8:])
	} else {
		for _, b := range name {
			end = end<<8 | uint64(b)
		}
	}
	return (end ^ uint64(len(name))) * 0x9e3779b97f4a7c15 // the golden ratio's, as Knuth's multiplicative hashing has it
}

func (n *Names) has(name []byte) bool {
	bit := fingerprint(name) >> n.shift
	return n.filter[bit/64]&(1<<(bit%64)) != 0 && n.known[string(name)]
}

// In reports, from the bytes of a userIdentity, whether one of the names may stand in it. A name stands in an ARN or in an id behind
// a slash or a colon, or in a value of its own, and holds none of these; an escape may spell any.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func (n *Names) In(caller []byte) bool {
	if len(n.known) == 0 {
		return false
	}
	if escapes(caller) {
		return true
	}
	if s, ok := sessionOf(caller); ok {
		return n.inSession(&s)
	}
	return n.among(caller)
}

// escapes reports whether a text may be spelled otherwise than it looks.
func escapes(text []byte) bool { return bytes.IndexByte(text, '\\') >= 0 }

// among looks at all that stands between quotes, slashes and colons.
func (n *Names) among(text []byte) bool {
	from := 0
	for i, b := range text {
		switch b {
		case '"', '/', ':':
			if from < i && n.has(text[from:i]) {
				return true
			}
			from = i + 1
		}
	}
	return from < len(text) && n.has(text[from:])
}

// session is what names stand in where a role's session called.
type session struct{ id, role, key, issuer []byte }

func (n *Names) inSession(s *session) bool {
	return n.has(s.id) || n.has(s.role) || n.has(s.key) || n.has(s.issuer[bytes.LastIndexByte(s.issuer, '/')+1:])
}

// sessionOf reads the caller of nearly all records, a role's session, where it stands as CloudTrail writes it; false is any other way to
// write it, or another caller. What stands behind the issuer names no caller: the strict decoder refuses a key that is there twice.
func sessionOf(caller []byte) (s session, ok bool) {
	r := reader{rest: caller}
	r.literal(`{"type":"AssumedRole","principalId":"`)
	s.id = r.fixed(21)
	r.literal(`:`)
	r.until('"')
	r.literal(`,"arn":"arn:aws:sts::`)
	r.fixed(12)
	r.literal(`:assumed-role/`)
	s.role = r.until('/')
	r.until('"')
	r.literal(`,"accountId":"`)
	r.fixed(12)
	r.literal(`","accessKeyId":"`)
	s.key = r.fixed(20)
	r.literal(`","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"`)
	same := bytes.Equal(r.fixed(21), s.id)
	r.literal(`","arn":"arn:aws:iam::`)
	r.fixed(12)
	r.literal(`:role/`)
	s.issuer = r.until('"')
	r.literal(`,`)
	return s, same && !r.failed
}

// reader reads what is known to be there, and fails where it is not.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) literal(text string) {
	if len(r.rest) < len(text) || string(r.rest[:len(text)]) != text {
		r.failed, r.rest = true, nil
		return
	}
	r.rest = r.rest[len(text):]
}

// fixed is what has a length: an id, a key's, an account's number.
func (r *reader) fixed(n int) []byte {
	if len(r.rest) < n || bytes.IndexByte(r.rest[:n], '"') >= 0 {
		r.failed, r.rest = true, nil
		return nil
	}
	v := r.rest[:n]
	r.rest = r.rest[n:]
	return v
}

// until is what stands before a byte, which is passed.
func (r *reader) until(b byte) []byte {
	end := bytes.IndexByte(r.rest, b)
	if end < 0 {
		r.failed, r.rest = true, nil
		return nil
	}
	v := r.rest[:end]
	r.rest = r.rest[end+1:]
	return v
}
