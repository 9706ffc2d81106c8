package ledger

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

const (
	lanes     = 1024
	laneBytes = 2 * lanes
)

// Multiset is a digest of rows in no order. A row is taken in or out without a look at the others: of a million streaks of which one
// in a hundred changes, only those are read. It is LtHash with 1,024 lanes of 16 bits (https://eprint.iacr.org/2019/227); each row is
// spread over the lanes by its SHA-256, as the key of AES in counter mode.
type Multiset struct{ lane [lanes]uint16 }

// ReadMultiset reads what Bytes gave.
func ReadMultiset(b []byte) (*Multiset, error) {
	m := &Multiset{}
	if len(b) == 0 {
		return m, nil
	}
	if len(b) != laneBytes {
		return nil, fmt.Errorf("read the digest of a set: it has %d bytes, not %d", len(b), laneBytes)
	}
	for i := range m.lane {
		m.lane[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return m, nil
}

// Bytes are nil for the empty set.
func (m *Multiset) Bytes() []byte {
	if m.lane == [lanes]uint16{} {
		return nil
	}
	b := make([]byte, 0, laneBytes)
	for _, n := range m.lane {
		b = binary.LittleEndian.AppendUint16(b, n)
	}
	return b
}

// Add takes a row in.
func (m *Multiset) Add(row []byte) error { return m.add(row, 1) }

// Remove takes a row out that was taken in.
func (m *Multiset) Remove(row []byte) error { return m.add(row, ^uint16(0)) }

// add takes a row so many times, counted as lanes count.
func (m *Multiset) add(row []byte, times uint16) error {
	seed := sha256.Sum256(row)
	block, err := aes.NewCipher(seed[:])
	if err != nil {
		return fmt.Errorf("digest a row: %w", err)
	}
	var first [aes.BlockSize]byte
	var spread [laneBytes]byte
	cipher.NewCTR(block, first[:]).XORKeyStream(spread[:], spread[:])
	for i := range m.lane {
		m.lane[i] += times * binary.LittleEndian.Uint16(spread[2*i:])
	}
	return nil
}
