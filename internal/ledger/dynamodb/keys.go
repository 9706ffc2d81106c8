package dynamodb

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// The attributes that keys and indexes are made of; a table is made by these names, here and in deploy/.
const (
	pk     = "pk"
	sk     = "sk"
	wakeIn = "wake_in"
	wakeAt = "wake_at"
	listIn = "list_in"
	sealIn = "seal_in"
	sealBy = "seal_by" // the checkpoint that seals a chain; of no meaning beside seal_in

	wakeIndex     = "wake"
	casesIndex    = "cases"
	unsealedIndex = "unsealed"
)

// What is looked through as one is spread over some partitions, since one takes a thousand writes a second; each is also a
// question more that an idle replica asks each second. The numbers may grow, never shrink.
const (
	shards   = 2
	counters = 32
)

const (
	headSK      = "head"
	leadSK      = "lead"
	rootSK      = "root"
	requestSK   = "request"
	fenceSK     = "fence"
	generation  = "generation"
	ledgerPK    = "ledger"
	entryPrefix = "entry#"

	exceptionsPrefix = "exceptions#"
)

// key is an item's name.
type key struct{ pk, sk string }

func headKey(chain string) key             { return key{chain, headSK} }
func entryKey(chain string, seq int64) key { return key{chain, fmt.Sprintf(entryPrefix+"%012d", seq)} }
func partKey(caseID string, n int) key     { return key{caseID, fmt.Sprintf("part#%03d", n)} }
func messageKey(caseID, id string) key     { return key{caseID, "message#" + id} }
func leadKey(lead string) key              { return key{"lead#" + sum(lead), leadSK} }
func rootKey(rootSum string) key           { return key{"root#" + rootSum, rootSK} }
func requestKey(id string) key             { return key{"request#" + sum(id), requestSK} }
func effectKey(name string) key            { return key{"effects#" + shard(name), sum(name)} }
func brakeKey(scope string) key            { return key{ledger.BrakesChain, "brake#" + sum(scope)} }

func fenceKey(bucket string) key { return key{"limit#" + bucket, fenceSK} }

func placeKey(bucket, incident string, at time.Time) key {
	return key{"limit#" + bucket, "at#" + moment(at) + "#" + sum(incident)}
}

func exceptionsOf(playbookID, root string) string {
	return "exception#" + sum(strconv.Quote(playbookID)+" "+root)
}

func sum(s string) string { return ledger.Sum([]byte(s)) }

// messageID names a message in its case: half a sum, since a head lists all that wait.
func messageID(name string) string { return sum(name)[:32] }

// waiting is a message as a head lists it: its id and the class by which it is handed out, so that a claim need not read
// all that wait. Before there were classes it was the id alone: what has waited since then goes first.
func waiting(m ledger.Message) string { return messageID(m.Key) + strconv.Itoa(int(m.Class())) }

func waits(entry string) (id string, class ledger.Class) {
	if len(entry) <= 32 {
		return entry, ledger.Orders
	}
	n := int(entry[32] - '0')
	return entry[:32], ledger.Class(min(max(n, 0), ledger.Classes-1))
}

// moment is a time in an order of strings; the zero time is before all others.
func moment(t time.Time) string { return fmt.Sprintf("%019d", nanos(t)) }

func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func hash(s string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(s))
	return h.Sum32()
}

// shard spreads what is looked through as one.
func shard(s string) string { return strconv.Itoa(int(hash(s) % shards)) }

// wakePartition is where claims look: newer cases have partitions of their own, so that an older riposte does not even see
// them.
func wakePartition(schema, urgency int, shard string) string {
	return fmt.Sprintf("%d#%d#%s", schema, urgency, shard)
}

// isCase reports whether a name is a case's id, and not one of the other partitions.
func isCase(id string) bool { return strings.HasPrefix(id, "c_") && !strings.ContainsAny(id, "# ") }
