package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
	"github.com/ripostehq/riposte/playbooks/launch"
)

// looksAround has a caller read what there is.
func looksAround(s *stage, by aws.Credentials, times int) {
	s.Helper()
	for range times {
		_, err := ec2.NewFromConfig(s.w.Config(ireland, by)).DescribeInstances(s.Context(), &ec2.DescribeInstancesInput{})
		s.must(err)
	}
}

// What else the caller called stands in the case once it is answered: by either of its keys, in few rows, without what the calls were about. An incident is
// looked up once an hour.
func TestAnAnsweredCaseHasTheCallersOtherCalls(t *testing.T) {
	lookedUp := 0
	s := set(t, world.Options{DeliveryDelay: time.Second, AfterCall: func(_, op string) error {
		if op == "LookupEvents" {
			lookedUp++
		}
		return nil
	}}, launch.TerminationUnprotected(), standing())
	looksAround(s, mallory, 40)
	looksAround(s, second, 3)
	s.pass(time.Minute)
	unprotect(s, mallory)
	s.pass(10 * time.Second)
	if c := s.only("launch.termination-unprotected"); c.Recent != nil || lookedUp != 0 || c.State != ledger.Contained {
		t.Fatalf("%s, looked up %d times before the answer was verified", c.State, lookedUp)
	}
	s.pass(10 * time.Minute)
	c := s.only("launch.termination-unprotected")
	if c.Recent == nil { // which of the two looks is chance
		c = s.only("test.standing")
	}
	if c.State != ledger.Verified || c.Recent == nil || c.Recent.Unseen != "" || lookedUp != 1 {
		t.Fatalf("%s, looked up %d times: %+v\n%s", c.State, lookedUp, c.Recent, s.history(c))
	}
	i := slices.IndexFunc(c.Recent.Calls, func(r ledger.RecentCalls) bool { return r.Call == "ec2:DescribeInstances" })
	if i < 0 || !strings.HasPrefix(c.Recent.Calls[i].String(), "ec2:DescribeInstances 43 times, 09:00, from ") {
		t.Errorf("recent calls: %v", c.Recent.Calls)
	}

	all, err := s.store.Cases(s.Context(), ledger.Filter{Incident: c.Incident})
	s.must(err)
	if len(all) != 2 || (all[0].Recent == nil) == (all[1].Recent == nil) {
		t.Errorf("%d cases of the incident: %+v", len(all), all)
	}
	s.whole()
}

// A history that can't be asked holds nothing up, changes nothing, and is told as not seen.
func TestACaseWhoseHistoryIsDeniedIsVerifiedAllTheSame(t *testing.T) {
	s := set(t, world.Options{DeliveryDelay: time.Second}, launch.TerminationUnprotected())
	s.w.Fail("cloudtrail", "LookupEvents", 100, errors.New("denied"))
	unprotect(s, mallory)
	s.pass(5 * time.Minute)
	c := s.only("launch.termination-unprotected")
	if c.State != ledger.Verified || c.Recent == nil || c.Recent.Unseen != "the event history could not be read" || len(c.Recent.Calls) > 0 || c.Error != "" {
		t.Errorf("%s, %+v, %q", c.State, c.Recent, c.Error)
	}
	if !slices.Contains(s.reports, ledger.Verified) {
		t.Errorf("told: %v", s.reports)
	}
}

// standing finds sessions that unprotect instances, whatever was done since.
func standing() playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, contain.Actor]{
		ID: "test.standing", Title: "t", Severity: playbook.High, On: []playbook.Trigger{playbook.Call(call.EC2ModifyInstanceAttribute)},
		Changes: playbook.Always[struct{}](contain.Changes()...),
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[contain.Actor] {
			if who := contain.ActorOf(e.Actor, e.Time); e.Actor.Kind == event.RoleActor || e.Actor.AccessKey == mallory.AccessKeyID {
				return []playbook.Suspect[contain.Actor]{{Resource: who.Root(), Title: "unprotected by " + e.Actor.ARN, Facts: who}}
			}
			return nil
		},
		Check: func(ctx context.Context, in playbook.In, x playbook.Suspect[contain.Actor], _ struct{}) (_ []playbook.Suspect[contain.Actor], err error) {
			x.Facts, err = x.Facts.Traced(ctx, in)
			return []playbook.Suspect[contain.Actor]{x}, err
		},
		Plan: func(x playbook.Suspect[contain.Actor], _ struct{}) action.Plan {
			return action.Plan{Steps: x.Facts.Steps(action.Everything, x.Case)}
		},
		Behind: func(ctx context.Context, o playbook.Organization, x playbook.Suspect[contain.Actor], _ struct{}, openers []playbook.Minter) []action.Step {
			return x.Facts.Behind(ctx, o, openers, action.Everything, x.Case)
		},
	})
}

