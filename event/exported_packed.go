package event

import (
	"bytes"
	"encoding/base64"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// largestPacked is the most that one text in base64 may unpack to, in bytes: CloudWatch Logs and Kinesis send 1 MiB, packed.
const largestPacked = 64 << 20

// encoded reports whether a text may be base64 of JSON, or of gzip.
func encoded(t []byte) bool {
	return len(t) >= 24 && slices.ContainsFunc([]string{"ey", "ew", "W3", "Wy", "Ww", "H4sI"}, func(start string) bool {
		return strings.HasPrefix(string(t[:4]), start)
	})
}

// packed looks into what base64 holds; what turns out to be something else holds nothing.
func (d *digger) packed(t []byte, at place) []Content {
	text := strings.TrimRight(string(t), "=")
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		if raw, err = base64.RawURLEncoding.DecodeString(text); err != nil {
			return nil
		}
	}
	if bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		if raw = d.gunzip(raw); raw == nil {
			return nil
		}
	}
	return d.text(raw, place{at.texts + 1, at.values})
}

// gunzip unpacks as much as may still be unpacked of one value; nil where that is too little, or it can't be unpacked.
func (d *digger) gunzip(packed []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		d.fail("a text in base64 that begins like gzip can't be unpacked: %w", err)
		return nil
	}
	most := min(largestPacked, d.left)
	raw, err := io.ReadAll(io.LimitReader(z, int64(most)+1))
	switch {
	case err != nil:
		d.fail("a text in base64 that begins like gzip can't be unpacked: %w", err)
	case len(raw) > most:
		d.fail("a text in base64 unpacks to more than %d bytes", most)
	default:
		d.left -= len(raw)
		return raw
	}
	d.left -= min(len(raw), d.left)
	return nil
}
