package cli

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/console"
	"github.com/ripostehq/riposte/playbooks"
)

// The link that is printed opens the pages of the ledger; they end with the process.
func TestTheConsoleShowsALedger(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	if err := fill(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	out, in := io.Pipe()
	sh := &shell{out: io.Discard, err: in, now: time.Now, user: "ann", catalogue: playbooks.All(), kinds: action.Kinds()}
	v := consoleVerb{Listen: "127.0.0.1:0"}
	v.Ledger = file
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- v.Run(ctx, sh) }()
	line, err := bufio.NewReader(out).ReadString('\n')
	address, key, ok := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "console")), "login#")
	if err != nil || !ok {
		t.Fatal(line, err)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.PostForm(address+"login", url.Values{"key": {key}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	r := httptest.NewRequest("GET", address+"cases", nil)
	r.RequestURI = ""
	r.AddCookie(resp.Cookies()[0])
	if resp, err = client.Do(r); err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || !strings.Contains(string(page), "c_01kjmmbx300000000000000000") {
		t.Errorf("%s: %v", page, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// What the configuration says of who comes reaches the pages; on this machine a provider sends people back to the pages' own port.
func TestWhoComesReachesThePages(t *testing.T) {
	const arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/console/0123456789abcdef"
	for _, at := range []config.Console{
		{ALB: config.ALB{ARN: arn, ClientID: "riposte"}}, {Proxy: config.Proxy{Header: "X-Token", Issuer: "https://i", Audience: "a", Keys: "https://i/keys"}},
	} {
		p := &pages{at: at}
		if err := p.opens(false); err != nil {
			t.Fatal(err)
		}
		got := p.options(filePoll)
		if got.Key != "" || got.Front.ALB != (console.ALB{ARN: at.ALB.ARN, ClientID: at.ALB.ClientID}) || got.Front.Proxy != console.Proxy(at.Proxy) {
			t.Errorf("%+v", got)
		}
	}
	for host, want := range map[string]string{"localhost": "localhost:8417", "127.0.0.1": "127.0.0.1:8417", "riposte.example.com": "riposte.example.com"} {
		if got := backTo(config.Console{Listen: "127.0.0.1:8417", Hosts: []string{host}}); got != want {
			t.Errorf("back to %s, want %s", got, want)
		}
	}
}
