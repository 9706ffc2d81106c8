package emf_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/metrics/emf"
	"github.com/ripostehq/riposte/internal/source"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// line is one, as CloudWatch reads it.
type line struct {
	AWS struct {
		Timestamp         int64
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name, Unit string }
		}
	} `json:"_aws"`
}

// written are the lines of a meter, each held to the rules of the format.
func written(t *testing.T, m *emf.Meter) (out []map[string]any) {
	t.Helper()
	var b bytes.Buffer
	if err := m.Flush(&b); err != nil {
		t.Fatal(err)
	}
	for text := range strings.Lines(b.String()) {
		var l line
		root := map[string]any{}
		if err := errors.Join(json.Unmarshal([]byte(text), &l), json.Unmarshal([]byte(text), &root)); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if len(l.AWS.CloudWatchMetrics) != 1 || l.AWS.Timestamp != noon.UnixMilli() {
			t.Fatalf("directive: %s", text)
		}
		d := l.AWS.CloudWatchMetrics[0]
		if d.Namespace != "riposte" || len(d.Dimensions) != 1 || len(d.Metrics) != len(root)-1 {
			t.Errorf("directive: %s", text)
		}
		for _, x := range d.Metrics {
			v, has := root[x.Name]
			if all, is := v.([]any); !has || is && (len(all) == 0 || len(all) > 100) || (x.Unit == "Seconds") != is {
				t.Errorf("%s in %s: %v", x.Name, x.Unit, v)
			}
		}
		delete(root, "_aws")
		out = append(out, root)
	}
	return out
}

// An attack is contained within one invocation; the next has nothing to tell.
func TestAnInvocationTellsWhatItDid(t *testing.T) {
	m := emf.New("riposte", func() time.Time { return noon })
	m.Handled(nil)
	m.Handled(&source.Malformed{Err: errors.New("no record")})
	m.Handled(errors.New("the ledger is away"))
	m.Admitted([]ledger.Admission{{How: "opened"}, {How: "joined"}, {How: "duplicate"}})
	c := &ledger.Case{State: ledger.Acting, Times: ledger.Times{Occurred: noon.Add(-7 * time.Second), Received: noon.Add(-2 * time.Second)}}
	m.Progressed(c, engine.Progress{State: ledger.Suspected})
	m.Acted("iam.deactivate-key", nil)
	m.Acted("iam.deactivate-key", fmt.Errorf("denied: %w", action.ErrCannot))
	m.Acted("iam.deactivate-key", errors.New("throttled"))
	was := engine.Progress{State: c.State, Times: c.Times}
	c.State, c.Times.Contained, c.Paged = ledger.Contained, noon, "look"
	m.Progressed(c, was)
	m.Progressed(c, engine.Progress{State: c.State, Times: c.Times})
	m.Named("launch.unapproved-image", 4*time.Second)
	m.Named("launch.unapproved-image", -time.Second) // clocks differ: it says nothing
	m.Stopped("launch.unapproved-image", errors.New("the ledger is away"))
	got := written(t, m)
	want := "[map[AnswerSeconds:[2] CasesContained:1 CasesOpened:1 CasesPaged:1 ChangesDone:1 ChangesFailed:1 ChangesRefused:1 DeliverySeconds:[5] Errors:1 " +
		"Messages:3 MessagesFailed:1 MessagesMalformed:1 NoticeGainedSeconds:[4] Suspects:3 TimeToContainSeconds:[7]]]"
	if fmt.Sprint(got) != want {
		t.Errorf("told %v\nwant %v", got, want)
	}
	if again := written(t, m); len(again) > 0 {
		t.Errorf("told again: %v", again)
	}
}

// A storm is told in as many lines as it takes, each count once.
func TestMoreValuesThanALineHolds(t *testing.T) {
	m := emf.New("riposte", func() time.Time { return noon })
	for range 250 {
		m.Named("x", time.Second)
		m.Stopped("x", nil)
	}
	values, errs := 0, 0.0
	lines := written(t, m)
	for _, l := range lines {
		values += len(l["NoticeGainedSeconds"].([]any))
		n, _ := l["Errors"].(float64)
		errs += n
	}
	if len(lines) != 3 || values != 250 || errs != 250 {
		t.Errorf("%d lines, %d values, %v errors", len(lines), values, errs)
	}
}
