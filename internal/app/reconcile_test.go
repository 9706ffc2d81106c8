package app_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"golang.org/x/time/rate"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks"
)

// gates is an account with a group that was open before CloudTrail's event history began, and one that is not.
const gates = `
now: 2030-01-07T02:00:00Z
accounts:
  - id: "111122223333"
    users:
      - {name: riposte, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIARIPOSTE000000001, secret: own}]}
      - {name: olga, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAOLGA000000000001, secret: own}]}
    regions:
      us-east-1:
        security_groups:
          - {id: sg-0a7eb0a7eb0a7eb01, name: old, ingress: [tcp 22 0.0.0.0/0]}
          - {id: sg-0a7eb0a7eb0a7eb02, name: web, ingress: [tcp 443 0.0.0.0/0]}
`

// reconciled counts what a sweep found that no event had brought.
type reconciled struct {
	uncounted
	n int
}

func (r *reconciled) SweepReconciled(n int) { r.n += n }

// A record that never came is found by the next sweep, in CloudTrail's event history, and the case has its caller. Where the history says nothing,
// a person is asked. Both count, once; a case that its event had opened does not.
func TestAMissedEventIsReconciled(t *testing.T) {
	for _, c := range []struct {
		story     string
		delivered bool
		mode      string
		counted   int
		actor     string // of the group that olga opened
	}{
		{"the record is lost", false, "act", 2, "olga"},
		{"it came", true, "act", 1, "olga"},
		{"riposte observes", false, "observe", 0, ""},
	} {
		t.Run(c.story, func(t *testing.T) {
			w, err := world.New([]byte(gates), world.Options{})
			if err != nil {
				t.Fatal(err)
			}
			store, err := sqlite.Open(t.Context(), sqlite.Memory)
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			conf, err := config.Parse("riposte.yaml", []byte(`
organization: {accounts: [{id: "111122223333"}], regions: [us-east-1]}
sweep: {at: "03:00", spread: 0s}
playbooks: {defaults: {mode: observe}, network.open-admin-port: {mode: `+c.mode+`}}
`), playbooks.All())
			if err != nil {
				t.Fatal(err)
			}
			meter := &reconciled{}
			s := &tenant{TB: t, w: w, store: store, app: app.New(app.Parts{
				Config: conf, Kinds: action.Kinds(), Store: store, Now: w.Now, Name: "one", Log: slog.New(slog.DiscardHandler), Sweeps: meter, Pace: rate.Inf,
				AWS: func(p event.Place) aws.Config {
					return w.Config(p, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})
				},
			})}
			_, err = s.olga().AuthorizeSecurityGroupIngress(t.Context(), &ec2.AuthorizeSecurityGroupIngressInput{
				GroupId: aws.String("sg-0a7eb0a7eb0a7eb02"), IpProtocol: aws.String("tcp"), FromPort: aws.Int32(22), ToPort: aws.Int32(22), CidrIp: aws.String("0.0.0.0/0"),
			})
			s.must(err)
			s.must(w.AdvanceTo(w.Now().Add(30 * time.Minute)))
			for _, d := range w.Deliveries() {
				if c.delivered {
					_, err := s.app.Handle(t.Context(), d.Body)
					s.must(err)
				}
				s.must(w.Ack(d.ID))
			}
			s.pass(3 * oneDay)
			if meter.n != c.counted {
				t.Errorf("%d are reconciled, want %d", meter.n, c.counted)
			}
			cases, err := store.Cases(t.Context(), ledger.Filter{Playbook: "network.open-admin-port"})
			s.must(err)
			for _, one := range cases {
				switch by := one.Origin.Actor.UserName; {
				case one.Root.ID == "sg-0a7eb0a7eb0a7eb02" && by != c.actor, one.Root.ID == "sg-0a7eb0a7eb0a7eb01" && (by != "" || one.Origin.Sweep == ""):
					t.Errorf("the case of %s says that %q did it", one.Root.ID, by)
				case by == "" && (one.State != ledger.Asked || !strings.Contains(one.Reason, "no record of the event history")), by != "" && one.State != ledger.Verified:
					t.Errorf("%s: %s, %s", one.Root.ID, one.State, one.Reason)
				}
			}
			if want := map[string]int{"act": 2}[c.mode]; len(cases) != want {
				t.Errorf("%d cases, want %d", len(cases), want)
			}
			s.whole()
		})
	}
}
