package mototest_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
)

func TestAServerAnswersAndComesBackAfterAStop(t *testing.T) {
	s := mototest.Start(t)
	for range 2 {
		who, err := sts.NewFromConfig(s.Config(event.Place{Region: "eu-west-1"})).GetCallerIdentity(t.Context(), nil)
		if err != nil || *who.Account != mototest.Account {
			t.Fatalf("%v, account %v", err, who)
		}
		s.Down()
		s.Up(t)
	}
}

// Without this, no test could have two accounts.
func TestARoleOfAnotherAccountEntersIt(t *testing.T) {
	s := mototest.Start(t)
	there := event.Place{Region: "eu-west-1", Account: "444455556666"}
	who, err := sts.NewFromConfig(s.Assume(t, there)).GetCallerIdentity(t.Context(), nil)
	if err != nil || *who.Account != there.Account {
		t.Fatalf("%v, account %v", err, who)
	}
}
