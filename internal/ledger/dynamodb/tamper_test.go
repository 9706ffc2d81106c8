package dynamodb_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/dynamodb"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/playbook"
)

type item = map[string]types.AttributeValue

// evidence is a ledger that an attacker will want to change, and a way to do it.
type evidence struct {
	*testing.T
	*dynamodb.Store
	raw      *client.Client
	table    string
	one, two string // cases
	kept     ledger.Checkpoint
}

// collect writes, in each chain:
//
//	one: 1 opened  2 joined  3 acts | checkpoint | 4 contained
//	two: 1 opened | checkpoint | 2 dismissed
//	brakes: 1 on | checkpoint
func (s *service) collect(t *testing.T) *evidence {
	e := &evidence{T: t, table: s.table(t), raw: s.client()}
	e.Store = open(t, e.raw, e.table)
	now := ledgertest.Start()
	a, err := e.Admit(t.Context(), now, []playbook.StoredSuspect{ledgertest.Lead("e-1", "i-1"), ledgertest.Lead("e-2", "i-2"), ledgertest.Lead("e-3", "i-1")}, ledger.FirstClaim{})
	e.must(err)
	e.one, e.two = a[0].Case, a[1].Case
	e.commit(e.one, ledger.Acting, ledger.Write{
		Taken: []string{ledger.Key(ledgertest.Lead("e-3", "i-1"))}, Requests: []string{"r-1"},
		Effects:    []*ledger.Effect{{Key: "suspend web", Owners: []string{e.one}}},
		Reserve:    []ledger.Reservation{{Bucket: "destroy", Incident: "mallory", At: now}},
		Exceptions: []ledger.Exception{{Playbook: "launch.unapproved-image", Root: "i-9", Until: now.Add(time.Hour), By: "alice"}},
	})
	e.must(e.Halt(t.Context(), ledger.Brake{Scope: "all", By: "alice", At: now}))
	e.kept, err = e.Checkpoint(t.Context(), now)
	e.must(err)
	e.commit(e.one, ledger.Contained, ledger.Write{})
	e.commit(e.two, ledger.Dismissed, ledger.Write{})
	if v := e.verify(); len(v.Broken) > 0 || v.Entries != 8 || v.Chains != 4 {
		t.Fatalf("before it was touched: %+v", v)
	}
	return e
}

func (e *evidence) must(err error) {
	e.Helper()
	if err != nil {
		e.Fatal(err)
	}
}

func (e *evidence) commit(id string, state ledger.State, w ledger.Write) {
	e.Helper()
	c, err := e.Load(e.Context(), id)
	e.must(err)
	w.At = ledgertest.Start().Add(time.Second)
	if c.State = state; state.Open() {
		c.Due = w.At
	} else {
		c.Due = time.Time{}
	}
	e.must(e.Commit(e.Context(), c, w))
}

func (e *evidence) verify() ledger.Verification {
	e.Helper()
	v, err := e.Verify(e.Context(), e.kept)
	e.must(err)
	return v
}

// broken is what Verify says, with the case ids told by name.
func (e *evidence) broken() (out []ledger.Break) {
	e.Helper()
	for _, b := range e.verify().Broken {
		out = append(out, ledger.Break{Chain: strings.NewReplacer(e.one, "one", e.two, "two").Replace(b.Chain), Seq: b.Seq})
	}
	return out
}

// all are the items whose keys begin so.
func (e *evidence) all(pk, sk string) (out []item) {
	e.Helper()
	found, err := e.raw.Scan(e.Context(), &client.ScanInput{TableName: &e.table})
	e.must(err)
	for _, i := range found.Items {
		if strings.HasPrefix(text(i["pk"]), pk) && strings.HasPrefix(text(i["sk"]), sk) {
			out = append(out, i)
		}
	}
	if len(out) == 0 {
		e.Fatalf("nothing at %q %q to tamper with", pk, sk)
	}
	return out
}

// restore makes the table what it was.
func (e *evidence) restore(to []item) {
	e.Helper()
	e.delete("", "")
	for _, i := range to {
		e.put(i)
	}
}

func (e *evidence) item(pk, sk string) item { e.Helper(); return e.all(pk, sk)[0] }

