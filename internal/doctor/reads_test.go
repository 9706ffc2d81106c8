package doctor_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/doctor"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/pattern"
	"github.com/ripostehq/riposte/playbook"
)

// A rule that delivers what callers change and not what they read is blind to most of what a stolen session does.
func TestARuleWithoutReadsIsFound(t *testing.T) {
	moto := mototest.Start(t)
	all := rules(t, []playbook.Definition{{ID: "test.callers", On: []playbook.Trigger{playbook.CallerInstance().AlsoReads()}}})
	p := doctor.Parts{
		Config: configured(t, `organization: {accounts: [{id: "`+mototest.Account+`"}], regions: [eu-west-1]}`), Own: moto.Config, Home: ireland,
		Accounts: []doctor.Account{{ID: mototest.Account, Regions: []string{"eu-west-1"}}},
		Rules:    all, Ledger: func() (string, error) { return "it can be read", nil }, Now: time.Now, Call: time.Minute,
		AWS: cloud.New(cloud.Options{Base: moto.Config, Guard: doctor.Guard(), Now: time.Now}),
	}
	says := func(state, want string) {
		t.Helper()
		for _, r := range all {
			r.State = state
			deliver(t, moto, ireland, []pattern.Rule{r})
		}
		for _, line := range said(t, p) {
			if strings.Contains(line, "rules eu-west-1") && !strings.HasPrefix(line, want) {
				t.Errorf("with state %s: %q, want %q", state, line, want)
			}
		}
	}
	says("DISABLED", "failed rules eu-west-1: no enabled rule on the default bus delivers calls by instances' sessions")
	says(pattern.Writes, "failed rules eu-west-1: reads are left out of calls by instances' sessions: their rules lack the state "+pattern.AllCalls)
	says(pattern.AllCalls, "ok rules eu-west-1")
}
