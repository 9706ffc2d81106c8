package files_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/ripostehq/riposte/internal/source/files"
)

func zstandard(content string) string {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	return string(w.EncodeAll([]byte(content), nil))
}

func tarred(content ...string) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	_ = w.WriteHeader(&tar.Header{Name: "logs/", Typeflag: tar.TypeDir, Mode: 0o755})
	for i, c := range content {
		_ = w.WriteHeader(&tar.Header{Name: fmt.Sprintf("logs/%d.json", i+1), Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(c))}) // a buffer takes everything
		_, _ = io.WriteString(w, c)
	}
	_ = w.Close()
	return b.String()
}

func archived(content ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, c := range content {
		f, err := w.Create(fmt.Sprintf("../logs/%d.json", i+1))
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(f, c)
	}
	_ = w.Close()
	return b.String()
}

func wide(text string, big bool) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		low, high := byte(u), byte(u>>8)
		if big {
			low, high = high, low
		}
		b.WriteByte(low)
		b.WriteByte(high)
	}
	return b.String()
}

// each lists what a file holds, as path: content or error.
func each(t *testing.T, o *files.Opener, f files.File) (out []string) {
	t.Helper()
	o.Each(t.Context(), f, func(log *files.Log, err error) {
		path := strings.TrimPrefix(log.Path, filepath.Dir(f.Path)+"/")
		if err != nil {
			out = append(out, path+": "+err.Error())
			return
		}
		b, err := io.ReadAll(log)
		text := path + ": " + string(b)
		if err != nil {
			text = fmt.Sprintf("%s: %d bytes, then %v", path, len(b), err)
		}
		out = append(out, text)
	})
	return out
}

func TestAFileIsOpenedInWhateverItIsPacked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	o := &files.Opener{}
	for _, c := range []struct {
		name, content string
		want          []string
	}{
		{"not at all", "{é}", []string{"x: {é}"}},
		{"gzip", zipped("{1}"), []string{"x: {1}"}},
		{"gzip twice", zipped(zipped("{1}")), []string{"x: {1}"}},
		{"gzip again", zipped("{2}") + zipped("{3}"), []string{"x: {2}{3}"}},
		{"zstandard", zstandard("{1}"), []string{"x: {1}"}},
		{"UTF-16 of Windows", "\xff\xfe" + wide("{é}", false), []string{"x: {é}"}},
		{"UTF-16 of others", "\xfe\xff" + wide("{é}", true), []string{"x: {é}"}},
		{"UTF-16 without a mark", wide("{é}", false), []string{"x: {é}"}},
		{"UTF-16 of others without a mark", wide("{é}", true), []string{"x: {é}"}},
		{"UTF-16, gzipped", zipped("\xff\xfe" + wide("{é}", false)), []string{"x: {é}"}},
		{"tar", tarred("{1}", "{2}"), []string{"x/logs/1.json: {1}", "x/logs/2.json: {2}"}},
		{"gzip in tar in gzip", zipped(tarred(zipped("{1}"), "{2}")), []string{"x/logs/1.json: {1}", "x/logs/2.json: {2}"}},
		{"zip", archived("{1}", zipped("{2}")), []string{"x/logs/1.json: {1}", "x/logs/2.json: {2}"}},
		{"zip in gzip", zipped(archived("{1}")), []string{"x/logs/1.json: {1}"}},
		{"nothing", "", []string{"x: is empty"}},
		{"xz", "\xfd7zXZ\x00...", []string{"x: is packed by xz: unpack it first"}},
		{"Parquet", "PAR1...", []string{"x: is Parquet, as Security Lake and tables keep it: riposte reads whole CloudTrail records in JSON"}},
		{"Parquet in tar, beside a log", tarred("PAR1", "{1}"), []string{"x/logs/1.json: is Parquet, as Security Lake and tables keep it: riposte reads whole CloudTrail records in JSON", "x/logs/2.json: {1}"}},
		{"gzip that was cut off", zipped(strings.Repeat("{}", 100))[:20], []string{"x: 200 bytes, then unexpected EOF"}},
		{"tar that was cut off", tarred("{1}")[:600], []string{"x: read tar: unexpected EOF"}},
		{"zip that was cut off", archived("{1}")[:40], []string{"x: read zip: zip: not a valid zip file"}},
		{"itself again and again", zipped(zipped(zipped(zipped(zipped(zipped("{1}")))))), []string{"x: is packed more than 5 times"}},
	} {
		write(t, path, c.content)
		if diff := cmp.Diff(c.want, each(t, o, files.File{Path: path})); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
		piped := &files.Opener{Stdin: strings.NewReader(c.content)}
		for i := range c.want {
			c.want[i] = files.Stdin + strings.TrimPrefix(c.want[i], "x")
		}
		if diff := cmp.Diff(c.want, each(t, piped, files.File{Path: files.Stdin})); diff != "" {
			t.Errorf("%s, through a pipe:\n%s", c.name, diff)
		}
	}
}

func TestNothingUnpacksWithoutEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	long := strings.Repeat(" ", 100_000)
	for name, content := range map[string]string{
		"gzip":                  zipped(long),
		"zstandard":             zstandard(long),
		"gzip in gzip":          zipped(zipped(long)),
		"zip":                   archived(long),
		"all files of zip":      archived(long[:9000], long[:9000], long[:9000]),
		"zip through gzip":      zipped(archived(long)),
		"tar in zstandard":      zstandard(tarred(long)),
		"gzip in a tar":         tarred(zipped(long)),
		"gzip of zeros, UTF-16": zipped("\xff\xfe" + wide(long, false)),
	} {
		write(t, path, content)
		got := strings.Join(each(t, &files.Opener{MaxSize: 10_000}, files.File{Path: path}), "\n")
		if !strings.Contains(got, "more than 10000 bytes decompressed") {
			t.Errorf("%s: %.200q", name, got)
		}
	}
}

func TestWhatLiesElsewhereIsFetched(t *testing.T) {
	gone := errors.New("access denied")
	f := files.File{Path: "s3://trail/a", Fetch: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(archived("{1}"))), nil
	}}
	if got := each(t, &files.Opener{}, f); len(got) != 1 || !strings.HasSuffix(got[0], "a/logs/1.json: {1}") {
		t.Errorf("fetched %q", got)
	}
	f.Fetch = func(context.Context) (io.ReadCloser, error) { return nil, gone }
	if got := each(t, &files.Opener{}, f); len(got) != 1 || !strings.HasSuffix(got[0], "access denied") {
		t.Errorf("fetched %q", got)
	}
}

func TestWhatAFileIsForIsSeenByItsContent(t *testing.T) {
	for head, want := range map[string]bool{
		`{"Records":[`: true, "\n [": true, "\xef\xbb\xbf{": true, `"{\"eventVersion`: true, `12:00 stream {"eventVersion":`: true,
		"": false, "# notes": false, "\x89PNG": false,
	} {
		if files.Text([]byte(head)) != want {
			t.Errorf("%q: want %v", head, want)
		}
	}
	for _, c := range []struct{ path, head, want string }{
		{"a/read.MD", "# notes", "text (.md)"}, {"a/core", "\x7fELF\x00", "binary"}, {"a/x.part", "", "empty (.part)"}, {"a/x.0123456789abcdef", "x", "text"},
	} {
		if got := files.Sort(c.path, []byte(c.head)); got != c.want {
			t.Errorf("%s: %q, want %q", c.path, got, c.want)
		}
	}
	for path, want := range map[string]bool{"x/a.JSON": true, "x/a.json.gz": true, "x/a.ndjson": true, "x/a.json.1": false, "x/a": false} {
		if (files.File{Path: path, Within: "x"}).Meant() != want || !(files.File{Path: path}).Meant() {
			t.Errorf("%s: want %v in a folder, true if named", path, want)
		}
	}
}

func FuzzEachEnds(f *testing.F) {
	for _, s := range []string{zipped("{}"), zstandard("{}"), tarred("{}", zipped("{}")), archived("{}", tarred("x")), "\xff\xfe{\x00", "BZh9", zipped(archived("{}"))} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		o := &files.Opener{Stdin: bytes.NewReader(b), MaxSize: 1 << 20}
		n := 0
		o.Each(t.Context(), files.File{Path: files.Stdin}, func(log *files.Log, err error) {
			if n++; log == nil {
				t.Fatal("nothing was visited")
			}
			if err == nil {
				_, _ = io.Copy(io.Discard, log) // what can't be read is its own end
			}
		})
	})
}
