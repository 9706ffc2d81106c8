package dynamodb

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/ledger"
)

// audit feeds items to the rules that all stores are judged by.
type audit struct {
	*ledger.Audit
	roots  map[string]string // sum of a root: the case that leads join
	rooted map[string]string // case: sum of the root that it holds
	last   map[string]int64  // case: seq of its last entry
	swept  sweptAudit
}

// partition takes all items of one partition: the chain in its order, then the rows that it is compared with.
func (a *audit) partition(items []item) {
	slices.SortFunc(items, func(x, y item) int { return cmp.Compare(textOf(x[sk]), textOf(y[sk])) })
	chain := textOf(items[0][pk])
	if isCase(chain) || chain == ledger.BrakesChain || chain == ledger.CheckpointChain || chain == ledger.ExceptionsChain || ledger.IsSweepChain(chain) {
		a.chain(chain, items)
		return
	}
	for _, i := range items {
		if !a.row(i) {
			a.foreign(i)
		}
	}
}

// chain takes the entries first, whatever stands before them. The checkpoints' were taken already.
func (a *audit) chain(name string, items []item) {
	var head item
	parts := map[key]item{}
	for _, i := range items {
		switch k := keyOf(i); {
		case strings.HasPrefix(k.sk, entryPrefix):
			if name != ledger.CheckpointChain {
				a.Entry(entryOf(i))
			}
		case k.sk == headSK:
			head = i
		case isCase(name) && strings.HasPrefix(k.sk, "part#"):
			parts[k] = i
		}
	}
	if head != nil {
		a.head(head, parts)
	}
	r := rowOf(head)
	for _, i := range items {
		switch k := keyOf(i); {
		case isCase(name) && i["message"] != nil && k == messageKey(name, messageID(textOf(i["message"]))):
			a.message(name, i, r.waitsAt(messageID(textOf(i["message"]))) >= 0)
		case name == ledger.BrakesChain && i["scope"] != nil && k == brakeKey(textOf(i["scope"])):
			a.Row(ledger.WroteBrake, textOf(i["scope"]), ledger.Sum(bytesOf(i["body"])))
		case k.sk != headSK && !strings.HasPrefix(k.sk, entryPrefix) && parts[k] == nil:
			a.foreign(i)
		}
	}
}

func (a *audit) head(i item, parts map[key]item) {
	r := rowOf(i)
	if r.parts > 0 {
		r.payload = join(&r, parts)
	}
	if a.last[r.id] = r.seq; r.root != "" {
		a.rooted[r.id] = r.root
	}
	c := ledger.CaseRow{ID: r.id, Head: r.head, State: r.state, Due: r.due, Payload: r.payload, Sealed: !r.unsealed && r.id != ledger.CheckpointChain}
	if isCase(r.id) {
		c.Odd = odd(r, i)
	}
	a.Case(c)
}

func (a *audit) message(caseID string, i item, waits bool) {
	name := rowName(caseID, messageID(textOf(i["message"])))
	if body := bytesOf(i["body"]); body == nil {
		a.Row(ledger.WroteMessage, name, ledger.Pruned)
	} else {
		a.Row(ledger.WroteMessage, name, ledger.Sum(body))
	}
	if !waits {
		a.Row(ledger.WroteTaken, name, ledger.Present)
	}
}

// row takes an item of no chain. It is false for one that does not stand where its content belongs.
func (a *audit) row(i item) bool {
	k, body := keyOf(i), bytesOf(i["body"])
	name := func(attribute string) string { return textOf(i[attribute]) }
	switch {
	case k == leadKey(name("lead")):
		a.Row(ledger.WroteLead, name("lead"), ledger.Sum([]byte(name("case_id"))))
	case k == requestKey(name("request")):
		a.Row(ledger.WroteRequest, name("request"), ledger.Present)
	case k == effectKey(name("effect")):
		a.Row(ledger.WroteEffect, name("effect"), effectSum(numberOf(i["version"]), body))
	case k == placeKey(name("bucket"), name("incident"), timeOf(i["at"])):
		a.Row(ledger.WrotePlace, placeName(name("bucket"), name("incident"), timeOf(i["at"])), ledger.Present)
	case strings.HasPrefix(k.pk, "exception#"), strings.HasPrefix(k.pk, exceptionsPrefix):
		a.Row(ledger.WroteException, k.pk+" "+k.sk, ledger.Sum(body))
	case strings.HasPrefix(k.pk, streaksPrefix), strings.HasPrefix(k.pk, coveragesPrefix), k.pk == dutiesPK:
		return a.sweptRow(k, i)
	case strings.HasPrefix(k.pk, "root#") && k.sk == rootSK:
		a.roots[strings.TrimPrefix(k.pk, "root#")] = name("case_id")
	case strings.HasPrefix(k.pk, nameByKey), strings.HasPrefix(k.pk, nameBySource), strings.HasPrefix(k.pk, nameSourcesPrefix), strings.HasPrefix(k.pk, memoryPrefix), strings.HasPrefix(k.pk, countedPrefix), strings.HasPrefix(k.pk, tracePrefix),
		strings.HasPrefix(k.pk, incidentPrefix), k == key{ledgerPK, ledgerPK}, k.pk == generation, k == replicaKey(name("replica")),
		k == letterKey(name("letter")), k == sweptAccountKey(name("swept")), k == priceKey(name("price")), strings.HasPrefix(k.pk, listPrefix), strings.HasPrefix(k.pk, matterPrefix), strings.HasPrefix(k.pk, namedPrefix),
		strings.HasPrefix(k.pk, "limit#") && k.sk == fenceSK:
		// they only keep writers in order, stand in no chain, or name replicas
	default:
		return false
	}
	return true
}

func (a *audit) foreign(i item) {
	k := keyOf(i)
	a.Broken(ledger.Whole, 0, "no riposte wrote the item %q %q", k.pk, k.sk)
}
