package world_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/world"
)

// A world that was closed in the middle goes on as if it had not been: the group replaces when it would have, the record
// that nobody acknowledged is delivered, and the ids are those of the undisturbed run.
func TestAWorldGoesOnWhereItWasSaved(t *testing.T) {
	story := func(interrupted bool) (ids []string) {
		path := filepath.Join(t.TempDir(), "riposte.world")
		w := made(t, world.Options{Seed: 7, File: path})
		stop(t, w, *web(t, w).Instances[0].InstanceId)
		pass(t, w, 20*time.Second)
		if err := w.Note("step", "3"); err != nil {
			t.Fatal(err)
		}
		if interrupted {
			var err error
			if w, err = world.Open(path, world.Options{File: path}); err != nil {
				t.Fatal(err)
			}
		}
		if w.Noted("step") != "3" {
			t.Errorf("noted %q", w.Noted("step"))
		}
		pass(t, w, time.Minute)
		for _, d := range w.Deliveries() {
			ids = append(ids, d.ID+string(d.Body))
		}
		for _, i := range web(t, w).Instances {
			ids = append(ids, *i.InstanceId)
		}
		return ids
	}
	if diff := cmp.Diff(story(false), story(true)); diff != "" {
		t.Errorf("the interrupted run differs: %s", diff)
	}
}

func TestAnAcknowledgementOutlivesTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "riposte.world")
	w := made(t, world.Options{File: path})
	stop(t, w, "i-0neighbour")
	stop(t, w, "i-0elsewhere")
	pass(t, w, 5*time.Second)
	if err := w.Ack(w.Deliveries()[0].ID); err != nil {
		t.Fatal(err)
	}
	again, err := world.Open(path, world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := delivered(t, again); len(got) != 1 || !strings.Contains(got[0].EventName, "StopInstances") {
		t.Errorf("delivered again: %+v, want the one that was not acknowledged", got)
	}
}

func TestAChangeThatCanNotBeKeptIsNotAnswered(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gone")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	w := made(t, world.Options{File: filepath.Join(dir, "riposte.world")})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	_, err := ec2.NewFromConfig(w.Config(ireland, mallory)).StopInstances(context.Background(), &ec2.StopInstancesInput{InstanceIds: []string{"i-0neighbour"}})
	if err == nil || !strings.Contains(err.Error(), "keep the world after ec2.StopInstances") {
		t.Errorf("answered %v", err)
	}
}

func TestAFileThatIsNoWorld(t *testing.T) {
	for name, text := range map[string]string{
		"cut off": `{"Format":1,"Now":`, "of a later riposte": `{"Format":99}`, "empty": "", "something else": `[]`,
		"of a riposte before": `{"Format":1}`, "without accounts": `{"Format":2,"Notes":{},"Accounts":null}`, "an account that is none": `{"Format":2,"Notes":{},"Accounts":{"1":null}}`,
		"a row that is none":           `{"Format":2,"Notes":{},"Accounts":{"1":{"Rows":{"eu-west-1":{"ec2.instance":{"i-1":null}}}}}}`,
		"rows that are none":           `{"Format":2,"Notes":{},"Accounts":{"1":{"Rows":{"eu-west-1":{"ec2.instance":null}}}}}`,
		"a kind that no service keeps": `{"Format":2,"Notes":{},"Accounts":{"1":{"Rows":{"eu-west-1":{"ec2.moon":{}}}}}}`,
	} {
		path := filepath.Join(t.TempDir(), "riposte.world")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := world.Open(path, world.Options{}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A row that was kept before its type had a map can still be written to.
func TestARowIsWholeAgainWhenItsWorldIsOpened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "riposte.world")
	made(t, world.Options{File: path})
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.ReplaceAll(text, []byte(`"Tags":{}`), []byte(`"Tags":null`)), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := world.Open(path, world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = ec2.NewFromConfig(w.Config(ireland, mallory)).CreateTags(t.Context(), &ec2.CreateTagsInput{
		Resources: []string{"i-0neighbour"}, Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}},
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTheClockNeverGoesBack(t *testing.T) {
	w := made(t, world.Options{})
	if err := w.AdvanceTo(w.Now().Add(-time.Second)); err == nil {
		t.Error("it did")
	}
}
