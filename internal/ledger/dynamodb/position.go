package dynamodb

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ripostehq/riposte/internal/ledger"
)

// position is where a case stands among those of its urgency, as the sort key of the index of due times says it. An index holds
// keys alone and has one order, and two are needed: of time, for what is not due yet, and of severity and rank, for what is
// due, of which an attacker may make any number. One number has both, since DynamoDB's hold 38 digits: below a line stands
// what was due when it was written, in the order in which it is claimed, above it all else, by the time at which it can be.
// What an older riposte wrote is that time without a fraction.
type position struct {
	at     time.Time // when it can be claimed
	sev    int       // ledger.Precedence
	since  time.Time // the later of rank and due
	ready  bool      // it stands in the order of claims
	leased bool      // at is the end of a lease
}

// line is between the two: no time that riposte lives in is below it. What a number holds:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
const line = "1000000000000000000"

func (p position) number() types.AttributeValue {
	if p.ready {
		return &types.AttributeValueMemberN{Value: trim(fmt.Sprintf("%d%016d.%019d", p.sev, p.since.UnixMicro(), nanos(p.at)))}
	}
	flag := 1
	if p.leased {
		flag = 2
	}
	return &types.AttributeValueMemberN{Value: trim(fmt.Sprintf("%d.%d%d%013d", nanos(p.at), flag, p.sev, p.since.UnixMilli()))}
}

// trim writes a number as DynamoDB gives it back.
func trim(n string) string {
	n = strings.TrimRight(n, "0")
	whole, fraction, _ := strings.Cut(n, ".")
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// positionOf reads a position. What is none is never due.
func positionOf(v types.AttributeValue) (p position) {
	n, ok := v.(*types.AttributeValueMemberN)
	if !ok {
		return p
	}
	whole, fraction, _ := strings.Cut(n.Value, ".")
	if len(whole) < len(line) {
		whole = fmt.Sprintf("%017s", whole)
		return position{ready: true, sev: digits(whole[:1]), since: time.UnixMicro(int64(digits(whole[1:]))).UTC(), at: timeAt(padded(fraction, 19))}
	}
	p.at, p.since, p.sev = timeAt(whole), timeAt(whole), ledger.Precedence("")
	if fraction != "" {
		fraction = padded(fraction, 15)
		p.leased, p.sev, p.since = fraction[0] == '2', digits(fraction[1:2]), time.UnixMilli(int64(digits(fraction[2:]))).UTC()
	}
	return p
}

func padded(s string, n int) string { return s + strings.Repeat("0", max(0, n-len(s))) }

func timeAt(s string) time.Time {
	if n := digits(s); n > 0 {
		return time.Unix(0, int64(n)).UTC()
	}
	return time.Time{}
}

func digits(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
