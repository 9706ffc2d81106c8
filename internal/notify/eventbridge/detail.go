package eventbridge

import (
	"encoding/json"
	"fmt"

	"github.com/ripostehq/riposte/internal/ledger"
)

// maxDetail leaves room for the rest of an entry, of which 256 KB is the most.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
const maxDetail = 250 << 10

// detail is the case, the number of the report, and what was left out because it would not fit: a case of thousands of
// resources has as many actions, which a reader finds in the record.
func (r *Reporter) detail(c *ledger.Case) (string, error) {
	shown, err := r.show(c)
	if err != nil {
		return "", err
	}
	whole, err := json.Marshal(shown)
	if err != nil {
		return "", err
	}
	var fields map[string]any
	if err := json.Unmarshal(whole, &fields); err != nil {
		return "", err
	}
	fields["report"] = c.Report.Wanted
	var left []string
	for _, heavy := range []string{"actions", "plan", ""} {
		b, err := json.Marshal(fields)
		if err != nil || len(b) <= maxDetail {
			return string(b), err
		}
		delete(fields, heavy)
		left = append(left, heavy)
		fields["left_out"] = left
	}
	return "", fmt.Errorf("it is larger than the %d bytes that an event may hold", maxDetail)
}
