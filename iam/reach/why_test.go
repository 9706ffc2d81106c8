package reach

import (
	"slices"
	"testing"

	"github.com/ripostehq/riposte/iam"
)

func TestWhyIsDecidedByTheEvaluator(t *testing.T) {
	s := newStory(t)
	s.administrator(service(lambda))
	s.user("start", allow("iam:PassRole", "*", `{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}`),
		allow("lambda:CreateFunction,lambda:InvokeFunction", "arn:aws:lambda:*:*:function:team-*", `{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}`))
	g := s.build()
	p, _ := g.Search(Query{Sure: true}).Path(userARN("start"))
	if len(p.Hops) != 1 {
		t.Fatalf("hops: %+v", p.Hops)
	}
	calls, hangs, disagrees := g.Why(p.Hops[0])
	if disagrees || len(hangs) > 0 || len(calls) != 3 {
		t.Fatalf("%+v hangs on %v, disagrees %v", calls, hangs, disagrees)
	}
	for _, c := range calls {
		if c.Decision.Effect != iam.Allowed || len(c.Allows) == 0 {
			t.Errorf("%+v", c)
		}
	}
	if c := calls[1]; c.Resource != "arn:aws:lambda:eu-west-1:"+account+":function:team-riposte" || c.Context["aws:requestedregion"] != "eu-west-1" {
		t.Errorf("created as %s with %v", c.Resource, c.Context)
	}
}

func TestWhySaysWhatAPossibleWayHangsOn(t *testing.T) {
	s := newStory(t)
	s.administrator(trusting(`{"AWS":"arn:aws:iam::`+account+`:root"}`, `{"StringEquals":{"sts:ExternalId":"x"}}`))
	s.user("start", allow("sts:AssumeRole", "*", `{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`))
	g := s.build()
	p, _ := g.Search(Query{}).Path(userARN("start"))
	_, hangs, disagrees := g.Why(p.Hops[0])
	if want := []string{"aws:sourceip", "sts:externalid"}; !slices.Equal(hangs, want) || disagrees || p.Sure {
		t.Errorf("hangs on %v, disagrees %v, sure %v", hangs, disagrees, p.Sure)
	}
}