// unheard has all records go by that are due, as where no rule delivers them.
func (s *stage) unheard() {
	s.Helper()
	s.must(s.w.AdvanceTo(s.w.Now().Add(time.Minute)))
	for _, d := range s.w.Deliveries() {
		s.must(s.w.Ack(d.ID))
	}
}

// Who opened a session is looked up where no record of it came, after the answer: it is named, it is asked about, also where the answer has mended what
// was found, and nothing is done to it before a person says so.
func TestWhoOpenedASessionIsLookedUp(t *testing.T) {
	for _, d := range []playbook.Definition{standing(), launch.TerminationUnprotected()} {
		t.Run(d.ID, func(t *testing.T) {
			s := set(t, world.Options{DeliveryDelay: time.Second}, d)
			session := nadia(s)
			s.unheard()
			unprotect(s, session)
			s.pass(10 * time.Second)
			if c := s.only(d.ID); len(c.Upstream) != 0 || c.Times.FirstChange.IsZero() {
				t.Fatalf("%s, upstream %+v", c.State, c.Upstream)
			}
			s.pass(10 * time.Minute)
			c := s.only(d.ID)
			if len(c.Upstream) != 1 || c.Upstream[0].Call != "AssumeRole" || !strings.HasSuffix(c.Upstream[0].Actor.ARN, "user/mallory") {
				t.Fatalf("upstream: %+v\n%s", c.Upstream, s.history(c))
			}
			last := c.Revisions[len(c.Revisions)-1]
			asked := 0
			for _, st := range last.Steps {
				if st.Verdict == string(gate.Ask) && strings.Contains(st.Reason, "it opened the session, and can open it again") {
					asked++
				}
			}
			if asked != 2 || c.State != ledger.Asked {
				t.Fatalf("%s: %s\n%s", c.State, steps(c), s.history(c))
			}
			looksAround(s, mallory, 1) // not denied
			s.order(c, ledger.Order{Verb: ledger.Approve, Shown: c.Shown(0)})
			s.pass(10 * time.Minute)
			if c := s.only(d.ID); !strings.HasSuffix(steps(c), "done; done") || c.State != ledger.Verified {
				t.Errorf("once a person says so: %s: %s\n%s", c.State, steps(c), s.history(c))
			}
			_, err := ec2.NewFromConfig(s.w.Config(ireland, mallory)).DescribeInstances(s.Context(), &ec2.DescribeInstancesInput{})
			if err == nil {
				t.Error("the user behind the session goes on")
			}
			s.whole()
		})
	}
}

// What a person approved stays approved where those that opened the session are asked about: the opener that takes the approved deny away again gets
// no question for it, and the deny stands.
func TestAnApprovedDenyIsRestoredAfterTheOpenerIsAskedAbout(t *testing.T) {
	s := set(t, world.Options{DeliveryDelay: time.Second}, launch.TerminationUnprotected())
	s.policy.Mode = func(string, string, action.Class) (gate.Decision, string) { return gate.Ask, "the test asks" }
	s.restart()
	session := nadia(s)
	s.unheard()
	unprotect(s, session)
	s.pass(10 * time.Second)
	c := s.only(unprotectedID)
	s.order(c, ledger.Order{Verb: ledger.Approve, Shown: c.Shown(0)})
	s.pass(10 * time.Minute)
	if c = s.only(unprotectedID); len(c.Upstream) != 1 || len(c.Revisions) != 2 || c.State != ledger.Asked {
		t.Fatalf("%s, upstream %+v: %s\n%s", c.State, c.Upstream, steps(c), s.history(c))
	}
	denied := func() []string {
		out, err := attackerIAM(s).ListRolePolicies(s.Context(), &iam.ListRolePoliciesInput{RoleName: aws.String("ops")})
		s.must(err)
		return slices.DeleteFunc(out.PolicyNames, func(name string) bool { return name == "all" })
	}
	for _, name := range denied() {
		_, err := attackerIAM(s).DeleteRolePolicy(s.Context(), &iam.DeleteRolePolicyInput{RoleName: aws.String("ops"), PolicyName: &name})
		s.must(err)
	}
	s.pass(time.Minute)
	if c = s.only(unprotectedID); len(denied()) == 0 {
		t.Errorf("the deny is gone: %s: %s\n%s", c.State, steps(c), s.history(c))
	}
	if by := c.Approvals(); len(by) != 1 || by[0].By != "sam" {
		t.Errorf("approved by %+v", by)
	}
	s.whole()
}

