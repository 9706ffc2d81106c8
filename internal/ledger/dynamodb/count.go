package dynamodb

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

const countedPrefix = "counted#"

// endsAt is DynamoDB's time to live, in seconds since 1970. Rows that count have one, traces and letters: they are no part of the record.
const endsAt = "ends"

func countedIn(playbookID, actor string) string {
	return countedPrefix + sum(ledger.CountKey(playbookID, actor))
}

// lead writes down which case has a suspect, and, of one that counts, that it does.
func (t *tx) lead(name, caseID string, l playbook.StoredSuspect, now time.Time) {
	t.put(leadKey(name), item{"lead": text(name), "case_id": text(caseID)}, absent(errAgain))
	if l.Weight <= 0 || len(l.Actors) == 0 {
		return
	}
	k := key{countedIn(l.Playbook, l.Actors[0]), "at#" + moment(l.Origin.Occurred) + "#" + sum(name)}
	t.put(k, item{"weight": number(int64(l.Weight)), endsAt: number(now.Add(playbook.CountedFor).Unix())}, always())
}

// Count adds up suspects; see ledger.Memory.
func (s *Store) Count(ctx context.Context, w playbook.Window) (n playbook.Count, err error) {
	q := query{
		partition: countedIn(w.Playbook, w.Actor), where: "#s BETWEEN :from AND :to", limit: ledger.MostCounted + 1,
		values: item{":from": text("at#" + moment(w.From)), ":to": text("at#" + moment(w.To) + "#~")},
	}
	err = s.items(ctx, q, func(i item) bool {
		n = ledger.Counted(n, int(numberOf(i["weight"])))
		return !n.More
	})
	return n, s.explain(err)
}
