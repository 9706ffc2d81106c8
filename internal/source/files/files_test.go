package files_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/source/files"
)

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func zipped(content string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, content)
	w.Close()
	return b.String()
}

func TestListFindsFilesInOrderAndOnce(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b/2.json", "a/1.json.gz", "a/deep/er/3.jsonl", "a/read.me", "c.jsonl.gz", "plain.log"} {
		write(t, filepath.Join(dir, name), "x")
	}
	if err := os.Symlink(filepath.Join(dir, "plain.log"), filepath.Join(dir, "b", "link.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "nowhere"), filepath.Join(dir, "b", "dangling.json")); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files.List([]string{filepath.Join(dir, "plain.log"), dir, filepath.Join(dir, "b") + "/", "-"}) {
		name := strings.TrimPrefix(f.Path, dir+"/")
		if f.Err != nil {
			name += ": error"
		}
		got = append(got, name)
	}
	want := []string{"-", "a/1.json.gz", "a/deep/er/3.jsonl", "a/read.me", "b/2.json", "b/dangling.json: error", "b/link.json", "c.jsonl.gz", "plain.log"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnOpenerIsAsGoodAsNewBehindAnyFile(t *testing.T) {
	dir := t.TempDir()
	var read atomic.Int64
	o := files.Opener{Read: &read}
	size := 0
	for _, c := range []struct{ story, content, want, err string }{
		{"plain", "hello", "hello", ""},
		{"gzipped", zipped("hello"), "hello", ""},
		{"two gzips in one", zipped("hel") + zipped("lo"), "hello", ""},
		{"one byte", "{", "{", ""},
		{"empty", "", "", "is empty"},
		{"a gzip that ends in its header", "\x1f\x8b\x08", "", "read gzip header: unexpected EOF"},
		{"no gzip behind its first bytes", "\x1f\x8bhello, this is no gzip", "", "read gzip header: gzip: invalid header"},
		{"gzipped again", zipped("again"), "again", ""},
		{"cut off", zipped(strings.Repeat("hello", 100))[:30], "", "unexpected EOF"},
		{"plain at last", "bye", "bye", ""},
	} {
		path := filepath.Join(dir, "x")
		write(t, path, c.content)
		size += len(c.content)
		got, err := contents(&o, path)
		if c.err == "" && (err != nil || got != c.want) {
			t.Errorf("%s: %q, %v", c.story, got, err)
		}
		if c.err != "" && (err == nil || err.Error() != c.err) {
			t.Errorf("%s: want %q, have %v", c.story, c.err, err)
		}
	}
	if read.Load() != int64(size) {
		t.Errorf("%d bytes counted on disk, want %d", read.Load(), size)
	}
}

func contents(o *files.Opener, path string) (string, error) {
	log, err := o.Open(files.File{Path: path})
	if err != nil {
		return "", err
	}
	defer log.Close()
	b, err := io.ReadAll(log)
	return string(b), err
}

func TestOnlyAnUnlikelyGzipIsCapped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	write(t, path, zipped(strings.Repeat("hello", 100_000)))
	if got, err := contents(&files.Opener{}, path); err != nil || len(got) != 500_000 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if _, err := contents(&files.Opener{MaxSize: 1000}, path); err == nil || err.Error() != "more than 1000 bytes decompressed" {
		t.Errorf("want the cap, have %v", err)
	}
	write(t, path, strings.Repeat("hello", 1000))
	if got, err := contents(&files.Opener{MaxSize: 1000}, path); err != nil || len(got) != 5000 {
		t.Errorf("what is not compressed has its size on disk: %d bytes, %v", len(got), err)
	}
}
