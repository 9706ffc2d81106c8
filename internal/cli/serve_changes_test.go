package cli

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/origin"
	"github.com/ripostehq/riposte/playbooks"
)

// A parameter is looked at each minute; one that was written anew is told once, and read by the reload as it is.
func TestAParameterThatWasWrittenAnewIsTold(t *testing.T) {
	server := mototest.Start(t)
	lives(t, server)
	parameters := ssm.NewFromConfig(server.Config(event.Place{Region: "eu-west-1"}))
	put := func(mode string) {
		t.Helper()
		_, err := parameters.PutParameter(t.Context(), &ssm.PutParameterInput{
			Name: aws.String("/riposte/config"), Value: aws.String("playbooks: {launch.unapproved-image: {mode: " + mode + "}}"), Type: "String", Overwrite: aws.Bool(true),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	put("observe")
	v := serveVerb{}
	v.Config = "ssm:/riposte/config"
	sh := &shell{catalogue: playbooks.All()}
	watch := &origin.Watch{Reader: v.reader(), Name: v.file()}
	c, err := v.loadBy(t.Context(), sh, watch.Reader)
	if err != nil || !strings.HasPrefix(c.Version, "version 1, sha256 ") {
		t.Fatalf("%+v, %v", c, err)
	}
	watch.Took(c.Version)
	minute, looked := make(chan struct{}), make(chan struct{})
	wait := func(ctx context.Context, d time.Duration) error {
		if d != time.Minute {
			return errors.New("it looks more often than each minute")
		}
		select {
		case looked <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case <-minute:
		case <-ctx.Done():
		}
		return ctx.Err()
	}
	told := changes(t.Context(), watch, wait)
	for range 2 { // nothing was written: nothing is told before the next wait begins
		<-looked
		minute <- struct{}{}
	}
	<-looked
	put("act")
	minute <- struct{}{}
	<-told
	c, err = v.reload(t.Context(), sh, watch, pause)
	if err != nil || !strings.HasPrefix(c.Version, "version 2, sha256 ") || c.Boldest("launch.unapproved-image") != config.Act {
		t.Errorf("%+v, %v", c, err)
	}
	if changes(t.Context(), &origin.Watch{Name: "riposte.yaml"}, wait) != nil {
		t.Error("a file is looked at, too: of it a signal tells")
	}
}
