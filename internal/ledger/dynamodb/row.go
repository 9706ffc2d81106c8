package dynamodb

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// row is the head of a chain: of a case, all of it beside the payload. The chains of brakes and checkpoints have only the
// first four and unsealed.
type row struct {
	id       string
	rev      int64  // goes up with every write of the row: what was read is written over that only
	seq      int64  // of the chain's last entry
	head     string // and its hash
	unsealed bool   // the chain has grown since a checkpoint named it

	schema            int
	playbook, account string
	state             ledger.State
	version           int64
	severity          playbook.Severity
	rank              time.Time // from when on it stands in the order of claims, whatever its due time
	ready             bool      // it was due, and not leased, when it was written: it stands in that order
	due, lease        time.Time
	holder            string
	urgency, attempts int
	waiting           []string // the messages that wait, oldest first; see waiting
	root              string   // sum of the root that leads join by, while the case holds it
	parts             int      // of the payload, 0 where it stands in the row
	sum               string   // of the payload, where it has parts
	payload           []byte
}

const payloadName = "payload"

// optional are the attributes that come and go.
var optional = [...]string{"due", "lease", "holder", "root", "sum", "severity", "rank", payloadName, wakeIn, wakeAt, sealIn}

// wake is when the case can be claimed: due, and not leased. What is never due does not become so when a lease ends.
func (r row) wake() time.Time {
	if !r.due.IsZero() && r.lease.After(r.due) {
		return r.lease
	}
	return r.due
}

// position is where the index of due times has the case.
func (r row) position() position {
	since := r.due
	if r.rank.After(since) {
		since = r.rank
	}
	return position{at: r.wake(), sev: ledger.Precedence(r.severity), since: since, ready: r.ready, leased: r.lease.After(r.due)}
}

// attributes are all but the key and the payload.
func (r row) attributes() item {
	i := item{"rev": number(r.rev), "seq": number(r.seq), "head": text(r.head)}
	if r.unsealed {
		i[sealIn] = text(shard(r.id))
	}
	if !isCase(r.id) {
		return i
	}
	i[listIn] = text(shard(r.id))
	i["schema"], i["version"], i["attempts"] = number(int64(r.schema)), number(r.version), number(int64(r.attempts))
	i["urgency"], i["parts"] = number(int64(r.urgency)), number(int64(r.parts))
	i["playbook"], i["account"], i["state"] = text(r.playbook), text(r.account), text(string(r.state))
	i["waiting"] = list(r.waiting)
	for name, v := range map[string]string{"holder": r.holder, "root": r.root, "sum": r.sum, "severity": string(r.severity)} {
		if v != "" {
			i[name] = text(v)
		}
	}
	for name, t := range map[string]time.Time{"due": r.due, "lease": r.lease, "rank": r.rank} {
		if !t.IsZero() {
			i[name] = at(t)
		}
	}
	if !r.wake().IsZero() {
		i[wakeAt] = r.position().number()
		i[wakeIn] = text(wakePartition(r.schema, r.urgency, shard(r.id)))
	}
	return i
}

func rowOf(i item) row {
	return row{
		id: textOf(i[pk]), rev: numberOf(i["rev"]), seq: numberOf(i["seq"]), head: textOf(i["head"]), unsealed: i[sealIn] != nil,
		schema: int(numberOf(i["schema"])), playbook: textOf(i["playbook"]), account: textOf(i["account"]),
		state: ledger.State(textOf(i["state"])), version: numberOf(i["version"]), due: timeOf(i["due"]), lease: timeOf(i["lease"]),
		severity: playbook.Severity(textOf(i["severity"])), rank: timeOf(i["rank"]), ready: positionOf(i[wakeAt]).ready,
		holder: textOf(i["holder"]), urgency: int(numberOf(i["urgency"])), attempts: int(numberOf(i["attempts"])),
		waiting: listOf(i["waiting"]), root: textOf(i["root"]), parts: int(numberOf(i["parts"])), sum: textOf(i["sum"]),
		payload: bytesOf(i[payloadName]),
	}
}

// toCase reads the case. Of one whose payload was pruned, what stands beside it is left.
func (r row) toCase() (*ledger.Case, error) {
	c := ledger.Case{Schema: r.schema, ID: r.id, Playbook: r.playbook, State: r.state, Root: event.Resource{Account: r.account}}
	if r.payload != nil {
		c = ledger.Case{}
		if err := json.Unmarshal(r.payload, &c); err != nil {
			return nil, fmt.Errorf("read case %s: %w", r.id, err)
		}
	}
	c.Version, c.Due, c.Attempts = r.version, r.due, r.attempts
	return &c, nil
}
