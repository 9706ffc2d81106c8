package permissions

import (
	"testing"

	"github.com/ripostehq/riposte/iam"
)

// TestContainDeletesRecordsAndWritesNone: what a stolen session of the contain tier can't do to a company's names.
func TestContainDeletesRecordsAndWritesNone(t *testing.T) {
	contain, _ := tier(t, everything(), "contain")
	author, _ := tier(t, everything(), "author")
	const zone = "arn:aws:route53:::hostedzone/Z1"
	may := func(p iam.Policy, actions, types []string) bool {
		var x iam.Context
		x.SetAll("route53:ChangeResourceRecordSetsActions", actions)
		x.SetAll("route53:ChangeResourceRecordSetsRecordTypes", types)
		return iam.Evaluate(iam.Request{Action: "route53:ChangeResourceRecordSets", Resource: zone, Context: x}, iam.Policies{Identity: []iam.Policy{p}}).Effect == iam.Allowed
	}
	for _, c := range []struct {
		story          string
		actions, types []string
		want           bool
	}{
		{"deletes a CNAME", []string{"DELETE"}, []string{"CNAME"}, true},
		{"deletes addresses and a delegation", []string{"DELETE", "DELETE", "DELETE"}, []string{"A", "AAAA", "NS"}, true},
		{"creates a record", []string{"CREATE"}, []string{"A"}, false},
		{"repoints one", []string{"UPSERT"}, []string{"CNAME"}, false},
		{"hides a creation behind a deletion", []string{"DELETE", "CREATE"}, []string{"A", "A"}, false},
		{"deletes a mail record", []string{"DELETE"}, []string{"MX"}, false},
		{"deletes what proves a domain, behind an address", []string{"DELETE", "DELETE"}, []string{"A", "TXT"}, false},
		{"says nothing of what it does", nil, nil, false},
	} {
		if got := may(contain, c.actions, c.types); got != c.want {
			t.Errorf("contain %s: %v, want %v", c.story, got, c.want)
		}
	}
	if !may(author, []string{"CREATE"}, []string{"CNAME"}) {
		t.Error("nothing gives a record back")
	}
}
