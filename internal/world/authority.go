package world

import (
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world/ec2"
	"github.com/ripostehq/riposte/internal/world/iam"
)

// SessionOptions are what temporary credentials may carry.
type SessionOptions = iam.SessionOptions

// Mint makes temporary credentials of a user or a role, as an identity provider or the console would, without a call
// that could be seen or denied. It is for tests and demos.
func (w *World) Mint(arn string, o SessionOptions) (aws.Credentials, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := iam.Mint(w.state, arn, o)
	if err != nil {
		return c, err
	}
	return c, w.save()
}

// OnInstance returns the credentials that the metadata service of an instance gives to what runs on it.
func (w *World) OnInstance(p event.Place, id string) (aws.Credentials, error) {
	w.mu.Lock()
	role, on, err := ec2.Delivered(w.state.At(p.Account, p.Region), id)
	w.mu.Unlock()
	if err != nil {
		return aws.Credentials{}, err
	}
	return w.Mint(role, SessionOptions{Name: id, Duration: 6 * time.Hour, Instance: &on})
}

// rights are those that were made use of, by ARN of the user or role.
type rights map[string]map[string]bool

// Exercised are the IAM actions that were granted since the world was opened, by ARN of the user or role, each once
// and in order: what a policy of exactly these actions would have been enough for.
func (w *World) Exercised() map[string][]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[string][]string{}
	for by, actions := range w.rights {
		out[by] = slices.Sorted(maps.Keys(actions))
	}
	return out
}