// Wherever riposte dies of it, the look around a case ends as it would have.
func TestDiesEverywhereWhereAnOpenerIsLookedUp(t *testing.T) {
	diesEverywhere(t, []playbook.Definition{standing()}, func(s *stage) {
		session := nadia(s)
		s.unheard()
		unprotect(s, session)
		s.pass(10 * time.Minute)
		if c := s.only("test.standing"); c.Recent == nil || len(c.Upstream) != 1 {
			t.Errorf("%s: %+v, upstream %+v", c.State, c.Recent, c.Upstream)
		}
	})
}

// A second session of the name is of the same incident, whose calls were looked up already; who opened it is looked up for itself.
func TestTheOpenerOfASecondSessionOfTheNameIsLookedUp(t *testing.T) {
	s := set(t, world.Options{DeliveryDelay: time.Second}, standing(), launch.TerminationUnprotected())
	first, again := nadia(s), nadia(s)
	s.unheard()
	unprotect(s, first)
	s.pass(10 * time.Minute)
	standing := s.only("test.standing")
	s.order(standing, ledger.Order{Verb: ledger.Undo})
	s.pass(10 * time.Minute)
	unprotect(s, again)
	s.pass(10 * time.Minute)
	all, err := s.store.Cases(s.Context(), ledger.Filter{Playbook: "test.standing"})
	s.must(err)
	if len(all) != 2 || all[1].Incident != standing.Incident || all[1].Recent != nil || len(all[1].Upstream) != 1 {
		for _, c := range all {
			t.Errorf("%s of %s, %s: %+v\n%s", c.ID, c.Incident, c.State, c.Upstream, s.history(c))
		}
	}
}

// The caller of another account is looked up in that account, where it is known to be ours: the role's account has its number alone.
func TestTheOpenerOfAnotherAccountIsLookedUpThere(t *testing.T) {
	const lab = `  - id: "222233334444"
    users: [{name: bea, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIABEA0000000000001, secret: hers}]}]
`
	for name, ours := range map[string]bool{"ours": true, "not ours": false} {
		t.Run(name, func(t *testing.T) {
			store, err := sqlite.Open(t.Context(), sqlite.Memory)
			if err != nil {
				t.Fatal(err)
			}
			s := setOn(t, strings.Replace(shop, `{AWS: "arn:aws:iam::111122223333:root"}`, `{AWS: "arn:aws:iam::222233334444:root"}`, 1)+lab, store, world.Options{DeliveryDelay: time.Second}, standing())
			s.org.Accounts = func(context.Context, string) (bool, error) { return ours, nil }
			s.aws = &byAccount{stage: s, keys: map[string]aws.Credentials{"222233334444": {AccessKeyID: "AKIABEA0000000000001", SecretAccessKey: "hers"}}}
			s.restart()
			opened, err := sts.NewFromConfig(s.w.Config(event.Place{Partition: "aws", Account: "222233334444", Region: "eu-west-1"}, s.aws.(*byAccount).keys["222233334444"])).
				AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::111122223333:role/ops"), RoleSessionName: aws.String("nadia")})
			s.must(err)
			s.unheard()
			unprotect(s, aws.Credentials{
				AccessKeyID: *opened.Credentials.AccessKeyId, SecretAccessKey: *opened.Credentials.SecretAccessKey, SessionToken: *opened.Credentials.SessionToken,
			})
			s.pass(10 * time.Minute)
			c := s.only("test.standing")
			if known := len(c.Upstream) == 1 && strings.HasSuffix(c.Upstream[0].Actor.ARN, "222233334444:user/bea"); known != ours || !known && len(c.Upstream) > 0 {
				t.Errorf("%+v\n%s", c.Upstream, s.history(c))
			}
		})
	}
}

// byAccount reads each account by a key of its own.
type byAccount struct {
	*stage
	keys map[string]aws.Credentials
}

func (b *byAccount) Reads() access.Reads {
	home, there := clients{b.w, own, nil}, b.keys
	return access.ClientReads(func(p event.Place) aws.Config {
		if key, elsewhere := there[p.Account]; elsewhere {
			return clients{b.w, key, nil}.config(p)
		}
		return home.config(p)
	})
}

// A session is told from others of its name by its key: whatever they call is not its doing.
func TestARecentCallOfAnotherSessionOfTheNameIsNotItsOwn(t *testing.T) {
	s := set(t, world.Options{DeliveryDelay: time.Second}, standing())
	session, other := nadia(s), nadia(s)
	looksAround(s, other, 5)
	looksAround(s, session, 2)
	s.unheard()
	unprotect(s, session)
	s.pass(10 * time.Minute)
	c := s.only("test.standing")
	if c.Recent == nil || len(c.Recent.Calls) != 2 || c.Recent.Calls[1].Times != 2 {
		t.Errorf("recent calls: %+v", c.Recent)
	}
}

