package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/owner"
	"github.com/ripostehq/riposte/playbooks"
)

// people says whose the user olga is, and that who made a thing owns it.
const people = `
people: {address: "{session}@example.com", domains: [example.com], users: {"arn:aws:iam::111122223333:user/olga": olga@example.com}, groups: {security: {members: [ann@example.com, bob@example.com]}}}
owners: {creator: true, fallback: security}
approval: {approvers: [security], command_line: all}
`

// Nobody says whose a volume is but CloudTrail's event history, which has who made it: a month later that person is the owner, may let it be, and may not do
// so where the volume's maker is another. What was made before all history has no owner by it, and the case says why.
func TestWhoMadeAVolumeIsAskedAboutIt(t *testing.T) {
	s := cellarBy(t, "ask", people)
	out, err := s.olga().CreateVolume(t.Context(), &ec2.CreateVolumeInput{AvailabilityZone: aws.String("us-east-1a"), Size: aws.Int32(10), VolumeType: "gp3"})
	s.must(err)
	s.pass(34 * oneDay)
	c, err := config.Parse("riposte.yaml", []byte("organization: {accounts: [{id: \"111122223333\"}]}"+people), playbooks.All())
	s.must(err)
	made, old := s.of(*out.VolumeId), s.of("vol-0left")
	if made == nil || old == nil || made.State != ledger.Asked {
		t.Fatalf("made %+v, old %+v", made, old)
	}
	if o := owner.OfCase(c, made); o.Address != "olga@example.com" || !strings.HasPrefix(o.How, "made it (CreateVolume at 2030-01-07 ") {
		t.Errorf("%+v of %+v", o, made.Maker)
	}
	if o := owner.OfCase(c, old); o.By != owner.Fallback || !strings.Contains(o.How, "the event history of 90 days has no such call") {
		t.Errorf("%+v of %+v", o, old.Maker)
	}
	codec := action.NewCodec(action.Kinds()...)
	for _, x := range []struct {
		who string
		of  *ledger.Case
		may bool
	}{{"olga@example.com", made, true}, {"olga@example.com", old, false}, {"ann@example.com", old, true}} {
		o := ledger.Order{Verb: ledger.Dismiss, By: x.who, Proven: true, At: s.w.Now(), Strong: s.w.Now()}
		why, err := app.MayOrder(c, codec, x.of, o)
		if s.must(err); (why == "") != x.may {
			t.Errorf("%s of %s: %q", x.who, x.of.Root, why)
		}
	}
	if made.MakerAgain != nil || made.Maker.Asked.Before(s.w.Now().Add(-10*24*time.Hour)) {
		t.Errorf("%+v, again %+v", made.Maker, made.MakerAgain)
	}
	s.whole()
}