func (e *evidence) put(i item) {
	e.Helper()
	_, err := e.raw.PutItem(e.Context(), &client.PutItemInput{TableName: &e.table, Item: i})
	e.must(err)
}

func (e *evidence) delete(pk, sk string) {
	e.Helper()
	for _, i := range e.all(pk, sk) {
		_, err := e.raw.DeleteItem(e.Context(), &client.DeleteItemInput{TableName: &e.table, Key: item{"pk": i["pk"], "sk": i["sk"]}})
		e.must(err)
	}
}

// set changes one attribute; nil takes it out.
func (e *evidence) set(pk, sk, name string, v types.AttributeValue) {
	e.Helper()
	i := e.item(pk, sk)
	if i[name] = v; v == nil {
		delete(i, name)
	}
	e.put(i)
}

func (e *evidence) swap(pk, sk, name, from, to string) {
	e.Helper()
	b := e.item(pk, sk)[name].(*types.AttributeValueMemberB).Value
	if !bytes.Contains(b, []byte(from)) {
		e.Fatalf("%s does not hold %q", b, from)
	}
	e.set(pk, sk, name, &types.AttributeValueMemberB{Value: bytes.ReplaceAll(b, []byte(from), []byte(to))})
}

// move gives an item another key.
func (e *evidence) move(pk, sk, toPK, toSK string) {
	e.Helper()
	i := e.item(pk, sk)
	e.delete(pk, sk)
	i["pk"], i["sk"] = str(toPK), str(toSK)
	e.put(i)
}

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func num(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }

