package block_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/internal/code/block"
)

// packed is an archive as a forge sends one.
func packed(t testing.TB, write func(*tar.Writer)) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	write(w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func entry(t testing.TB, w *tar.Writer, h tar.Header, text string) {
	t.Helper()
	if h.Size = int64(len(text)); h.Typeflag != tar.TypeXGlobalHeader {
		h.Mode = 0o644
	}
	if err := w.WriteHeader(&h); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

const one = "resource \"aws_eip\" \"a\" {}\n"

// Of an archive the files of the wanted folders are read, below the one folder that forges pack all in.
func TestAnArchiveIsRead(t *testing.T) {
	b := packed(t, func(w *tar.Writer) {
		entry(t, w, tar.Header{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": "abc"}}, "")
		entry(t, w, tar.Header{Name: "acme-dns-0a1b/terraform/dns/main.tf"}, one)
		entry(t, w, tar.Header{Name: "acme-dns-0a1b/other/main.tf"}, "resource {{{")
		entry(t, w, tar.Header{Name: "acme-dns-0a1b/README", Typeflag: tar.TypeSymlink, Linkname: "docs/README"}, "")
	})
	tree, err := block.ReadArchive(bytes.NewReader(b), []string{"terraform/"}, block.Customary())
	if err != nil {
		t.Fatal(err)
	}
	m, err := tree.Module("terraform/dns")
	if err != nil {
		t.Fatal(err)
	}
	if x, err := m.Resource("aws_eip.a"); err != nil {
		t.Error(err)
	} else if file, line := x.Place(); file != "terraform/dns/main.tf" || line != 1 {
		t.Errorf("%s:%d", file, line)
	}
	for _, folder := range []string{"other", "terraform", "../etc"} {
		if _, err := tree.Module(folder); err == nil {
			t.Errorf("%s was read", folder)
		}
	}
}

// What an archive should not have is told, and nothing of it is read.
func TestArchivesThatAreRefused(t *testing.T) {
	for story, c := range map[string]struct {
		archive []byte
		want    string
	}{
		"no archive": {[]byte("<html>sign in</html>"), "not what forges send"},
		"cut off":    {packed(t, func(w *tar.Writer) { entry(t, w, tar.Header{Name: "a/b.tf"}, strings.Repeat(one, 9000)) })[:200], "ends too soon"},
		"above":      {packed(t, func(w *tar.Writer) { entry(t, w, tar.Header{Name: "a/../../etc/b.tf"}, one) }), `outside of itself, "a/../../etc/b.tf"`},
		"absolute":   {packed(t, func(w *tar.Writer) { entry(t, w, tar.Header{Name: "/etc/b.tf"}, one) }), "outside of itself"},
		"many": {packed(t, func(w *tar.Writer) {
			for i := range 102 {
				entry(t, w, tar.Header{Name: fmt.Sprintf("a/%d", i)}, "")
			}
		}), "more than 100 entries"},
		"too large":        {packed(t, func(w *tar.Writer) { entry(t, w, tar.Header{Name: "a/film"}, strings.Repeat(" ", 4<<20)) }), "the repository has more than 3 MiB"},
		"a file too large": {packed(t, func(w *tar.Writer) { entry(t, w, tar.Header{Name: "a/b.tf"}, strings.Repeat(" ", 2<<20)) }), "b.tf has more than 1 MiB"},
	} {
		tree, err := block.ReadArchive(bytes.NewReader(c.archive), nil, block.Limits{Entries: 100, Bytes: 3 << 20, File: 1 << 20})
		if err == nil || !strings.Contains(err.Error(), c.want) || tree != nil {
			t.Errorf("%s: %v", story, err)
		}
	}
	linked, err := block.ReadArchive(bytes.NewReader(packed(t, func(w *tar.Writer) {
		entry(t, w, tar.Header{Name: "a/b.tf"}, one)
		entry(t, w, tar.Header{Name: "a/c.tf", Typeflag: tar.TypeSymlink, Linkname: "../../../etc/passwd"}, "")
	})), nil, block.Customary())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := linked.Module(""); err == nil || !strings.Contains(err.Error(), "c.tf: it is a link, which riposte does not follow") {
		t.Errorf("a link: %v", err)
	}
}

// A folder of this machine is read as it lies there; what is a link in it is not followed.
func TestAFolderIsRead(t *testing.T) {
	at := t.TempDir()
	for name, text := range map[string]string{"dns/main.tf": one, "dns/.terraform/modules/x/main.tf": "resource {", "secret.tf": one} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(at, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(at, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(at, "web"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../secret.tf", filepath.Join(at, "web", "main.tf")); err != nil {
		t.Fatal(err)
	}
	tree, err := block.ReadFolder(os.DirFS(at), nil, block.Customary())
	if err != nil {
		t.Fatal(err)
	}
	if m, err := tree.Module("dns"); err != nil {
		t.Error(err)
	} else if _, err := m.Resource("aws_eip.a"); err != nil {
		t.Error(err)
	}
	if _, err := tree.Module("web"); err == nil || !strings.Contains(err.Error(), "link") {
		t.Errorf("a link: %v", err)
	}
	if _, err := block.ReadFolder(os.DirFS(filepath.Join(at, "nowhere")), nil, block.Customary()); err == nil {
		t.Error("nowhere was read")
	}
}
