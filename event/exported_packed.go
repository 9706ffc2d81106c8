package event

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// largestPacked is the most that one text in base64 may unpack to, in bytes: CloudWatch Logs and Kinesis send 1 MiB, packed.
const largestPacked = 64 << 20

// encoded reports whether a text may be base64 of JSON, or of gzip.
func encoded(t []byte) bool {
	if len(t) < 24 {
		return false
	}
	for _, start := range []string{"ey", "ew", "W3", "Wy", "Ww", "H4sI"} {
		if strings.HasPrefix(string(t[:4]), start) {
			return true
		}
	}
	return false
}

// packed looks into what base64 holds; what turns out to be something else holds nothing.
func (d *digger) packed(t []byte, at place) []Content {
	raw, ok := unbase64(t)
	if !ok {
		return nil
	}
	if bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		if raw, ok = d.gunzip(raw); !ok {
			return nil
		}
	}
	return d.text(raw, place{at.texts + 1, at.values})
}

func unbase64(t []byte) ([]byte, bool) {
	text := strings.TrimRight(string(t), "=")
	for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if raw, err := alphabet.DecodeString(text); err == nil {
			return raw, true
		}
	}
	return nil, false
}

// gunzip unpacks as much as may still be unpacked of one value.
func (d *digger) gunzip(packed []byte) ([]byte, bool) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		d.fail("a text in base64 that begins like gzip can't be unpacked: %w", err)
		return nil, false
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
		return raw, true
	}
	d.left -= min(len(raw), d.left)
	return nil, false
}
