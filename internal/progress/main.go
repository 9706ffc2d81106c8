// Command progress runs go test and tells of each package when it is done: go test itself keeps what a package did until
// all that stand before it are done, which may be a quarter of an hour.
package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: progress PACKAGES [flags of go test]")
		os.Exit(2)
	}
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	if err := test(context.Background(), os.Args[1], os.Args[2:], os.Stdout, minute.C); err != nil {
		fmt.Fprintf(os.Stderr, "progress: %v\n", err)
		os.Exit(1)
	}
}

// test runs the tests of packages and fails where one of them does. At each tick it tells what is at work.
func test(ctx context.Context, packages string, flags []string, out io.Writer, tick <-chan time.Time) error {
	list, err := exec.CommandContext(ctx, "go", "list", packages).Output()
	if err != nil {
		return fmt.Errorf("list %s: %w", packages, err)
	}
	r := newReport(out, bytes.Count(list, []byte("\n")))
	cmd := exec.CommandContext(ctx, "go", append(append([]string{"test", "-json"}, flags...), packages)...)
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	for lines := read(pipe); lines != nil; {
		select {
		case line, more := <-lines:
			if !more {
				lines = nil
				continue
			}
			r.take(line)
		case <-tick:
			r.tick()
		}
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("go test: %w; %s", err, r.sum())
	}
	return nil
}

// read is what comes out of a pipe, line by line, until it ends.
func read(pipe io.Reader) <-chan []byte {
	lines := make(chan []byte)
	go func() {
		defer close(lines)
		for b := bufio.NewReader(pipe); ; {
			line, err := b.ReadBytes('\n')
			if len(line) > 0 {
				lines <- line
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}
