package app

import (
	"context"
	"errors"
	"testing"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go/middleware"

	"github.com/ripostehq/riposte/event"
)

func TestWhatWasAnsweredIsNotAskedAgain(t *testing.T) {
	a, here := newAnswers(), event.Place{Account: "111122223333", Region: "eu-west-1"}
	calls, fails := 0, error(nil)
	ask := func(p event.Place, service, image string) {
		t.Helper()
		ctx := awsmiddleware.SetServiceID(context.Background(), service)
		_, _, err := a.ask(ctx, p, middleware.InitializeInput{Parameters: &ec2.DescribeImagesInput{ImageIds: []string{image}}},
			middleware.InitializeHandlerFunc(func(context.Context, middleware.InitializeInput) (middleware.InitializeOutput, middleware.Metadata, error) {
				calls++
				return middleware.InitializeOutput{Result: image}, middleware.Metadata{}, fails
			}))
		if !errors.Is(err, fails) {
			t.Error(err)
		}
	}
	for _, c := range []struct {
		name string
		ask  func()
		want int
	}{
		{"the first time", func() { ask(here, "EC2", "ami-1") }, 1},
		{"again", func() { ask(here, "EC2", "ami-1") }, 0},
		{"another image", func() { ask(here, "EC2", "ami-2") }, 1},
		{"another account", func() { ask(event.Place{Account: "444455556666", Region: "eu-west-1"}, "EC2", "ami-1") }, 1},
		{"another region", func() { ask(event.Place{Account: "111122223333", Region: "us-east-1"}, "EC2", "ami-1") }, 1},
		{"another service", func() { ask(here, "IAM", "ami-1") }, 1},
		{"who assumes a role", func() { ask(here, "STS", "x"); ask(here, "STS", "x") }, 2},
		{"an error", func() { fails = errors.New("throttled"); ask(here, "EC2", "ami-3"); ask(here, "EC2", "ami-3") }, 2},
	} {
		before := calls
		if c.ask(); calls-before != c.want {
			t.Errorf("%s: %d calls, want %d", c.name, calls-before, c.want)
		}
	}
}
