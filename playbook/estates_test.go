package playbook_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// counted answers for an account, and counts how often it is read.
type counted struct {
	access.Reads
	access.IAMReads
	reads  *atomic.Int32
	failed error
}

func (c counted) IAM(event.Place) access.IAMReads { return c }

func (c counted) GetAccountAuthorizationDetails(context.Context, *iam.GetAccountAuthorizationDetailsInput, ...func(*iam.Options)) (*iam.GetAccountAuthorizationDetailsOutput, error) {
	c.reads.Add(1)
	return &iam.GetAccountAuthorizationDetailsOutput{UserDetailList: []types.UserDetail{{Arn: aws.String("arn:aws:iam::111122223333:user/eve")}}}, c.failed
}

// A thousand looks at what happened before a reading are served by it; what happened later is not.
func TestOneReadingServesAllThatCameBefore(t *testing.T) {
	var reads atomic.Int32
	at, now := event.Place{Partition: "aws", Account: "111122223333", Region: "us-east-1"}, time.Now()
	in := playbook.In{AWS: counted{reads: &reads}, Now: now, Estates: &playbook.Estates{}}
	var group sync.WaitGroup
	for i := range 1000 {
		group.Go(func() {
			e, err := in.Estate(t.Context(), at, now.Add(-time.Duration(i)*time.Second))
			if err != nil || len(e.Graph.Everybody()) != 1 {
				t.Errorf("%+v, %v", e, err)
			}
		})
	}
	group.Wait()
	if n := reads.Load(); n != 1 {
		t.Errorf("the account was read %d times", n)
	}
	in.Now = now.Add(time.Minute)
	if _, err := in.Estate(t.Context(), at, now.Add(time.Second)); err != nil || reads.Load() != 2 {
		t.Errorf("%v, read %d times", err, reads.Load())
	}
}

// A reading that fails is nobody's answer later, and what can't be read is an error.
func TestAReadingThatFailsIsMadeAgain(t *testing.T) {
	var reads atomic.Int32
	at, now, refused := event.Place{Partition: "aws", Account: "111122223333"}, time.Now(), errors.New("denied")
	in := playbook.In{AWS: counted{reads: &reads, failed: refused}, Now: now, Estates: &playbook.Estates{}}
	if _, err := in.Estate(t.Context(), at, now); !errors.Is(err, refused) {
		t.Errorf("error %v", err)
	}
	in.AWS = counted{reads: &reads}
	if _, err := in.Estate(t.Context(), at, now); err != nil {
		t.Error(err)
	}
	for i := range 10 { // of many accounts, the last few are kept
		at.Account = "00000000000" + string(rune('0'+i))
		if _, err := in.Estate(t.Context(), at, now); err != nil {
			t.Error(err)
		}
	}
	if n := reads.Load(); n != 12 {
		t.Errorf("read %d times", n)
	}
}