func text(v types.AttributeValue) string {
	s, _ := v.(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}

func entry(seq int) string { return fmt.Sprintf("entry#%012d", seq) }

func tampering(t *testing.T, s *service) {
	in := func(chain string, seq int64) ledger.Break { return ledger.Break{Chain: chain, Seq: seq} }
	one, two := func(seq int64) ledger.Break { return in("one", seq) }, func(seq int64) ledger.Break { return in("two", seq) }
	e := s.collect(t)
	whole := e.all("", "")
	kept, made := in(ledger.Whole, 1), in(ledger.Whole, 1) // which the ledger as one names by its last checkpoint
	for _, x := range []struct {
		name string
		do   func(*evidence)
		want []ledger.Break
	}{
		{"an entry is changed", func(e *evidence) { e.swap(e.one, entry(2), "bytes", "joined", "parted") }, []ledger.Break{one(2)}},
		{"an entry that is not sealed yet is changed", func(e *evidence) { e.swap(e.one, entry(4), "bytes", "contained", "CONTAINED") },
			[]ledger.Break{one(4)}},
		{"an entry is no JSON", func(e *evidence) { e.set(e.one, entry(4), "bytes", &types.AttributeValueMemberB{Value: []byte{0}}) },
			[]ledger.Break{one(4)}},
		{"an entry is deleted", func(e *evidence) { e.delete(e.one, entry(2)) }, []ledger.Break{made, one(2)}},
		{"two entries change places", func(e *evidence) {
			e.move(e.one, entry(2), e.one, entry(9))
			e.move(e.one, entry(3), e.one, entry(2))
			e.move(e.one, entry(9), e.one, entry(3))
		}, []ledger.Break{one(2)}},
		{"an entry is put into another chain", func(e *evidence) { e.move(e.two, entry(2), e.one, entry(5)) }, []ledger.Break{two(1), one(5)}},
		{"the last entry is cut off", func(e *evidence) { e.delete(e.two, entry(2)) }, []ledger.Break{two(1)}},
		{"the tail is cut off and the case with it", func(e *evidence) {
			before := e.item(e.one, entry(1))
			for n := 2; n <= 4; n++ {
				e.delete(e.one, entry(n))
			}
			e.set(e.one, "head", "head", before["hash"])
		}, []ledger.Break{one(1), made}},
		{"the checkpoint is cut off", func(e *evidence) { e.delete("checkpoints", "") }, []ledger.Break{in(ledger.BrakesChain, 1), made}},
		{"a payload is changed", func(e *evidence) { e.swap(e.one, "head", "payload", "mallory", "alice") }, []ledger.Break{one(4)}},
		{"a payload is pruned", func(e *evidence) { e.set(e.two, "head", "payload", nil) }, nil},
		{"a case is deleted", func(e *evidence) { e.delete(e.one, "head") }, []ledger.Break{one(1)}},
		{"a case is deleted with all that it says", func(e *evidence) { e.delete(e.one, "") }, []ledger.Break{one(1), made}},
		{"a case is put to sleep", func(e *evidence) { e.set(e.one, "head", "due", nil); e.set(e.one, "head", "wake_at", nil) }, []ledger.Break{one(4)}},
		{"a case is hidden from claims", func(e *evidence) { e.set(e.one, "head", "wake_in", str("9#9#9")) }, []ledger.Break{one(4)}},
		{"a case is hidden from lists", func(e *evidence) { e.set(e.one, "head", "list_in", nil) }, []ledger.Break{one(4)}},
		{"a case is hidden from checkpoints", func(e *evidence) { e.set(e.one, "head", "seal_in", nil) }, []ledger.Break{one(4)}},
		{"a case poses as a newer riposte's", func(e *evidence) { e.set(e.one, "head", "schema", num("99")) }, []ledger.Break{one(4)}},
		{"a case is said to be verified", func(e *evidence) { e.set(e.one, "head", "state", str("verified")) }, []ledger.Break{one(4)}},
		{"a case is moved to another account", func(e *evidence) { e.set(e.one, "head", "account", str("444455556666")) }, []ledger.Break{one(4)}},
		{"a message is changed", func(e *evidence) { e.swap(e.one, "message#", "body", "mallory", "alice") }, []ledger.Break{one(2)}},
		{"a message is to be taken again", func(e *evidence) {
			id := strings.TrimPrefix(text(e.item(e.one, "message#")["sk"]), "message#")
			e.set(e.one, "head", "waiting", &types.AttributeValueMemberL{Value: []types.AttributeValue{str(id)}})
		}, []ledger.Break{one(3)}},
		{"a lead that never came is said to be known", func(e *evidence) {
			i := e.item("lead#", "lead")
			i["lead"] = str("lead|launch.unapproved-image|e-9|x")
			i["pk"] = str("lead#" + ledger.Sum([]byte(text(i["lead"]))))
			e.put(i)
		}, []ledger.Break{made}},
		{"a known lead is forgotten", func(e *evidence) { e.delete("lead#", "lead") }, []ledger.Break{one(1), two(1)}},
		{"leads are led to a closed case", func(e *evidence) { e.set("root#", "root", "case_id", str(e.two)) }, []ledger.Break{two(2), one(4)}},
		{"an effect is changed", func(e *evidence) { e.set("effects#", "", "body", &types.AttributeValueMemberB{Value: []byte("{}")}) },
			[]ledger.Break{one(3)}},
		{"an effect can't be written any more", func(e *evidence) { e.set("effects#", "", "version", num("7")) }, []ledger.Break{one(3)}},
		{"an effect is deleted", func(e *evidence) { e.delete("effects#", "") }, []ledger.Break{one(3)}},
		{"an effect is made up", func(e *evidence) {
			i := e.item("effects#", "")
			i["effect"], i["sk"] = str("k"), str(ledger.Sum([]byte("k")))
			for n := range 4 { // wherever it belongs, it was never written
				i["pk"] = str(fmt.Sprint("effects#", n))
				e.put(i)
			}
		}, []ledger.Break{in(ledger.Whole, 0)}},
		{"a request id is forgotten", func(e *evidence) { e.delete("request#", "") }, []ledger.Break{one(3)}},
		{"a request id is claimed as riposte's", func(e *evidence) {
			e.put(item{"pk": str("request#" + ledger.Sum([]byte("r-2"))), "sk": str("request"), "request": str("r-2")})
		}, []ledger.Break{made}},
		{"an incident is not counted", func(e *evidence) { e.delete("limit#", "at#") }, []ledger.Break{one(3)}},
		{"an exception lasts longer", func(e *evidence) {
			i := e.item("exception#", "")
			e.move("exception#", "", text(i["pk"]), "9"+text(i["sk"])[1:])
		}, []ledger.Break{made, one(3)}},
		{"an exception covers another root", func(e *evidence) {
			i := e.item("exception#", "")
			e.move("exception#", "", "exception#"+ledger.Sum([]byte("i-1")), text(i["sk"]))
		}, []ledger.Break{made, one(3)}},
		{"a brake is taken off", func(e *evidence) { e.delete("brakes", "brake#") }, []ledger.Break{in(ledger.BrakesChain, 1)}},
		{"the brakes are taken out", func(e *evidence) { e.delete("brakes", "") }, []ledger.Break{in(ledger.BrakesChain, 1)}},
		{"a foreign item lies in the table", func(e *evidence) { e.put(item{"pk": str("x"), "sk": str("y")}) },
			[]ledger.Break{in(ledger.Whole, 0)}},
		{"the chain is forged, its hashes valid", func(e *evidence) { e.forge(e.one, false) }, []ledger.Break{one(3)}},
		{"the chain is forged, the checkpoints too", func(e *evidence) { e.forge(e.one, true) }, []ledger.Break{kept}},
	} {
		t.Run(x.name, func(t *testing.T) {
			e := *e
			e.T = t
			defer e.restore(whole)
			x.do(&e)
			if d := cmp.Diff(x.want, e.broken()); d != "" {
				t.Errorf("%s\n%+v", d, e.verify().Broken)
			}
		})
	}
}

// forge rewrites the notes of a case's second entry and gives every later one a hash that fits, as a patient attacker would.
func (e *evidence) forge(chain string, checkpoints bool) {
	e.Helper()
	prev, hashes := "", map[int64]string{}
	for n := 1; n <= 4; n++ {
		prev = e.rewrite(chain, n, func(l *ledger.Link) {
			if l.Prev = prev; n == 2 {
				l.Notes = []string{"nothing to see here"}
			}
		})
		hashes[int64(n)] = prev
	}
	if !checkpoints {
		return
	}
	e.rewrite(ledger.CheckpointChain, 1, func(l *ledger.Link) {
		i := slices.IndexFunc(l.Heads, func(h ledger.Head) bool { return h.Chain == chain })
		l.Heads[i].Hash = hashes[l.Heads[i].Seq]
		root, err := ledger.Seal("", l.Heads)
		e.must(err)
		l.Seals.Root = root
	})
}

// rewrite changes one entry, and its chain's head with it.
func (e *evidence) rewrite(chain string, seq int, change func(*ledger.Link)) string {
	e.Helper()
	l, err := ledger.ReadLink(e.item(chain, entry(seq))["bytes"].(*types.AttributeValueMemberB).Value)
	e.must(err)
	change(&l)
	x, err := l.Entry()
	e.must(err)
	e.set(chain, entry(seq), "bytes", &types.AttributeValueMemberB{Value: x.Bytes})
	e.set(chain, entry(seq), "hash", str(x.Hash))
	e.set(chain, "head", "head", str(x.Hash))
	return x.Hash
}

func explained(t *testing.T, s *service) {
	e := s.collect(t)
	e.swap(e.one, entry(4), "bytes", "contained", "CONTAINED")
	b := e.verify().Broken
	if len(b) != 1 || b[0].Chain != e.one || b[0].Seq != 4 || !strings.Contains(b[0].Why, "was changed") {
		t.Errorf("%+v", b)
	}
}

// halfway: its entry was written, the chains that it names were not marked.
func halfway(t *testing.T, s *service) {
	table := s.table(t)
	dying := s.client(func(o *client.Options) { o.APIOptions = append(o.APIOptions, refuse("UpdateItem")) })
	l := open(t, s.client(), table)
	if _, err := l.Admit(t.Context(), ledgertest.Start(), []playbook.StoredSuspect{ledgertest.Lead("e-1", "i-1")}, ledger.FirstClaim{}); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, dying, table).Checkpoint(t.Context(), ledgertest.Start()); err == nil {
		t.Fatal("nothing was refused")
	}
	var kept []ledger.Checkpoint
	for range 2 {
		c, err := l.Checkpoint(t.Context(), ledgertest.Start())
		if err != nil || c.Seq != 2 {
			t.Fatalf("%+v, %v", c, err)
		}
		kept = append(kept, c)
	}
	if v, err := l.Verify(t.Context(), kept...); err != nil || len(v.Broken) > 0 || v.Checkpoints != 2 || aws.ToString(&v.Last.Root) != kept[1].Root {
		t.Errorf("%+v, %v", v, err)
	}
}
