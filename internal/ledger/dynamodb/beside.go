package dynamodb

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"

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
		body, err := json.Marshal(x)
		if err != nil {
			return err
		}
		k := key{exceptionsOf(x.Playbook, x.Root), moment(x.Until) + "#" + x.Case}
		t.put(k, item{"body": blob(body)}, always())
		t.wrote = append(t.wrote, ledger.Wrote{What: ledger.WroteException, Key: k.pk + " " + k.sk, Sum: ledger.Sum(body)})
	}
	return nil
}
