package dynamodb

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// effects writes each effect over the version that was read; one that is of no use any more goes. It keeps the versions that
// will stand, 0 where none will.
func (t *commit) effects(context.Context) error {
	changed := false
	for _, e := range t.w.Effects {
		if !e.Kept() && e.Version == 0 { // never was, and is not wanted
			t.versions = append(t.versions, 0)
			continue
		}
		stale := fmt.Errorf("effect %q: %w", e.Key, ledger.ErrStale)
		unchanged := absent(stale)
		if e.Version != 0 {
			unchanged = over("version", e.Version, stale)
		}
		x := ledger.Wrote{What: ledger.WroteEffect, Key: e.Key, Over: e.Version}
		if e.Kept() {
			body, err := json.Marshal(e)
			if err != nil {
				return fmt.Errorf("effect %q: %w", e.Key, err)
			}
			x.As = t.version(e.Key)
			x.Sum = effectSum(x.As, body)
			t.put(effectKey(e.Key), item{"effect": text(e.Key), "body": blob(body), "version": number(x.As)}, unchanged)
		} else {
			t.delete(effectKey(e.Key), unchanged)
		}
		t.wrote, t.versions = append(t.wrote, x), append(t.versions, x.As)
		changed = changed || x.As != e.Version
	}
	if changed {
		t.count(key{generation, fmt.Sprintf("%02d", hash(t.c.ID)%counters)})
	}
	return nil
}

// version names what this commit makes of a row, as no other does: the record leads from one version to the next, whichever
// cases wrote them, also where a row goes and comes back.
func (t *commit) version(name string) int64 {
	h := sha256.Sum256([]byte(t.c.ID + " " + strconv.FormatInt(t.r.seq+1, 10) + " " + name))
	return int64(binary.BigEndian.Uint64(h[:8])>>1 | 1)
}

func effectSum(version int64, body []byte) string {
	return ledger.Sum(append(strconv.AppendInt(nil, version, 10), body...))
}

func (t *commit) requests(context.Context) error {
	for _, id := range t.w.Requests {
		t.put(requestKey(id), item{"request": text(id)}, always())
		t.wrote = append(t.wrote, ledger.Wrote{What: ledger.WroteRequest, Key: id, Sum: ledger.Present})
	}
	return nil
}

func (t *commit) exceptions(context.Context) error {
	for _, x := range t.w.Exceptions {
		wrote, err := t.except(x)
		if err != nil {
			return err
		}
		t.wrote = append(t.wrote, wrote...)
	}
	for _, x := range t.w.Revoked {
		for _, k := range exceptionKeys(x) {
			t.delete(k, always())
			t.wrote = append(t.wrote, ledger.Wrote{What: ledger.WroteException, Key: k.pk + " " + k.sk})
		}
	}
	return nil
}

func (t *tx) except(x ledger.Exception) (wrote []ledger.Wrote, err error) {
	body, err := json.Marshal(x)
	if err != nil {
		return nil, err
	}
	for _, k := range exceptionKeys(x) {
		t.put(k, item{"body": blob(body)}, always())
		wrote = append(wrote, ledger.Wrote{What: ledger.WroteException, Key: k.pk + " " + k.sk, Sum: ledger.Sum(body)})
	}
	return wrote, nil
}

// Grant writes an exception that comes from no case; see ledger.Exceptions.
func (s *Store) Grant(ctx context.Context, x ledger.Exception) error {
	return s.explain(retryConflict(ctx, func(ctx context.Context) error {
		t := &tx{}
		wrote, err := t.except(x)
		if err != nil {
			return err
		}
		return s.appendTo(ctx, t, ledger.ExceptionsChain, ledger.Link{At: x.Order.At, Notes: []string{x.Granted()}, Wrote: wrote})
	}))
}

// Revoke ends such an exception; see ledger.Exceptions.
func (s *Store) Revoke(ctx context.Context, x ledger.Exception, o ledger.Order) (was bool, err error) {
	err = retryConflict(ctx, func(ctx context.Context) error {
		keys := exceptionKeys(x)
		on, err := s.get(ctx, keys[0])
		if was = on != nil && err == nil; !was {
			return err
		}
		t := &tx{}
		var wrote []ledger.Wrote
		for _, k := range keys {
			t.delete(k, condition{holds: "attribute_exists(pk)", otherwise: errAgain})
			wrote = append(wrote, ledger.Wrote{What: ledger.WroteException, Key: k.pk + " " + k.sk})
		}
		return s.appendTo(ctx, t, ledger.ExceptionsChain, ledger.Link{At: o.At, Notes: []string{x.Ended(o)}, Wrote: wrote})
	})
	return was && err == nil, s.explain(err)
}

// wide stands for the root of exceptions that are of more than one: a gate reads those of a playbook in one go. People give them, so they are few.
const wide = "*"

// exceptionKeys are an exception's two items: that by which a gate finds it, and that of the list of all.
func exceptionKeys(x ledger.Exception) []key {
	name, root := moment(x.Until)+"#"+cmp.Or(x.Case, x.ID()), x.Root
	if x.Wide() {
		root = wide
	}
	return []key{{exceptionsOf(x.Playbook, root), name}, {exceptionsPrefix + shard(x.Case), name}}
}

// Exceptions are those in force; see ledger.Exceptions. What an older riposte wrote is in no list.
func (s *Store) Exceptions(ctx context.Context, at time.Time) ([]ledger.Exception, error) {
	var queries []query
	for n := range shards {
		queries = append(queries, query{
			partition: exceptionsPrefix + strconv.Itoa(n), where: "#s >= :now", values: item{":now": text(moment(at.Add(1)))},
		})
	}
	found, err := s.spread(ctx, queries)
	if err != nil {
		return nil, s.explain(err)
	}
	var out []ledger.Exception
	for _, i := range found {
		x, err := bodyOf[ledger.Exception](i)
		if err != nil {
			return nil, s.explain(err)
		}
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b ledger.Exception) int { return a.Until.Compare(b.Until) })
	return out, nil
}
