package route

import (
	"hash/maphash"
	"math/bits"
)

// Record is what routing goes by: parts of a record as they are written, source and name free of escapes.
type Record struct {
	Source, Name              []byte // eventSource, eventName
	Caller                    []byte // userIdentity
	Address, Endpoint, Region []byte // sourceIPAddress, vpcEndpointId, awsRegion; nil where there is none
	ReadOnly                  bool   // readOnly, where it is true
}

// Want is how far a record is wanted.
type Want int

const (
	None    Want = iota
	Repeats      // by playbooks alone that want one call of a caller from a source (playbook.Callers.PerSource)
	Each
)

// Key is the same for records of the same caller and source, and, as far as 64 bits tell, for no others: the seed is each process's own
// secret, so that nobody can write one that collides.
func (r Record) Key(seed maphash.Seed) (sum uint64) {
	for _, part := range [...][]byte{r.Caller, r.Address, r.Endpoint, r.Region} {
		// Odd, so that nothing of the parts before is lost: each hash is secret, and so is what they come to.
		sum = bits.RotateLeft64(sum, 23)*0x9e3779b97f4a7c15 + maphash.Bytes(seed, part)
	}
	return sum
}
