package cli

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/origin"
	"github.com/ripostehq/riposte/playbooks"
)

// Cut off behind its sources a configuration is valid, and means that nothing acts.
func TestAConfigurationThatIsHalfWrittenIsNotTaken(t *testing.T) {
	const half, rest = "sources: [{stdin: {}}]\n", "playbooks: {launch.unapproved-image: {mode: act}}\n"
	v := serveVerb{}
	v.Config = filepath.Join(t.TempDir(), "riposte.yaml")
	sh := &shell{catalogue: playbooks.All()}
	writes := func(text string) func(context.Context, time.Duration) error {
		return func(context.Context, time.Duration) error { return os.WriteFile(v.Config, []byte(text), 0o600) }
	}
	if err := writes(half)(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if c, err := v.reload(t.Context(), sh, &origin.Watch{Reader: v.reader(), Name: v.file()}, writes(half+rest)); err == nil || !strings.Contains(err.Error(), "riposte.yaml is being written: send SIGHUP again") {
		t.Errorf("it is taken while it is written: %+v, %v", c, err)
	}
	c, err := v.reload(t.Context(), sh, &origin.Watch{Reader: v.reader(), Name: v.file()}, writes(half+rest))
	if err != nil || c.Boldest("launch.unapproved-image") != config.Act {
		t.Errorf("it is not taken when it is whole: %v", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := v.reload(stopped, sh, &origin.Watch{Reader: v.reader(), Name: v.file()}, pause); err == nil {
		t.Error("who is told to stop waits")
	}
}

// A new version was seen, and the read that follows fails: it is told again once it can be read. One whose text is wrong is told once, and so is one that
// can't be read any more.
func TestAVersionThatCouldNotBeReadAfterTheLookIsToldAgain(t *testing.T) {
	version, text, away := 1, "limits: {}", false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if away {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type":"AccessDeniedException","message":"no"}`)
			return
		}
		fmt.Fprintf(w, `{"Parameter":{"Name":"/riposte/config","Type":"String","Value":%q,"Version":%d}}`, text, version)
	}))
	t.Cleanup(server.Close)
	base := func(event.Place) aws.Config {
		return aws.Config{Region: "eu-west-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE000000001", "x", "")}
	}
	v := serveVerb{}
	v.Config = "ssm:/riposte/config"
	sh := &shell{catalogue: playbooks.All()}
	watch := &origin.Watch{Reader: &origin.Reader{AWS: func(context.Context) (func(event.Place) aws.Config, error) { return base, nil }}, Name: v.file()}
	read := func() bool {
		c, err := v.reload(t.Context(), sh, watch, pause)
		return c != nil && err == nil
	}
	looks := func(story string, want ...bool) {
		t.Helper()
		for i, told := range want {
			if changed := watch.Changed(t.Context()); changed != told {
				t.Errorf("%s, look %d: told %t", story, i+1, changed)
			}
		}
	}
	looks("the first", true, false)
	version, text = 2, "limits: {incidents_per_hour: 5}"
	looks("a second", true)
	away = true
	if read() {
		t.Fatal("it was read")
	}
	away = false
	looks("it was not read after all", true, false)
	if !read() {
		t.Error("it is not read")
	}
	version, text = 3, "limits: {incidents_per_hour: 0}"
	looks("a wrong one", true)
	if read() {
		t.Error("it is taken")
	}
	looks("which is no better the next minute", false, false)
	away = true
	looks("it can't be read any more", false, true)
	if read() {
		t.Error("it was read")
	}
	looks("for long", false, false, false)
}