// A session that no record explains stays unexplained, and is verified.
func TestASessionWhoseOpeningIsNotFoundStaysUnknown(t *testing.T) {
	s := set(t, world.Options{DeliveryDelay: time.Second}, standing())
	session := nadia(s)
	s.unheard()
	s.w.Throttle("cloudtrail", "LookupEvents", 1000)
	unprotect(s, session)
	s.pass(10 * time.Minute)
	if c := s.only("test.standing"); len(c.Upstream) != 0 || c.State != ledger.Verified || c.Recent.Unseen == "" {
		t.Errorf("%s, upstream %+v, %+v", c.State, c.Upstream, c.Recent)
	}
}

// A history that AWS does not answer for now, as where somebody has it throttled, is asked again after the case rests: who opened the session is then
// found and asked about, and people are told of the calls.
func TestAHistoryThatDidNotAnswerIsAskedAgain(t *testing.T) {
	var until time.Time
	var s *stage
	asked := 0
	s = set(t, world.Options{DeliveryDelay: time.Second, AfterCall: func(_, op string) error {
		if op != "LookupEvents" {
			return nil
		}
		asked++
		if s.w.Now().Before(until) {
			return errors.New("throttled")
		}
		return nil
	}}, standing())
	until = s.w.Now().Add(15 * time.Minute)
	session := nadia(s)
	s.unheard()
	unprotect(s, session)
	s.pass(13 * time.Minute)
	c := s.only("test.standing")
	if c.State != ledger.Verified || c.LookedUp || len(c.Upstream) != 0 || c.Recent.Unseen == "" || asked > 12 {
		t.Fatalf("while nothing answers: %s, asked %d times, upstream %+v, %+v\n%s", c.State, asked, c.Upstream, c.Recent, s.history(c))
	}
	told := len(s.reports)
	s.pass(20 * time.Minute)
	c = s.only("test.standing")
	if c.State != ledger.Asked || len(c.Upstream) != 1 || len(c.Recent.Calls) == 0 || c.Recent.Unseen != "" || !c.LookedUp || len(s.reports) == told {
		t.Errorf("once it answers: %s, upstream %+v, %+v\n%s", c.State, c.Upstream, c.Recent, s.history(c))
	}
	s.whole()
}

// A history that never answers ends the looking, and no look of one case has another's made in vain.
func TestAHistoryThatNeverAnswersIsNotAskedForEver(t *testing.T) {
	asked := 0
	s := set(t, world.Options{DeliveryDelay: time.Second, AfterCall: func(_, op string) error {
		if op == "LookupEvents" {
			asked++
			return errors.New("throttled")
		}
		return nil
	}}, standing())
	sessions := opened(s, "ada", "bea", "cleo", "dana")
	s.unheard()
	for _, one := range sessions {
		unprotect(s, one)
	}
	s.pass(5 * time.Minute)
	if asked == 0 || asked > 12 { // three tries of the client's, in each minute
		t.Errorf("four cases asked %d times in their first minutes", asked)
	}
	s.pass(12 * time.Hour)
	asked = 0
	s.pass(48 * time.Hour)
	for _, c := range s.all() {
		if c.State != ledger.Verified || !c.LookedUp || c.LookAgain != nil || asked != 0 {
			t.Errorf("%s, asked %d times on later days, %+v", c.State, asked, c.LookAgain)
		}
	}
}

// Callers with thousands of calls use up the pages for calls: those for openers are others.
func TestManyCallsLeaveTheOpenersTheirPages(t *testing.T) {
	s := set(t, world.Options{DeliveryDelay: time.Second}, standing())
	sessions := opened(s, "ada", "bea", "cleo", "dana")
	s.unheard()
	for _, one := range sessions {
		looksAround(s, one, 160)
	}
	s.unheard()
	for _, one := range sessions {
		unprotect(s, one)
	}
	s.pass(2 * time.Minute)
	for _, c := range s.all() {
		if c.Rounds < 3 || len(c.Upstream) != 1 {
			t.Errorf("%s of %s: upstream %+v\n%s", c.State, c.Root, c.Upstream, s.history(c))
		}
	}
}

// opened are sessions of the role ops, of these names, that mallory opened.
func opened(s *stage, names ...string) (all []aws.Credentials) {
	s.Helper()
	for _, name := range names {
		out, err := sts.NewFromConfig(s.w.Config(ireland, mallory)).AssumeRole(s.Context(), &sts.AssumeRoleInput{
			RoleArn: aws.String("arn:aws:iam::111122223333:role/ops"), RoleSessionName: &name,
		})
		s.must(err)
		c := out.Credentials
		all = append(all, aws.Credentials{AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey, SessionToken: *c.SessionToken})
	}
	return all
}
