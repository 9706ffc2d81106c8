package doctor_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/doctor"
)

// What is wrong for one reason in many accounts is one thing to mend.
func TestFindingsAreGroupedByTheirCause(t *testing.T) {
	var all []doctor.Finding
	all = append(all, doctor.Finding{Check: "ledger", State: doctor.OK, Says: "riposte.db can be read"})
	for i := range 64 {
		account := fmt.Sprintf("1111222200%02d", i)
		all = append(all, doctor.Finding{Check: "role", Account: account, State: doctor.OK, Says: "the audit role can be assumed"})
		for _, region := range []string{"eu-west-1", "us-east-1"} {
			f := doctor.Finding{Check: "rules", Account: account, Region: region, State: doctor.OK, Says: "every call that a playbook looks at is delivered"}
			if i >= 5 && region == "eu-west-1" || i == 7 {
				f.State, f.Says = doctor.Failed, "no enabled rule on the default bus delivers ec2:RunInstances"
				f.Mend = fmt.Sprintf("deploy the spoke in account %s, region %s", account, region)
			}
			all = append(all, f)
		}
	}
	refused := func(account, id string) doctor.Finding {
		return doctor.Finding{Check: "read", Account: account, Region: "eu-west-1", State: doctor.Failed, Says: "StatusCode: 403, RequestID: " + id + ", api error UnauthorizedOperation"}
	}
	all = append(all, refused("111122220000", "7f3c-1"), refused("111122220001", "7f3c-2"))

	var got []string
	for _, c := range doctor.Causes(all) {
		line := fmt.Sprintf("%s %s: %s", c.State, c.Check, c.Says)
		if c.Mend != "" {
			line += " -> " + c.Mend
		}
		for _, p := range c.Places {
			line += fmt.Sprintf(" | %d in %v", len(p.Accounts), p.Regions)
		}
		got = append(got, line)
	}
	want := []string{
		"ok ledger: riposte.db can be read",
		"ok role: the audit role can be assumed | 64 in []",
		"ok rules: every call that a playbook looks at is delivered | 63 in [us-east-1] | 5 in [eu-west-1]",
		"failed rules: no enabled rule on the default bus delivers ec2:RunInstances -> deploy the spoke in account ACCOUNT, region REGION | 59 in [eu-west-1] | 1 in [us-east-1]",
		"failed read: StatusCode: 403, api error UnauthorizedOperation | 2 in [eu-west-1]",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// What each account's own network lacks is one thing to mend; the networks of one account are told apart.
func TestNetworksOfManyAccountsAreOneCause(t *testing.T) {
	lacks := func(account, vpc string) doctor.Finding {
		return doctor.Finding{Check: "isolation", Account: account, Region: "eu-west-1", State: doctor.Warning, Says: vpc + " has no isolating group", Mend: "deploy it with Vpc=" + vpc + " in eu-west-1"}
	}
	said := func(all ...doctor.Finding) (out []string) {
		for _, c := range doctor.Causes(all) {
			out = append(out, c.Says+" -> "+c.Mend)
		}
		return out
	}
	one, two := lacks("111122220000", "vpc-0aaaaaaaaaaaaaaaa"), lacks("111122220001", "vpc-b6527fed")
	if d := cmp.Diff([]string{"VPC has no isolating group -> deploy it with Vpc=VPC in eu-west-1"}, said(one, two)); d != "" {
		t.Errorf("of two accounts (-want +got):\n%s", d)
	}
	two.Account = one.Account
	want := []string{"vpc-0aaaaaaaaaaaaaaaa has no isolating group -> deploy it with Vpc=vpc-0aaaaaaaaaaaaaaaa in eu-west-1", "vpc-b6527fed has no isolating group -> deploy it with Vpc=vpc-b6527fed in eu-west-1"}
	if d := cmp.Diff(want, said(one, two)); d != "" {
		t.Errorf("of one account (-want +got):\n%s", d)
	}
}

// Of one place it is said as it was found, the number of AWS's call too, which its support asks for.
func TestWhatWasFoundInOnePlaceIsSaidAsItIs(t *testing.T) {
	f := doctor.Finding{Check: "role", Account: "111122223333", State: doctor.Failed, Says: "assume arn:aws:iam::111122223333:role/riposte-audit: RequestID: 7f3c", Mend: "deploy the spoke in account 111122223333"}
	got := doctor.Causes([]doctor.Finding{f})
	if d := cmp.Diff([]doctor.Cause{{Finding: f, Places: []doctor.Place{{Accounts: []string{"111122223333"}}}}}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
