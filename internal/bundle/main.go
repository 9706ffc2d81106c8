// Command bundle builds the packages of the Lambda function: for each architecture a zip with the file bootstrap in it, the
// same bytes from the same source.
package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

func main() {
	out := flag.String("o", "bin", "folder for the packages")
	flag.Parse()
	architectures := flag.Args()
	if len(architectures) == 0 {
		architectures = []string{"arm64", "amd64"}
	}
	for _, arch := range architectures {
		name := filepath.Join(*out, "riposte-lambda-"+arch+".zip")
		if err := bundle(context.Background(), name, arch); err != nil {
			fmt.Fprintf(os.Stderr, "bundle: %v\n", err)
			os.Exit(1)
		}
	}
}

// bundle builds the function for one architecture into a package, and says how large it is.
func bundle(ctx context.Context, name, arch string) error {
	binary, err := build(ctx, arch)
	if err != nil {
		return fmt.Errorf("build for %s: %w", arch, err)
	}
	var b bytes.Buffer
	if err := pack(&b, binary); err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
		return err
	}
	_, err = fmt.Printf("%s  %.1f MB (bootstrap %.1f MB)\n", name, megabytes(b.Len()), megabytes(len(binary)))
	return err
}

func megabytes(n int) float64 { return float64(n) / 1e6 }

// build is the function as the runtime provided.al2023 starts it: static, without symbols and without the old RPC runtime.
func build(ctx context.Context, arch string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "riposte-lambda-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "bootstrap")
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-tags=lambda.norpc", "-o", name, "github.com/ripostehq/riposte/cmd/riposte-lambda")
	c.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0")
	c.Stdout, c.Stderr = os.Stderr, os.Stderr
	if err := c.Run(); err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

// pack puts a binary into a zip as the executable bootstrap, at the oldest time that a zip knows: when it was built must not
// make another package of it.
func pack(w io.Writer, binary []byte) error {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	h := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
	h.SetMode(0o755)
	f, err := z.CreateHeader(h)
	if err != nil {
		return err
	}
	if _, err := f.Write(binary); err != nil {
		return err
	}
	return z.Close()
}
