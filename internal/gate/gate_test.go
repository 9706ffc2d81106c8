package gate_test

import (
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

var (
	noon    = time.Date(2030, 3, 4, 12, 0, 0, 0, time.UTC)
	shop    = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	web     = shop.In(event.Instance, "i-0web")
	mallory = event.Actor{
		Kind: event.UserActor, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/mallory", PrincipalID: "AIDAMALLORY", UserName: "mallory",
	}
	pipeline = session("arn:aws:iam::111122223333:role/ci/deploy", "build-7")
)

// session is a role session: its name is its caller's choice, its issuer is not.
func session(issuer, name string) event.Actor {
	role := issuer[len("arn:aws:iam::111122223333:role/"):]
	return event.Actor{
		Kind: event.RoleActor, Account: "111122223333", Issuer: issuer, IssuerID: "AROA1", PrincipalID: "AROA1:" + name, Role: role,
		Session: name, ARN: "arn:aws:sts::111122223333:assumed-role/" + role + "/" + name,
	}
}

func policy(mode gate.Decision) gate.Policy {
	return gate.Policy{
		Mode: func(string, string, action.Class) (gate.Decision, string) {
			return mode, "the test says " + string(mode)
		},
		Roles:       []string{"riposte-audit", "riposte-contain"},
		Regions:     []string{"eu-west-1"},
		Untouchable: []string{web.String(), "arn:aws:iam::111122223333:user/robot"},
		BreakGlass: []gate.Principal{
			{ARN: "arn:aws:iam::111122223333:role/break-glass", ID: "AROA1"}, {ARN: "arn:aws:iam::111122223333:role/glass"},
			{ARN: "arn:aws:iam::111122223333:user/glass"}, {ARN: "arn:aws:iam::111122223333:root"},
		},
		Trusted: []gate.Trust{
			{Issuer: gate.Principal{ARN: pipeline.Issuer, ID: "AROA1"}, Playbooks: []string{"launch.*"}},
			{Issuer: gate.Principal{ARN: pipeline.Issuer}, Playbooks: []string{"launch.*"}}, // the entry from before its id was known
			{Issuer: gate.Principal{ARN: "arn:aws:iam::111122223333:user/ci", ID: "AIDACI"}, Playbooks: []string{"launch.*"}},
			{Issuer: gate.Principal{ARN: "arn:aws:iam::111122223333:role/free"}, Playbooks: []string{"launch.*"}},
			{Issuer: gate.Principal{ARN: "arn:aws:iam::111122223333:user/free"}, Playbooks: []string{"launch.*"}},
		},
		Units: func(account string) []string {
			return map[string][]string{"111122223333": {"ou-ab12-shop0000", "r-ab12"}}[account]
		},
		Limits: gate.Limits{Incidents: 10, Destroy: 3}, Decoys: playbook.Decoys{"AKIADECOY", "ASIADECOY"},
	}
}

// keyed is an actor that calls by a key.
func keyed(a event.Actor, key string) event.Actor {
	a.AccessKey = key
	return a
}

// user is an IAM user with an id, which stays whatever the name.
func user(name, id string) event.Actor {
	return event.Actor{
		Kind: event.UserActor, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/" + name, PrincipalID: id, UserName: name,
	}
}

// anew returns a session of a role with the name of another one that is gone.
func anew(issuer string) event.Actor {
	a := session(issuer, "x")
	a.IssuerID, a.PrincipalID = "AROA2", "AROA2:x"
	return a
}

// facts are those of an ordinary containment: one that nothing objects to.
func facts(change func(*gate.Facts)) gate.Facts {
	f := gate.Facts{
		Now: noon, Playbook: "launch.unapproved-image", Class: action.Contain, Target: shop.In(event.Group, "web"), Region: "eu-west-1", Actor: mallory,
	}
	change(&f)
	return f
}

// late returns a call with a record that came so much later.
func late(by time.Duration) func(*gate.Facts) {
	return func(f *gate.Facts) { f.Occurred, f.Received = noon.Add(-by), noon }
}

func TestJudge(t *testing.T) {
	full := []gate.Count{{Bucket: "organisation", Incidents: 10, Max: 10}}
	for _, c := range []struct {
		story string
		mode  gate.Decision
		facts func(*gate.Facts)
		want  gate.Decision
		rule  string
		paged bool
	}{
		{"nothing objects", gate.Act, func(*gate.Facts) {}, gate.Act, "mode", false},
		{"observe is observed", gate.Observe, func(*gate.Facts) {}, gate.Observe, "mode", false},
		{"an unknown mode changes nothing", gate.Decision("yolo"), func(*gate.Facts) {}, gate.Observe, "mode", false},
		{"which mode counts is not known yet", gate.Hold, func(*gate.Facts) {}, gate.Hold, "mode", false},
		{"ask asks", gate.Ask, func(*gate.Facts) {}, gate.Ask, "mode", false},
		{"approved goes", gate.Ask, func(f *gate.Facts) { f.Approved = true }, gate.Act, "mode", false},
		{"approval does not turn watching into acting", gate.Observe, func(f *gate.Facts) { f.Approved = true }, gate.Observe, "mode", false},

		{"in a region that is not named: watched, and told", gate.Act, func(f *gate.Facts) { f.Region = "us-east-2" }, gate.Observe, "region", true},
		{"nor is a person asked there", gate.Ask, func(f *gate.Facts) { f.Region = "us-east-2" }, gate.Observe, "region", true},
		{"nor does an approval count there", gate.Ask, func(f *gate.Facts) { f.Region, f.Approved = "us-east-2", true }, gate.Observe, "region", true},
		{"what is observed anyway is not worth a call there", gate.Observe, func(f *gate.Facts) { f.Region = "us-east-2" }, gate.Observe, "mode", false},
		{"what is in no region is answered", gate.Act, func(f *gate.Facts) { f.Region = "" }, gate.Act, "mode", false},

		{"halted", gate.Act, brakes("all"), gate.Hold, "brake", false},
		{"halted in this account", gate.Act, brakes("account:111122223333"), gate.Hold, "brake", false},
		{"halted in another account", gate.Act, brakes("account:444455556666"), gate.Act, "mode", false},
		{"this playbook is halted", gate.Act, brakes("playbook:launch.unapproved-image"), gate.Hold, "brake", false},
		{"another playbook is halted", gate.Act, brakes("playbook:launch.unapproved-template"), gate.Act, "mode", false},
		{"this class is halted", gate.Act, brakes("class:contain"), gate.Hold, "brake", false},
		{"another class is halted", gate.Act, brakes("class:destroy"), gate.Act, "mode", false},
		{"this region is halted", gate.Act, brakes("region:eu-west-1"), gate.Hold, "brake", false},
		{"another region is halted", gate.Act, brakes("region:us-east-1"), gate.Act, "mode", false},
		{"its unit is halted", gate.Act, brakes("ou:ou-ab12-shop0000"), gate.Hold, "brake", false},
		{"the root is halted", gate.Act, brakes("ou:r-ab12"), gate.Hold, "brake", false},
		{"another unit is halted", gate.Act, brakes("ou:ou-ab12-lab00000"), gate.Act, "mode", false},
		{"a unit is halted, and where the account is nobody knows", gate.Act, func(f *gate.Facts) { brakes("ou:ou-ab12-lab00000")(f); f.Target.Account = "777788889999" }, gate.Hold, "brake", false},
		{"a brake that only a newer riposte understands", gate.Act, brakes("planet:mars"), gate.Hold, "brake", false},
		{"a brake beats an approval", gate.Ask, func(f *gate.Facts) { brakes("all")(f); f.Approved = true }, gate.Hold, "brake", false},

		{"an untouchable resource", gate.Act, func(f *gate.Facts) { f.Target = web }, gate.Hold, "protect", false},
		{"a user with the ARN of an untouchable one goes on, and people know", gate.Act, func(f *gate.Facts) {
			f.Actor, f.Target = user("robot", "AIDAMALLORY"), shop.In(event.User, "robot")
		}, gate.Hold, "protect", true},
		{"a break-glass principal is never contained, and always paged", gate.Act, func(f *gate.Facts) {
			f.Actor = session("arn:aws:iam::111122223333:role/break-glass", "sam")
			f.Target = shop.In(event.Session, "break-glass/sam")
		}, gate.Hold, "protect", true},
		{"what a break-glass principal makes is asked about", gate.Act, func(f *gate.Facts) {
			f.Actor = session("arn:aws:iam::111122223333:role/break-glass", "sam")
		}, gate.Ask, "approval", true},
		{"and mended, or destroyed, once a person says so", gate.Act, func(f *gate.Facts) {
			f.Actor, f.Class, f.Approved = session("arn:aws:iam::111122223333:role/break-glass", "sam"), action.Destroy, true
		}, gate.Act, "mode", true},
		{"so is what the root of an account makes, which there is one of", gate.Act, func(f *gate.Facts) {
			f.Actor = event.Actor{Kind: event.RootActor, Account: "111122223333", ARN: "arn:aws:iam::111122223333:root", PrincipalID: "111122223333"}
		}, gate.Ask, "approval", true},
		{"it is tagged", gate.Act, func(f *gate.Facts) {
			f.Actor, f.Class = session("arn:aws:iam::111122223333:role/break-glass", "sam"), action.Mark
		}, gate.Act, "mode", true},
		{"it is observed where all is", gate.Observe, func(f *gate.Facts) {
			f.Actor = session("arn:aws:iam::111122223333:role/break-glass", "sam")
		}, gate.Observe, "mode", true},
		{"what a role of a break-glass name makes", gate.Act, func(f *gate.Facts) {
			f.Actor = session("arn:aws:iam::111122223333:role/glass", "sam")
		}, gate.Act, "mode", true},
		{"what a break-glass role makes that was made anew", gate.Act, func(f *gate.Facts) {
			f.Actor = anew("arn:aws:iam::111122223333:role/break-glass")
		}, gate.Act, "mode", true},
		{"what a decoy's key of it makes", gate.Act, func(f *gate.Facts) {
			f.Actor = keyed(session("arn:aws:iam::111122223333:role/break-glass", "sam"), "ASIADECOY")
		}, gate.Act, "mode", true},
		{"a break-glass role that was made anew is contained, and paged", gate.Act, func(f *gate.Facts) {
			f.Actor, f.Target = anew("arn:aws:iam::111122223333:role/break-glass"), shop.In(event.Role, "break-glass")
		}, gate.Act, "mode", true},
		{"it does not get at the break-glass role beside it", gate.Act, func(f *gate.Facts) {
			f.Actor, f.Target = anew("arn:aws:iam::111122223333:role/break-glass"), shop.In(event.Role, "glass")
		}, gate.Hold, "protect", true},
		{"a user with the name of a break-glass user without an id", gate.Act, func(f *gate.Facts) {
			f.Actor, f.Target = user("glass", "AIDAMALLORY"), shop.In(event.User, "glass")
		}, gate.Hold, "protect", true},
		{"a user who takes the name break-glass is contained", gate.Act, func(f *gate.Facts) {
			f.Actor = session("arn:aws:iam::111122223333:role/evil", "break-glass")
			f.Target = shop.In(event.Session, "evil/break-glass")
		}, gate.Act, "mode", false},
		{"riposte does not contain itself", gate.Act, func(f *gate.Facts) {
			f.Actor = session("arn:aws:iam::111122223333:role/riposte-contain", "riposte-c_1")
			f.Target = shop.In(event.Session, "riposte-contain/riposte-c_1")
		}, gate.Hold, "protect", true},
		{"a role that only has the name of one of riposte's is contained", gate.Act, func(f *gate.Facts) {
			f.Namesake, f.Actor = true, session("arn:aws:iam::111122223333:role/riposte-contain", "evil")
			f.Target = shop.In(event.Session, "riposte-contain/evil")
		}, gate.Act, "mode", true},
		{"a namesake is no way to riposte's other roles", gate.Act, func(f *gate.Facts) {
			f.Namesake, f.Actor = true, session("arn:aws:iam::111122223333:role/riposte-contain", "evil")
			f.Target = shop.In(event.Role, "riposte-audit")
		}, gate.Hold, "protect", true},
		{"nor to those of another account", gate.Act, func(f *gate.Facts) {
			f.Namesake, f.Actor = true, session("arn:aws:iam::111122223333:role/riposte-contain", "evil")
			f.Target = event.Place{Partition: "aws", Account: "444455556666", Region: "eu-west-1"}.In(event.Role, "riposte-contain")
		}, gate.Hold, "protect", true},
		{"a session named like riposte's role is contained", gate.Act, func(f *gate.Facts) {
			f.Actor = session("arn:aws:iam::111122223333:role/evil", "riposte-contain")
			f.Target = shop.In(event.Session, "evil/riposte-contain")
		}, gate.Act, "mode", false},
		{"a role of riposte's name below another path is not riposte's", gate.Act, func(f *gate.Facts) {
			f.Actor = session("arn:aws:iam::111122223333:role/evil/riposte-contain", "x")
			f.Target = shop.In(event.Role, "evil/riposte-contain")
		}, gate.Act, "mode", false},
		{"AWS's own principals", gate.Act, func(f *gate.Facts) {
			f.Actor = session("arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", "AutoScaling")
			f.Target = shop.In(event.Role, "AWSServiceRoleForAutoScaling")
		}, gate.Hold, "protect", false},
		{"AWS's own principals, whoever called", gate.Act, func(f *gate.Facts) {
			f.Target = shop.In(event.Role, "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling")
		}, gate.Hold, "protect", false},
		{"a session that a service called in", gate.Act, func(f *gate.Facts) {
			f.Actor, f.Target = event.Actor{Kind: event.ServiceActor, InvokedBy: "ec2.amazonaws.com"}, shop.In(event.Session, "web/i-0web")
		}, gate.Hold, "protect", false},
		{"a role of the customer's, where a group launched with it", gate.Act, func(f *gate.Facts) {
			f.Actor = session("arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", "AutoScaling")
			f.Target = shop.In(event.Role, "web")
		}, gate.Act, "mode", false},
		{"a role of the customer's, where a service called", gate.Ask, func(f *gate.Facts) {
			f.Actor, f.Target = event.Actor{Kind: event.ServiceActor, InvokedBy: "ec2.amazonaws.com"}, shop.In(event.Role, "web")
		}, gate.Ask, "mode", false},
		{"a role that is only called so", gate.Act, func(f *gate.Facts) { f.Target = shop.In(event.Role, "x/aws-service-role/evil") }, gate.Act, "mode", false},
		{"what AWS did for a group is answered in the group", gate.Act, func(f *gate.Facts) {
			f.Actor = session("arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", "AutoScaling")
		}, gate.Act, "mode", false},

		{"riposte's own change", gate.Act, func(f *gate.Facts) { f.OwnRequest = true }, gate.Except, "loop", false},
		{"riposte's role without riposte", gate.Act, func(f *gate.Facts) {
			f.Actor = session("arn:aws:iam::111122223333:role/riposte-contain", "riposte-c_1")
		}, gate.Act, "mode", true},

		{"an exception of undo's", gate.Act, excepted(noon.Add(time.Hour)), gate.Except, "exception", false},
		{"something else than what was taken back", gate.Act, func(f *gate.Facts) {
			excepted(noon.Add(time.Hour))(f)
			f.Found = []string{"image ami-1", "image ami-3"}
		}, gate.Act, "mode", true},
		{"an exception that has ended", gate.Act, excepted(noon), gate.Act, "mode", false},
		{"trusted automation", gate.Act, func(f *gate.Facts) { f.Actor = pipeline }, gate.Except, "exception", false},
		{"a trusted user", gate.Act, func(f *gate.Facts) { f.Actor = user("ci", "AIDACI") }, gate.Except, "exception", false},
		{"a decoy's key of a trusted user", gate.Act, func(f *gate.Facts) { f.Actor = keyed(user("ci", "AIDACI"), "AKIADECOY") }, gate.Act, "mode", false},
		{"a user renamed to a trusted one", gate.Act, func(f *gate.Facts) { f.Actor = user("ci", "AIDAMALLORY") }, gate.Act, "mode", true},
		{"the trusted user by another name", gate.Act, func(f *gate.Facts) { f.Actor = user("di", "AIDACI") }, gate.Act, "mode", false},
		{"a user of a trusted name without an id in the record", gate.Act, func(f *gate.Facts) { f.Actor = user("ci", "") }, gate.Act, "mode", true},
		{"a trusted role that was made anew", gate.Act, func(f *gate.Facts) { f.Actor = anew(pipeline.Issuer) }, gate.Act, "mode", true},
		{"a user that is trusted by its name alone", gate.Act, func(f *gate.Facts) { f.Actor = user("free", "AIDAMALLORY") }, gate.Act, "mode", true},
		{"a role that is trusted by its name alone", gate.Act, func(f *gate.Facts) {
			f.Actor = session("arn:aws:iam::111122223333:role/free", "x")
		}, gate.Except, "exception", true},
		{"the same role's name at another path", gate.Act, func(f *gate.Facts) {
			f.Actor = session("arn:aws:iam::111122223333:role/deploy", "build-7")
		}, gate.Act, "mode", false},
		{"trusted, and hiding traces", gate.Act, func(f *gate.Facts) { f.Actor, f.Playbook = pipeline, "evasion.trail-stopped" }, gate.Act, "mode", false},

		{"the limit is reached: containment goes on and pages", gate.Act, func(f *gate.Facts) { f.Limits = full }, gate.Act, "mode", true},
		{"the limit is reached: mending is held", gate.Act, func(f *gate.Facts) { f.Limits, f.Class = full, action.Mend }, gate.Hold, "limit", true},
		{"the limit is reached: destroying is held", gate.Act, func(f *gate.Facts) { f.Limits, f.Class = full, action.Destroy }, gate.Hold, "limit", true},
		{"the limit is reached, and a person has decided", gate.Act, func(f *gate.Facts) {
			f.Limits, f.Class, f.Approved = full, action.Destroy, true
		}, gate.Act, "mode", false},
		{"the limit is not reached", gate.Act, func(f *gate.Facts) {
			f.Limits, f.Class = []gate.Count{{Bucket: "destroy", Incidents: 2, Max: 3}}, action.Destroy
		}, gate.Act, "mode", false},

		{"the record came within the hour", gate.Act, late(time.Hour), gate.Act, "mode", false},
		{"an old call asks", gate.Act, late(time.Hour + time.Second), gate.Ask, "age", false},
		{"an old call is only watched where the mode says so", gate.Observe, late(48 * time.Hour), gate.Observe, "mode", false},
		{"an old call, and a person has decided", gate.Act, func(f *gate.Facts) { late(48 * time.Hour)(f); f.Approved = true }, gate.Act, "mode", false},

		{"the plan wants a person, whatever the mode", gate.Act, func(f *gate.Facts) { f.Ask = "it hits every session" }, gate.Ask, "approval", false},
		{"and gets one", gate.Act, func(f *gate.Facts) { f.Ask, f.Approved = "it hits every session", true }, gate.Act, "mode", false},
	} {
		t.Run(c.story, func(t *testing.T) {
			v := gate.Judge(policy(c.mode), facts(c.facts))
			if v.Do != c.want || v.Rule != c.rule || (v.Page != "") != c.paged {
				t.Errorf("%s, %s, page %q", v.Do, v.Reason(), v.Page)
			}
			if v.Text == "" {
				t.Error("no reason is given")
			}
		})
	}
}

func brakes(scope string) func(*gate.Facts) {
	return func(f *gate.Facts) { f.Brakes = []ledger.Brake{{Scope: scope, By: "sam"}} }
}

func excepted(until time.Time) func(*gate.Facts) {
	return func(f *gate.Facts) {
		f.Exceptions = []ledger.Exception{{Until: until, By: "sam", Case: "c_1", Reason: "case c_1 was taken back", Found: []string{"image ami-1", "image ami-2"}}}
		f.Found = []string{"image ami-1"}
	}
}

func TestMayUndo(t *testing.T) {
	for _, c := range []struct {
		story string
		who   event.Actor
		want  bool
		paged bool
	}{
		{"trusted automation, which is not a person", pipeline, false, false},
		{"break glass", session("arn:aws:iam::111122223333:role/break-glass", "sam"), true, false},
		{"a break-glass role that was made anew", anew("arn:aws:iam::111122223333:role/break-glass"), false, true},
		{"a role of a break-glass name", session("arn:aws:iam::111122223333:role/glass", "sam"), true, true},
		{"a user of a break-glass name", user("glass", "AIDAMALLORY"), false, true},
		{"root", event.Actor{Kind: event.RootActor, ARN: "arn:aws:iam::111122223333:root", PrincipalID: "111122223333"}, true, false},
		{"another user", mallory, false, false},
		{"a break-glass role's session by a decoy's key", keyed(session("arn:aws:iam::111122223333:role/break-glass", "sam"), "ASIADECOY"), false, true},
		{"no actor", event.Actor{}, false, false},
	} {
		got, page := policy(gate.Act).MayUndo(c.who)
		if got != c.want || (page != "") != c.paged {
			t.Errorf("%s: %v, page %q", c.story, got, page)
		}
	}
}
