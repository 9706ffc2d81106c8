package serve_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/serve"
	"github.com/ripostehq/riposte/internal/world"
)

// closing takes back what opens administrators' ports to the world.
const closing = `
organization: {accounts: [{id: "111122223333"}], regions: [eu-west-1]}
playbooks: {network.open-admin-port: {mode: act}}
metrics: {listen: "127.0.0.1:0"}
`

// opening is the call of whoever opens the port, and of riposte where it gives it back.
const opening = "AuthorizeSecurityGroupIngress"

// backups is a stage whose ledger is saved and put back, and which keeps what the trail brought.
type backups struct {
	*stage
	mu      sync.Mutex
	brought [][]byte
	silent  atomic.Bool // the trail brings nothing: its records come later
}

// came are the records of one call that were brought and taken.
func (s *backups) came(call string) (bodies [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, body := range s.brought {
		if strings.Contains(string(body), `"`+call+`"`) {
			bodies = append(bodies, body)
		}
	}
	return bodies
}

func saved(t *testing.T) *backups {
	t.Helper()
	estate := strings.Replace(shop, "    name: shop\n", "    name: shop\n    regions: {eu-west-1: {security_groups: [{id: sg-0web, name: web}]}}\n", 1)
	w, err := world.New([]byte(estate), world.Options{})
	s := &backups{stage: &stage{T: t, w: w, file: filepath.Join(t.TempDir(), "riposte.db")}}
	s.must(err)
	return s
}

func (s *backups) open() bool {
	s.Helper()
	out, err := s.mallory().DescribeSecurityGroups(s.Context(), &ec2.DescribeSecurityGroupsInput{GroupIds: []string{"sg-0web"}})
	s.must(err)
	return len(out.SecurityGroups[0].IpPermissions) > 0
}

func (s *backups) mallory() *ec2.Client {
	return ec2.NewFromConfig(s.w.Config(ireland, aws.Credentials{AccessKeyID: "AKIAMALLORY000000001", SecretAccessKey: "first"}))
}

// opens the port, and lets the record come due.
func (s *backups) opens() {
	s.Helper()
	_, err := s.mallory().AuthorizeSecurityGroupIngress(s.Context(), &ec2.AuthorizeSecurityGroupIngressInput{GroupId: aws.String("sg-0web"), IpPermissions: []ec2types.IpPermission{{
		IpProtocol: aws.String("tcp"), FromPort: aws.Int32(22), ToPort: aws.Int32(22), IpRanges: []ec2types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}},
	}}})
	s.must(err)
	s.must(s.w.AdvanceTo(s.w.Now().Add(6 * time.Second)))
}

// starts serves, with a trail that keeps what it brings; what it is given first comes once more.
func (s *backups) starts(again ...[]byte) *daemon {
	s.Helper()
	return s.serve(closing, sources(func(now *serve.Live) []serve.Source {
		return []serve.Source{{Name: "trail", Made: "trail", Run: func(ctx context.Context, up func()) error {
			up()
			for _, body := range again {
				if err := now.Believing(false)(context.WithoutCancel(ctx), body); err != nil {
					return err
				}
			}
			for ; ctx.Err() == nil; time.Sleep(time.Millisecond) {
				if s.silent.Load() {
					continue
				}
				for _, d := range s.w.Deliveries() {
					if err := now.Believing(false)(context.WithoutCancel(ctx), d.Body); err != nil {
						return err
					}
					if err := s.w.Ack(d.ID); err != nil {
						return err
					}
					s.mu.Lock()
					s.brought = append(s.brought, d.Body)
					s.mu.Unlock()
				}
			}
			return nil
		}}}
	}))
}

// ends stops a daemon and closes its ledger, as a process that ended has.
func (d *daemon) ends() {
	d.Helper()
	d.must(d.end())
	d.must(d.store.Close())
}

// orders sends an order about the only case.
func (d *daemon) orders(verb ledger.Verb) {
	d.Helper()
	all, err := d.store.Cases(d.Context(), ledger.Filter{})
	d.must(err)
	o := &ledger.Order{Verb: verb, By: "ann", At: d.w.Now(), Reason: "ours"}
	sent, err := d.store.Send(d.Context(), d.w.Now(), all[0].ID, ledger.Message{Key: "order ann " + string(verb) + d.w.Now().String(), Order: o})
	if err != nil || !sent {
		d.Fatalf("order %s: %v, %v", verb, sent, err)
	}
}

func (d *daemon) become(states string) {
	d.Helper()
	d.until(states, func() bool { return d.states() == states })
}

