package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/internal/doctor"
)

// Where all is well in an organisation it fits a screen, and what is wrong in many accounts is said once, with some of them by name.
func TestADoctorSaysOnceWhatIsWrongInManyAccounts(t *testing.T) {
	var out bytes.Buffer
	e := &examined{sh: &shell{out: &out}, count: map[doctor.State]int{}, names: map[string]string{"111122220005": "shop"}}
	for i := range 64 {
		account := fmt.Sprintf("1111222200%02d", i)
		e.tell(doctor.Finding{Check: "role", Account: account, State: doctor.OK, Says: "the audit role can be assumed"})
		for n := range 17 {
			f := doctor.Finding{Check: "rules", Account: account, Region: fmt.Sprintf("eu-west-%d", n), State: doctor.OK, Says: "delivered"}
			if i >= 5 && n == 1 {
				f.State, f.Says, f.Mend = doctor.Failed, "no rule delivers ec2:RunInstances", "deploy the spoke in account "+account
			}
			e.tell(f)
		}
	}
	e.tell(doctor.Finding{Check: "deny", Account: "111122220005", State: doctor.Failed, Says: "it is not there", Mend: "deploy it"})
	e.print()
	want := []string{
		"ok       role          64 accounts                 the audit role can be assumed",
		"ok       rules         64 accounts, 17 regions     delivered",
		"failed   rules         59 accounts, eu-west-1      no rule delivers ec2:RunInstances",
		strings.Repeat(" ", 51) + "in eu-west-1: 111122220005 (shop), 111122220006, 111122220007, 111122220008, 111122220009, 111122220010, 111122220011, 111122220012 and 51 more (--format json names them)",
		strings.Repeat(" ", 51) + "-> deploy the spoke in account ACCOUNT",
		"failed   deny          111122220005 (shop)         it is not there",
		strings.Repeat(" ", 51) + "-> deploy it",
	}
	if got := strings.Split(strings.TrimRight(out.String(), "\n"), "\n"); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Who mends wants what does not work, and nothing else; the counts are of all.
func TestADoctorSaysWhatFailedAlone(t *testing.T) {
	var out bytes.Buffer
	e := &examined{sh: &shell{out: &out}, count: map[doctor.State]int{}, failed: true}
	for _, s := range []doctor.State{doctor.OK, doctor.Warning, doctor.Failed} {
		e.tell(doctor.Finding{Check: "role", Account: "111122220000", State: s, Says: "it is " + string(s)})
	}
	e.print()
	if got := out.String(); got != "failed   role          111122220000                it is failed\n" || e.count[doctor.OK] != 1 {
		t.Errorf("got %q, counted %v", got, e.count)
	}
}
