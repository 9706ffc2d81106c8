package slack_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify/slack/slacktest"
)

// By Socket Mode a click is acknowledged whatever comes of it; a connection that breaks is made again; told to stop, it stops.
func TestClicksBySocket(t *testing.T) {
	s := newStage(t)
	m := s.send(letter())
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		s.clicks.Listen(ctx, slacktest.AppToken)
		close(ended)
	}()
	if !s.slack.Await(1) {
		t.Fatal("no connection")
	}
	if !s.slack.Deliver(s.slack.Press("U1ANN", m, "Approve")) || len(s.ordered()) != 1 {
		t.Errorf("orders %+v", s.ordered())
	}
	s.mu.Lock()
	s.broken = errors.New("the ledger does not answer")
	s.mu.Unlock()
	if !s.slack.Deliver(s.slack.Press("U1ANN", m, "Dismiss")) {
		t.Error("a click that failed was not acknowledged")
	}
	s.mu.Lock()
	s.broken = nil
	s.mu.Unlock()
	s.slack.Die()
	if !s.slack.Await(2) {
		t.Fatal("no second connection")
	}
	if !s.slack.Deliver(s.slack.Press("U2BOB", m, "Dismiss")) || len(s.ordered()) != 2 {
		t.Errorf("orders %+v", s.ordered())
	}
	if told := s.told(); len(told) != 1 { // of what failed
		t.Errorf("told %q", told)
	}
	stop()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Fatal("it does not end")
	}
	s.secrets()
}

// Who clicks while riposte is told to stop, or reads its configuration again, has given the order, and is not told that it came to nothing.
func TestAClickInHandIsDealtWithToItsEnd(t *testing.T) {
	s := newStage(t)
	m := s.send(letter())
	began, goes := make(chan struct{}), make(chan struct{})
	s.clicks.Order = func(ctx context.Context, id string, o ledger.Order) (string, error) {
		close(began)
		select {
		case <-goes:
		case <-ctx.Done():
			return "", ctx.Err()
		}
		return s.order(ctx, id, o)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		s.clicks.Listen(ctx, slacktest.AppToken)
		close(ended)
	}()
	if !s.slack.Await(1) {
		t.Fatal("no connection")
	}
	go s.slack.Deliver(s.slack.Press("U1ANN", m, "Approve"))
	<-began
	stop()
	close(goes)
	<-ended
	if len(s.ordered()) != 1 || len(s.told()) != 0 {
		t.Errorf("orders %+v, told %q", s.ordered(), s.told())
	}
}

// A click over which riposte panics is acknowledged, and ends nothing: the next is dealt with.
func TestAClickThatPanicsEndsNothing(t *testing.T) {
	s := newStage(t)
	m := s.send(letter())
	panics := true
	s.clicks.Order = func(ctx context.Context, id string, o ledger.Order) (string, error) {
		if panics {
			panics = false
			panic("nobody foresaw this")
		}
		return s.order(ctx, id, o)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		s.clicks.Listen(ctx, slacktest.AppToken)
		close(ended)
	}()
	if !s.slack.Await(1) {
		t.Fatal("no connection")
	}
	if !s.slack.Deliver(s.slack.Press("U1ANN", m, "Approve")) || len(s.ordered()) != 0 {
		t.Errorf("orders %+v", s.ordered())
	}
	if !s.slack.Deliver(s.slack.Press("U2BOB", m, "Approve")) || len(s.ordered()) != 1 {
		t.Errorf("orders %+v", s.ordered())
	}
	stop()
	<-ended
	if told := s.told(); len(told) != 1 { // of what failed
		t.Errorf("told %q", told)
	}
}
