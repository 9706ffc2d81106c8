package show

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// An incident is looked up for one of its cases, and each shows what was found: of the same caller.
func TestRecentCallsAreThoseOfTheCaseOrOfOneBesideIt(t *testing.T) {
	asked := noon.Add(2 * time.Minute)
	recent := &ledger.Recent{
		Asked: asked, Since: noon.Add(-time.Hour), Account: "111122223333", Region: "eu-west-1", Unseen: "more",
		Calls: []ledger.RecentCalls{
			{Call: "ec2:DescribeInstances", From: "198.51.100.7", Times: 40, First: noon.Add(-3 * time.Minute), Last: noon},
			{Call: "iam:CreateUser", From: "cloudformation.amazonaws.com", Error: "AccessDenied", Times: 1, First: noon, Last: noon},
		},
	}
	mine, beside, other := given(t, ledger.Step{}, ledger.Step{}), given(t, ledger.Step{}, ledger.Step{}), given(t, ledger.Step{}, ledger.Step{})
	beside.ID, other.ID = "c_beside", "c_other"
	other.Origin.Actor.PrincipalID, other.Recent = "AIDAOTHER", recent
	if got := RecentOf(mine, []*ledger.Case{mine, other, beside}); got != nil {
		t.Errorf("another caller's: %+v", got)
	}
	beside.Recent = recent
	got, err := json.Marshal(RecentOf(mine, []*ledger.Case{mine, other, beside}))
	const want = `{"case":"c_beside","asked":"2026-03-01T11:02:00Z","since":"2026-03-01T10:00:00Z","account":"111122223333","region":"eu-west-1","calls":[` +
		`{"call":"ec2:DescribeInstances","times":40,"first":"2026-03-01T10:57:00Z","last":"2026-03-01T11:00:00Z","from":"198.51.100.7"},` +
		`{"call":"iam:CreateUser","times":1,"first":"2026-03-01T11:00:00Z","last":"2026-03-01T11:00:00Z","from":"cloudformation.amazonaws.com","error":"AccessDenied"}],"unseen":"more"}`
	if err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
	mine.Recent = &ledger.Recent{Asked: noon}
	if got := RecentOf(mine, []*ledger.Case{beside}); got == nil || got.Case != "" || !got.Asked.Equal(noon) {
		t.Errorf("its own: %+v", got)
	}
	var said []string
	for _, one := range RecentOf(beside, nil).Calls {
		said = append(said, one.Says)
	}
	if len(said) != 2 || said[0] != "ec2:DescribeInstances 40 times, 10:57 to 11:00, from 198.51.100.7" || said[1] != "iam:CreateUser, 11:00, from cloudformation.amazonaws.com, failed: AccessDenied" {
		t.Errorf("%q", said)
	}
}
