package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"runtime/debug"
	"sync"
	"time"

	api "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// atOnce is how many clicks are worked on at a time.
const atOnce = 16

// soon is how long a click is worked on before it is acknowledged: Slack waits three seconds, and then tells the person that it failed.
const soon = 2500 * time.Millisecond

// longest is the longest time between two tries to connect.
const longest = 5 * time.Minute

// Listen takes clicks by Socket Mode until it is told to stop: a connection from here to Slack, authenticated by the app's own token
// (xapp-...), so that nobody has to be let in. What breaks is connected again, ever more patiently.
func (k *Clicks) Listen(ctx context.Context, appToken string) {
	for patience := time.Second; ; patience = min(2*patience, longest) {
		began := k.Now()
		err := k.connected(ctx, appToken)
		if ctx.Err() != nil {
			return
		}
		if k.Now().Sub(began) > longest {
			patience = time.Second
		}
		k.Log.Error("Slack's clicks don't come: trying again", "error", k.failure(err), "in", patience)
		t := time.NewTimer(patience)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return
		}
	}
}

// connected takes clicks until it is told to stop, or the library gives up, which it does where Slack takes the token no more. Clicks in hand are dealt
// with to their end, by the connection that brought them.
func (k *Clicks) connected(ctx context.Context, appToken string) error {
	whole, cancel := context.WithCancel(context.WithoutCancel(ctx))
	quiet := log.New(io.Discard, "", 0) // it would log URLs, which hold tickets
	client := socketmode.New(api.New(k.Token, append(k.options(), api.OptionAppLevelToken(appToken), api.OptionLog(quiet))...), socketmode.OptionLog(quiet))
	ended := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				ended <- fmt.Errorf("panic: %v", p)
			}
		}()
		ended <- client.RunContext(whole)
	}()
	h := hand{k: k, client: client, slots: make(chan struct{}, atOnce)}
	defer func() { h.all.Wait(); cancel() }()
	for {
		select {
		case err := <-ended:
			return err
		case e := <-client.Events:
			h.take(whole, e)
		case <-ctx.Done():
			h.rest(whole)
			return ctx.Err()
		}
	}
}

// hand is the clicks of one connection that are dealt with.
type hand struct {
	k      *Clicks
	client *socketmode.Client
	slots  chan struct{}
	all    sync.WaitGroup
}

// rest takes what has come already.
func (h *hand) rest(ctx context.Context) {
	for {
		select {
		case e := <-h.client.Events:
			h.take(ctx, e)
		default:
			return
		}
	}
}

func (h *hand) take(ctx context.Context, e socketmode.Event) {
	switch {
	case e.Type == socketmode.EventTypeInteractive && e.Request != nil:
		h.slots <- struct{}{}
		h.all.Go(func() {
			defer func() { <-h.slots }()
			h.k.answer(ctx, h.client, *e.Request)
		})
	case e.Request != nil && e.Request.EnvelopeID != "": // what the app did not ask for
		h.k.acknowledge(ctx, h.client, *e.Request)
	case e.Type == socketmode.EventTypeConnected:
		h.k.Log.Info("clicks in Slack are taken")
	case e.Type == socketmode.EventTypeConnectionError:
		err := errors.New("slack can't be reached")
		if c, ok := e.Data.(*api.ConnectionErrorEvent); ok {
			err = h.k.failure(c.ErrorObj)
		}
		h.k.Log.Warn("Slack's clicks don't come: connecting again", "error", err)
	}
}

// answer deals with a click, and acknowledges it whatever comes of it: Slack brings none twice.
func (k *Clicks) answer(ctx context.Context, client *socketmode.Client, r socketmode.Request) {
	limited, cancel := context.WithTimeout(ctx, soon)
	defer cancel()
	err := k.caught(limited, r.Payload)
	k.acknowledge(ctx, client, r)
	if err != nil {
		k.Log.Error("a click could not be dealt with", "error", err)
		late, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		k.sorry(late, r.Payload)
	}
}

// caught takes a click, and a panic over it for an error: what one person clicks must not end the process.
func (k *Clicks) caught(ctx context.Context, payload []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			k.Log.Error("panic recovered", "in", "a click", "what", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = errors.New("a click could not be read")
		}
	}()
	return k.Take(ctx, payload)
}

func (k *Clicks) acknowledge(ctx context.Context, client *socketmode.Client, r socketmode.Request) {
	if err := client.AckCtx(ctx, r.EnvelopeID, nil); err != nil {
		k.Log.Warn("a click could not be acknowledged", "error", err)
	}
}
