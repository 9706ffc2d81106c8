package waste

import (
	"context"
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
)

// pointed says which records of any account point to a resource by a name of DNS, "" where the index of names has none, or there is no index. Names go first, and
// their TTL passes, before what they point to: the next customer who is given it would answer by them. An index that lacks a record, of DNS elsewhere or of an
// account that was not read, is why a person is asked all the same.
func pointed(ctx context.Context, in playbook.In, name string) (string, error) {
	if in.Names == nil {
		return "", nil
	}
	var records []string
	for _, k := range names.Parse(name, "") {
		all, err := in.Names.NamesOf(ctx, k)
		if err != nil {
			return "", fmt.Errorf("find what points to %s: %w", name, err)
		}
		for _, e := range all {
			if e.Points {
				records = append(records, e.Resource.ID+" of account "+e.Resource.Account)
			}
		}
	}
	if len(records) == 0 {
		return "", nil
	}
	more := ""
	if n := len(records) - mostNamed; n > 0 {
		records, more = records[:mostNamed], fmt.Sprintf(", and %d more", n)
	}
	return fmt.Sprintf("record %s points to it%s: delete that first, and let its TTL pass", strings.Join(records, ", record "), more), nil
}

// mostNamed is how many records a finding names.
const mostNamed = 5