// save is what docs/backup.md says: one file, of a ledger that is written meanwhile or not.
func (s *backups) save() string {
	s.Helper()
	to := filepath.Join(s.TempDir(), "saved.db")
	db, err := sql.Open("sqlite", s.file)
	s.must(err)
	defer db.Close()
	_, err = db.ExecContext(s.Context(), fmt.Sprintf("VACUUM INTO '%s'", to))
	s.must(err)
	return to
}

// restore puts a saved file in place of the ledger, whose own companions go with it.
func (s *backups) restore(from string) {
	s.Helper()
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(s.file + end); err != nil && !os.IsNotExist(err) {
			s.Fatal(err)
		}
	}
	text, err := os.ReadFile(from)
	s.must(err)
	s.must(os.WriteFile(s.file, text, 0o600))
}

// halts all changes in a ledger that nobody serves, as riposte halt does.
func (s *backups) halts() {
	s.Helper()
	store, err := sqlite.Open(s.Context(), s.file)
	s.must(err)
	s.must(store.Halt(s.Context(), ledger.Brake{Scope: "all", By: "ann", At: s.w.Now(), Reason: "restored"}))
	s.must(store.Close())
}

// A ledger of before the attack knows no case and no way back. What riposte did stands; nothing of it is done or taken back again, not
// even where the record comes again.
func TestARestoredLedgerThatKnowsNoCase(t *testing.T) {
	t.Parallel()
	s := saved(t)
	d := s.starts()
	before := s.save() // while it is served
	s.opens()
	d.become("verified")
	d.ends()
	s.restore(before)

	d = s.starts(s.came(opening)[0])
	d.become("dismissed")
	if s.open() {
		t.Error("what a restored ledger does not know of was taken back")
	}
	d.ends()

	// It answers what comes: the door that is opened once more is another case.
	d = s.starts()
	s.opens()
	d.become("dismissed verified")
	if s.open() {
		t.Error("a restored ledger does not answer")
	}
	d.ends()
}

// A ledger of before an undo says that the answer stands. Of a case that was closed nothing is done, and the undo can be ordered again; while
// the case was still verified, the undone answer looks like an attack that goes on, and is made again. So it is where the record of
// riposte's own call comes only after the ledger was put back, which does not know the call as its own.
func TestARestoredLedgerForgetsAnUndo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, when string
		late       bool   // the record of the undo comes to the restored ledger
		halted     bool   // it is halted before it is served
		then       string // states that the restored ledger comes to
		open       bool   // and whether the port is open then
	}{
		{"the case was closed", "verified", false, false, "verified", true},
		{"the case was still verified", "contained", false, false, "verified", false},
		{"the record of the undo comes late", "verified", true, false, "verified verified", false},
		{"it is halted, and still verified", "contained", false, true, "held", true},
		{"it is halted, and the record comes late", "verified", true, true, "verified held", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := saved(t)
			d := s.starts()
			s.opens()
			d.become(c.when)
			before := s.save()
			s.silent.Store(c.late)
			d.orders(ledger.Undo)
			d.become("undone")
			if !s.open() {
				t.Fatal("it is not taken back")
			}
			if !c.late {
				s.until("the record of the undo", func() bool { return len(s.came(opening)) == 2 })
			}
			d.ends()
			s.silent.Store(false)
			s.restore(before)

			if c.halted {
				s.halts()
			}
			d = s.starts()
			d.become(c.then)
			if s.open() != c.open {
				t.Errorf("the port is open: %v", s.open())
			}
			if !c.late && !c.halted {
				d.orders(ledger.Undo)
				d.become("undone")
				if !s.open() {
					t.Error("the undo that was ordered again shut the port, or did nothing")
				}
			}
			d.ends()
		})
	}
}

// A checkpoint that was kept elsewhere tells a ledger that was put back from one that only grew.
func TestACheckpointTellsThatALedgerWasPutBack(t *testing.T) {
	t.Parallel()
	s := saved(t)
	d := s.starts()
	before := s.save()
	s.opens()
	d.become("verified")
	kept, err := d.store.Checkpoint(t.Context(), s.w.Now())
	s.must(err)
	d.ends()
	s.restore(before)
	store, err := sqlite.Open(t.Context(), s.file)
	s.must(err)
	defer store.Close()
	own, err := store.Verify(t.Context())
	s.must(err)
	if len(own.Broken) > 0 {
		t.Errorf("a saved ledger does not fit itself: %v", own.Broken)
	}
	against, err := store.Verify(t.Context(), kept)
	s.must(err)
	if len(against.Broken) == 0 {
		t.Error("what was lost by putting it back shows nowhere")
	}
}
