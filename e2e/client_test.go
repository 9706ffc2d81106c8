package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/internal/mototest"
)

// client is the aws command line: a client by other people.
type client struct {
	path, endpoint string
	env            []string
}

func clientOf(t testing.TB, s *mototest.Server) client {
	t.Helper()
	return client{mototest.Program(t, "aws"), s.URL, append(append(os.Environ(), s.Env()...), "AWS_PAGER=")}
}

// call runs a command ("ec2", "describe-instances", ...) and decodes its answer; version 1 takes the endpoint of SQS only
// from the flag.
func (c client) call(t testing.TB, into any, args ...string) error {
	cmd := exec.CommandContext(t.Context(), c.path, append([]string{"--endpoint-url", c.endpoint, "--output", "json"}, args...)...)
	var out, said bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = c.env, &out, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("aws %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(said.Bytes()))
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(out.Bytes(), into); err != nil {
		return fmt.Errorf("aws %s: %w: %s", strings.Join(args, " "), err, out.Bytes())
	}
	return nil
}

// says wants one value of an answer, picked with --query.
func (c client) says(t testing.TB, want, query string, args ...string) error {
	var got any
	if err := c.call(t, &got, append(args, "--query", query)...); err != nil {
		return err
	}
	if text := fmt.Sprint(got); text != want {
		return fmt.Errorf("%s is %s, want %s", query, text, want)
	}
	return nil
}

// as is the same client with other credentials.
func (c client) as(env []string) client {
	c.env = append(slices.Clone(c.env), env...)
	return c
}
