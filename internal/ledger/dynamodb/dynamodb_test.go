package dynamodb_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	aws "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/dynamodb"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/internal/mototest"
)

// service is one moto_server and the tables of a test in it.
type service struct {
	*mototest.Server
	tables atomic.Int64
	gate   gate
}

func start(t *testing.T) *service { return &service{Server: mototest.Start(t)} }

// gate lets one request through at a time: moto takes back a transaction that fails together with whatever others wrote
// meanwhile, where DynamoDB keeps them apart.
type gate struct {
	turn sync.Mutex
	http http.Client
}

func (g *gate) Do(r *http.Request) (*http.Response, error) {
	g.turn.Lock()
	defer g.turn.Unlock()
	resp, err := g.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, err
}

func (s *service) client(options ...func(*aws.Options)) *aws.Client {
	cfg := s.Config(event.Place{Region: "eu-west-1"})
	cfg.HTTPClient = &s.gate
	return aws.NewFromConfig(cfg, options...)
}

// table makes an empty one.
func (s *service) table(t *testing.T) string {
	t.Helper()
	name := fmt.Sprint("riposte-", s.tables.Add(1))
	if err := dynamodb.Create(t.Context(), s.client(), name); err != nil {
		t.Fatal(err)
	}
	return name
}

func open(t *testing.T, client dynamodb.Client, table string) *dynamodb.Store {
	t.Helper()
	s, err := dynamodb.Open(t.Context(), client, table, dynamodb.Entropy(rand.New(rand.NewSource(1))))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	s := start(t)
	for _, x := range []struct {
		name string
		tell func(*testing.T, *service)
	}{
		{"the contract of all ledgers", contract},
		{"the contract of sweeps", sweeps},
		{"the index of names", nameIndex},
		{"sweeps that were tampered with", tamperingWithSweeps},
		{"what a case costs from opened to contained", writes},
		{"what it costs to ask", asking},
		{"replicas share a table", replicas},
		{"faults of the network and of other replicas", shaken},
		{"an index that is late loses nothing", indexLate},
		{"an index that is behind only proposes", indexBehind},
		{"a table that was tampered with", tampering},
		{"a break is explained", explained},
		{"a table that others write to is verified", verifiedWhileBusy},
		{"a checkpoint that died halfway", halfway},
		{"a table that is no ledger", noLedger},
		{"a table that is throttled", throttled},
		{"a caller that is told to stop writes nothing", stopped},
		{"a large case", large},
		{"an attack of the demo", attacked},
		{"replicas race for a limit", limited},
		{"answers that are cut short", cutShort},
		{"a storm on one root", storm},
		{"an inbox that is full", full},
		{"the answer to a claim is lost", lostClaim},
		{"answers about a letter are lost", lostLetter},
		{"faults of the network, and letters", shakenLetters},
		{"letters do not stay for ever", letterRows},
		{"a letter goes and comes back", letterAgain},
	} {
		t.Run(x.name, func(t *testing.T) { x.tell(t, s) })
	}
}

func sweeps(t *testing.T, s *service) {
	ledgertest.Suite{Lives: 2}.RunSweeps(t, func(t *testing.T) ledger.Store { return open(t, s.client(), s.table(t)) })
}

func nameIndex(t *testing.T, s *service) {
	ledgertest.Suite{}.RunNames(t, func(t *testing.T) ledger.Store { return open(t, s.client(), s.table(t)) })
}

func contract(t *testing.T, s *service) {
	ledgertest.Suite{Lives: 2}.Run(t, func(t *testing.T) ledger.Store { return open(t, s.client(), s.table(t)) })
}
