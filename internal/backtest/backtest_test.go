package backtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/backtest"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/source/files"
	"github.com/ripostehq/riposte/playbooks"
)

const rules = `
organization:
  accounts:
    - {id: "111122223333", name: shop, ou: ou-abcd-11112222}
    - {id: "444455556666", name: lab, environment: sandbox, ou: ou-abcd-33334444}
trusted:
  - {issuer: "arn:aws:iam::111122223333:role/deploy", id: AROAEXAMPLEDEPLOY000, playbooks: [launch.*]}
playbooks:
  launch.unapproved-image: {mode: ask, sandbox: act}
`

func configured(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := config.Parse("riposte.yaml", []byte(text), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// launch is the record of an instance that a role's session launched.
func launch(n int, account, role, day string) string {
	return fmt.Sprintf(`{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE%[3]s000:x","arn":"arn:aws:sts::%[2]s:assumed-role/%[4]s/x","accountId":"%[2]s",`+
		`"accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE%[3]s000","arn":"arn:aws:iam::%[2]s:role/%[4]s","accountId":"%[2]s","userName":"%[4]s"},`+
		`"attributes":{"mfaAuthenticated":"false"}}},"eventTime":"%[5]sT10:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7",`+
		`"userAgent":"APN/1.0 HashiCorp/1.0 Terraform/1.5","requestParameters":{"instancesSet":{"items":[{"imageId":"ami-0123456789abcdef0","minCount":1,"maxCount":1}]}},`+
		`"responseElements":{"instancesSet":{"items":[{"instanceId":"i-%017[1]x","imageId":"ami-0123456789abcdef0","vpcId":"vpc-0a1b2c3d"}]}},"requestID":"r-%[1]d","eventID":"e-%[1]d","recipientAccountId":"%[2]s"}`,
		n, account, strings.ToUpper(role), role, day)
}

// history is a trail of n files in the order of their names: in each two launches, of two accounts, a day after the other.
func history(n int) (names, contents []string) {
	for i := range n {
		day := time.Date(2026, 3, 1+i%20, 0, 0, 0, 0, time.UTC)
		names = append(names, fmt.Sprintf("trail/%04d/111122223333_CloudTrail_eu-west-1_%s_%d.json", i, day.Format("20060102T1504Z"), i))
		contents = append(contents, `{"Records":[`+launch(2*i, "111122223333", "deploy", day.Format(time.DateOnly))+","+launch(2*i+1, "444455556666", "rogue1", day.Format(time.DateOnly))+`]}`)
	}
	return names, contents
}

// remote serves a history, and calls told before each file.
func remote(n int, told func(i int)) app.Remote {
	names, contents := history(n)
	return func(_ context.Context, path string) (iter.Seq[files.File], bool) {
		return func(yield func(files.File) bool) {
			for i := range names {
				f := files.File{Path: names[i], Within: path, Size: int64(len(contents[i]))}
				f.Fetch = func(ctx context.Context) (io.ReadCloser, error) {
					told(i)
					return io.NopCloser(strings.NewReader(contents[i])), ctx.Err()
				}
				if !yield(f) {
					return
				}
			}
		}, path == "trail"
	}
}

func backtested(ctx context.Context, t *testing.T, state *backtest.State, r app.Remote) (*backtest.Report, error) {
	t.Helper()
	return backtest.Run(ctx, backtest.Options{Config: configured(t, rules), State: state}, app.ReplayInput{Paths: []string{"trail"}, Remote: r, Workers: 2})
}

func opened(t *testing.T, name string) *backtest.State {
	t.Helper()
	s, err := backtest.OpenState(name, "this", time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Killed again and again, it comes to the same as without: what could not be read is told once, too.
func TestABacktestThatIsKilledGoesOn(t *testing.T) {
	const n = 400
	remote := func(n int, told func(int)) app.Remote {
		list := remote(n, told)
		return func(ctx context.Context, path string) (iter.Seq[files.File], bool) {
			all, ok := list(ctx, path)
			return func(yield func(files.File) bool) {
				for f := range all {
					if strings.HasPrefix(f.Path, "trail/0010/") && !yield(files.File{Path: "trail/0010/", Err: errors.New("refused")}) || !yield(f) {
						return
					}
				}
			}, ok
		}
	}
	whole, err := backtested(t.Context(), t, nil, remote(n, func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	name, reads := filepath.Join(t.TempDir(), "state"), 0
	for _, end := range []int{130, 131, 290} {
		ctx, kill := context.WithCancel(t.Context())
		s := opened(t, name)
		if _, err := backtested(ctx, t, s, remote(n, func(i int) {
			if i == end {
				kill()
			}
		})); err == nil {
			t.Fatalf("killed at file %d it ends well", end)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, `{"suspect":{"line":{"pla`); err != nil { // a line that was cut off by the kill
			t.Fatal(err)
		}
		f.Close()
	}
	s := opened(t, name)
	counts := make(chan int, n)
	got, err := backtested(t.Context(), t, s, remote(n, func(int) { counts <- 1 }))
	if err != nil {
		t.Fatal(err)
	}
	for len(counts) > 0 {
		reads += <-counts
	}
	if reads > n-200 {
		t.Errorf("%d files were read again of %d", reads, n)
	}
	got.Summary.Seconds, whole.Summary.Seconds = 0, 0
	if whole.Unreadable != 1 {
		t.Errorf("%d could not be read", whole.Unreadable)
	}
	a, b := encoded(t, got), encoded(t, whole)
	if diff := cmp.Diff(b, a); diff != "" {
		t.Error(diff)
	}
	if err := s.Remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(name); !os.IsNotExist(err) {
		t.Errorf("the state stays: %v", err)
	}
}

func encoded(t *testing.T, r *backtest.Report) string {
	t.Helper()
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAStateOfSomethingElseIsRefused(t *testing.T) {
	name := filepath.Join(t.TempDir(), "state")
	if err := opened(t, name).Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := backtest.OpenState(name, "that", time.Time{}, time.Time{}); err == nil || !strings.Contains(err.Error(), "something else") {
		t.Errorf("another backtest: %v", err)
	}
	for _, junk := range []string{"notes\n", "notes", "{}", "{}\n", strings.Repeat("x", 1<<17), `{"other":`, `{"suspect":{}}` + "\n"} {
		if err := os.WriteFile(name, []byte(junk), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := backtest.OpenState(name, "this", time.Time{}, time.Time{}); err == nil || !strings.Contains(err.Error(), "no state of a backtest") {
			t.Errorf("%q: %v", junk, err)
		}
		if kept, _ := os.ReadFile(name); string(kept) != junk {
			t.Errorf("%q was overwritten: %q", junk, kept)
		}
	}
	for _, cut := range []string{"", `{"be`, `{"begun":{"of":"th`} {
		if err := os.WriteFile(name, []byte(cut), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := opened(t, name).Close(); err != nil { // killed within its first line
			t.Errorf("%q: %v", cut, err)
		}
	}
}

func TestAReportCountsByModesAndRules(t *testing.T) {
	r, err := backtested(t.Context(), t, nil, remote(30, func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]backtest.Row{}
	for _, table := range r.Tables {
		for _, row := range table.Rows {
			rows[table.By+" "+row.Name] = row
		}
	}
	for name, want := range map[string][5]int{ // suspects, left alone, act, ask, observe
		"playbook launch.unapproved-image":        {60, 30, 30, 0, 0},
		"deployment method terraform":             {180, 90, 30, 0, 60}, // by-hand and creator beside it, of which trust in launch.* takes the one, as the sandbox does in the lab
		"account 444455556666 lab":                {rows["account 444455556666 lab"].Suspects, 30, 30, 0, rows["account 444455556666 lab"].Suspects - 60},
		"organisational unit ou-abcd-33334444":    {rows["account 444455556666 lab"].Suspects, 30, 30, 0, rows["account 444455556666 lab"].Suspects - 60},
		"playbook launch.termination-unprotected": {},
	} {
		row := rows[name]
		if got := [5]int{row.Suspects, row.Alone, row.Act, row.Ask, row.Observe}; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if r.Days != 20 || r.EventsPerDay != 3 || r.Accounts != 1 { // 60 launches in the files of 20 days
		t.Errorf("%d days, %v events a day, %d accounts", r.Days, r.EventsPerDay, r.Accounts)
	}
	quieter := fmt.Sprint(r.Quieter)
	if want := `trusted: [{issuer: "arn:aws:iam::444455556666:role/rogue1", id: AROAEXAMPLEROGUE1000, playbooks: [launch.unapproved-image]}] 30 0`; !strings.Contains(quieter, want) {
		t.Errorf("quieter: %s", quieter)
	}
}

// The modes are those of the moment: what has ended, and what is enforced later, acts on nothing.
func TestModesAreThoseOfTheMoment(t *testing.T) {
	for text, want := range map[string]string{
		"{mode: {mode: act, until: 2026-03-01T00:00:00Z, then: ask}}":            "[0 30 0]",
		"{mode: {mode: act, until: 2026-05-01T00:00:00Z, then: ask}}":            "[30 0 0]",
		"{mode: act, enforce_from: 2026-05-01}":                                  "[0 0 30]",
		"{mode: act, enforce_from: 2026-03-01}":                                  "[30 0 0]",
		"{mode: ask, sandbox: {mode: act, until: 2026-03-01T00:00:00Z}}":         "[0 30 0]",
		"{mode: ask, destroy: {mode: act, until: 2026-03-01T00:00:00.0000001Z}}": "[0 30 0]",
	} {
		c := configured(t, strings.Replace(rules, "{mode: ask, sandbox: act}", text, 1))
		r, err := backtest.Run(t.Context(), backtest.Options{Config: c, Now: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)},
			app.ReplayInput{Paths: []string{"trail"}, Remote: remote(30, func(int) {}), Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range r.Answers {
			if got := fmt.Sprint([]int{a.Act, a.Ask, a.Observe}); a.Playbook == "launch.unapproved-image" && got != want {
				t.Errorf("%s: %s, want %s", text, got, want)
			}
		}
	}
}

// Of a window of days the days, and what they bring, are those of the window; where it holds nothing, that is told and no all-clear.
func TestAWindowCountsItsOwnDays(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }
	in := func(from, to time.Time) *backtest.Report {
		r, err := backtest.Run(t.Context(), backtest.Options{Config: configured(t, rules), From: from, To: to},
			app.ReplayInput{Paths: []string{"trail"}, Remote: remote(20, func(int) {}), Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := in(day(3), day(6).Add(12*time.Hour)); r.Days != 4 || r.EventsPerDay != 2 || r.From != "2026-03-03" || r.To != "2026-03-06" || r.Unreadable != 0 || r.Accounts != 1 {
		t.Errorf("%d days of %s to %s, %v events a day, %d unreadable, %d accounts", r.Days, r.From, r.To, r.EventsPerDay, r.Unreadable, r.Accounts)
	}
	if r := in(day(3).AddDate(0, 2, 0), day(6).AddDate(0, 2, 0)); r.Unreadable != 1 || r.Days != 0 || r.Accounts != 0 || !strings.Contains(fmt.Sprint(r.Unread), "trail: there is no log file of 2026-05-03 to 2026-05-06: 20 are of another time") {
		t.Errorf("%d days, %d accounts, %d unreadable: %s", r.Days, r.Accounts, r.Unreadable, r.Unread)
	}
}

// More suspects than are looked at one by one: what would have been done is of all of them.
func TestAnswersAreOfAllSuspects(t *testing.T) {
	const n = 3600
	r, err := backtested(t.Context(), t, nil, remote(n, func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	if r.Beyond == 0 {
		t.Fatalf("only %d suspects", r.Suspects)
	}
	found := 0
	for _, a := range r.Answers {
		if a.Playbook == "launch.unapproved-image" && a.Class == "destroy" {
			found++
			if a.Targets != n || a.Act != n || a.Accounts != 1 || a.More { // of the other account a rule leaves them alone
				t.Errorf("%+v", a)
			}
		}
	}
	if found != 1 {
		t.Errorf("%d answers destroy: %+v", found, r.Answers)
	}
	if want := fmt.Sprintf("the first 20,000 of %s suspects", backtest.Figure(int64(r.Suspects))); r.QuieterOf != want || r.AnswersOf != "" {
		t.Errorf("quieter is of %q, answers of %q", r.QuieterOf, r.AnswersOf)
	}
	var b bytes.Buffer
	r.Checked, r.AnswersOf = true, r.QuieterOf
	if err := r.WriteHTML(&b, "s3://trail", time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)); err != nil || !strings.Contains(b.String(), "Only what the present confirms, of "+r.AnswersOf) {
		t.Errorf("the page does not say of how many: %v", err)
	}
}

func TestAPageNeedsNothingBesideItselfAndTakesNoMarkupFromARecord(t *testing.T) {
	r, err := backtested(t.Context(), t, nil, remote(30, func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	r.Tables[0].Rows[0].Name = `<script>alert(1)</script>`
	r.Unread, r.Unreadable = []string{`x"><img src=http://x.example/>`}, 1
	r.Gaps = []backtest.Gap{{From: "2026-03-02", To: "2026-03-03"}}
	var b bytes.Buffer
	if err := r.WriteHTML(&b, "s3://trail", time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, bad := range []string{"<script", "<img", "src=", "href=", "url(", "@import"} {
		if strings.Contains(strings.ReplaceAll(page, "&lt;img src=http://x.example/&gt;", ""), bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, want := range []string{"<svg", `<rect class="act"`, "2026-03-02 to 2026-03-03", "default-src 'none'", "terminate an instance", "permissions --cost 3"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// Whatever a state file holds, it is gone on with, or refused as it is.
func FuzzState(f *testing.F) {
	f.Add([]byte(`{"begun":{"of":"this","from":"0001-01-01T00:00:00Z","to":"0001-01-01T00:00:00Z"}}` + "\n" + `{"reached":{"files":{"trail":"a"},"summary":{"records":3},"wanted":1}}` + "\n"))
	f.Add([]byte(`{"begun":{"of":"this"}}` + "\n" + `{"suspect":{"line":{"playbook":"launch.by-hand"},"at":{"facts":"e30="}}}` + "\n" + `{"reached":{}}` + "\n"))
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		name := filepath.Join(t.TempDir(), "state")
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := backtest.OpenState(name, "this", time.Time{}, time.Time{})
		if err != nil {
			if kept, _ := os.ReadFile(name); !bytes.Equal(kept, data) {
				t.Errorf("%v, and it was changed", err)
			}
			return
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if again, err := backtest.OpenState(name, "this", time.Time{}, time.Time{}); err != nil {
			t.Errorf("once opened it is refused: %v", err)
		} else {
			again.Close()
		}
	})
}
