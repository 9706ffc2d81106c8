package action_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
)

// mine is what an attacker who may do everything calls EC2 with.
func mine(t *testing.T, c *actiontest.AWS) *ec2.Client {
	t.Helper()
	client, ok := c.Writes().EC2(ireland).(*ec2.Client)
	if !ok {
		t.Fatal("the writing half is no client of the SDK")
	}
	return client
}

// plug attaches one more interface to an instance, with the groups that new ones have.
func plug(t *testing.T, c *actiontest.AWS, i event.Resource) (id string) {
	t.Helper()
	client := mine(t, c)
	out, err := client.CreateNetworkInterface(t.Context(), &ec2.CreateNetworkInterfaceInput{SubnetId: aws.String("subnet-1")})
	must(t, err)
	id = *out.NetworkInterface.NetworkInterfaceId
	_, err = client.AttachNetworkInterface(t.Context(), &ec2.AttachNetworkInterfaceInput{
		InstanceId: aws.String(i.ID), NetworkInterfaceId: aws.String(id), DeviceIndex: aws.Int32(1),
	})
	must(t, err)
	return id
}

func look(t *testing.T, c *actiontest.AWS, a action.Action) action.Look {
	t.Helper()
	l, err := a.Look(t.Context(), c.Reads())
	must(t, err)
	return l
}

// An interface that was attached after the plan was made is open: the look says which interfaces there are, and what is done
// for those cuts all of them off. So it does when the next is attached to an instance that was isolated.
func TestAnInterfaceAttachedSinceIsIsolatedToo(t *testing.T) {
	_, c := open(t)
	planned := action.Isolate{Instance: alone, Interfaces: interfacesOf(t, c, alone), Groups: []string{"sg-0isolated"}}
	for n, when := range []string{"after the check", "after the containment"} {
		second := plug(t, c, alone)
		l := look(t, c, planned)
		if l.Satisfied || l.Renamed == nil {
			t.Fatalf("%s: %+v", when, l)
		}
		now, ok := action.Follow(planned, l.Renamed).(action.Isolate)
		if !ok || len(now.Interfaces) != n+2 || !slices.Contains(now.Interfaces, second) {
			t.Fatalf("%s: the plan goes on with %+v", when, now)
		}
		run(t, c, now)
		if l := look(t, c, now); !l.Satisfied || l.Renamed != nil {
			t.Errorf("%s, done: %+v", when, l)
		}
		planned = now
	}
}

// An isolated instance gets back the groups of every interface, also of one that came later.
func TestEveryInterfaceGetsItsGroupsBack(t *testing.T) {
	_, c := open(t)
	first := action.Isolate{Instance: alone, Interfaces: interfacesOf(t, c, alone), Groups: []string{"sg-0isolated"}}
	before := look(t, c, first).Inverse
	run(t, c, first)
	plug(t, c, alone)
	l := look(t, c, first)
	run(t, c, l.Renamed, l.Inverse, before)
	if l := look(t, c, l.Inverse); !l.Satisfied {
		t.Errorf("the later one: %+v", l)
	}
	if l := look(t, c, before); !l.Satisfied {
		t.Errorf("the first one: %+v", l)
	}
}

// An interface that was detached may be another machine's by now, and is left alone.
func TestAnInterfaceThatIsGoneIsNotRegrouped(t *testing.T) {
	_, c := open(t)
	a := action.Isolate{Instance: alone, Interfaces: append(interfacesOf(t, c, alone), "eni-0elsewhere"), Groups: []string{"sg-0isolated"}}
	now, ok := look(t, c, a).Renamed.(action.Isolate)
	if !ok || len(now.Interfaces) != 1 {
		t.Errorf("it goes on with %+v", now)
	}
}

// An attacker with the right to write rules opens what riposte has closed: a group with rules does not isolate, neither before nor after.
func TestAGroupWithRulesDoesNotIsolate(t *testing.T) {
	_, c := open(t)
	a := action.Isolate{Instance: alone, Interfaces: interfacesOf(t, c, alone), Groups: []string{"sg-0isolated"}}
	run(t, c, a)
	_, err := mine(t, c).AuthorizeSecurityGroupIngress(t.Context(), &ec2.AuthorizeSecurityGroupIngressInput{
		GroupId: aws.String("sg-0isolated"), IpProtocol: aws.String("-1"), CidrIp: aws.String("0.0.0.0/0"),
	})
	must(t, err)
	if l := look(t, c, a); l.Satisfied || !strings.Contains(l.Refused, "sg-0isolated has rules") {
		t.Errorf("%+v", l)
	}
	a.Groups = []string{"sg-0missing"}
	if l := look(t, c, a); l.Satisfied || !strings.Contains(l.Refused, "not there") {
		t.Errorf("a group that is gone: %+v", l)
	}
}

// The group that was deployed in a VPC is found by its name, and is taken only where it isolates and may be used.
func TestTheIsolatingGroupOfANetworkIsFound(t *testing.T) {
	_, c := open(t)
	out, err := c.Reads().EC2(ireland).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{alone.ID}})
	must(t, err)
	vpc := *out.Reservations[0].Instances[0].VpcId
	find := func(vpc string) (string, string) {
		id, why, err := action.FindIsolation(t.Context(), c.Reads(), ireland, vpc)
		must(t, err)
		return id, why
	}
	if id, why := find(vpc); id != "sg-0isolated" || why != "" {
		t.Errorf("found %q, %q", id, why)
	}
	if id, why := find("vpc-0elsewhere"); id != "" || !strings.Contains(why, "has no security group riposte-isolation") {
		t.Errorf("another network: %q, %q", id, why)
	}
	_, err = mine(t, c).AuthorizeSecurityGroupIngress(t.Context(), &ec2.AuthorizeSecurityGroupIngressInput{
		GroupId: aws.String("sg-0isolated"), IpProtocol: aws.String("-1"), CidrIp: aws.String("0.0.0.0/0"),
	})
	must(t, err)
	if id, why := find(vpc); id != "" || !strings.Contains(why, "has rules") {
		t.Errorf("opened: %q, %q", id, why)
	}
}

// An instance that is protected from stopping is not stopped, and not unprotected: the next rung's turn.
func TestAnInstanceProtectedFromStoppingIsNotStopped(t *testing.T) {
	_, c := open(t)
	run(t, c, action.Protect{Instance: alone, Attribute: action.AgainstStop})
	if err := (action.Stop{Instance: alone}).Do(t.Context(), c.Writes()); !errors.Is(err, action.ErrCannot) {
		t.Errorf("%v, want a definitive refusal", err)
	}
}

// Starting what is still stopping is refused for the moment only.
func TestWhatIsStillStoppingIsStartedLater(t *testing.T) {
	_, c := open(t)
	run(t, c, action.Stop{Instance: alone})
	if err := (action.Start{Instance: alone}).Do(t.Context(), c.Writes()); err == nil || errors.Is(err, action.ErrCannot) {
		t.Errorf("%v, want an error that is tried again", err)
	}
}
