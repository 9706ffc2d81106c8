package securityhub

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/playbook"
)

// thing is a resource of the finding and what is known of it.
type thing struct {
	event.Resource
	detail map[string]string
}

// gather lists what a case is about, each thing once: its root, what its leads name, and what its plans change.
func gather(c *ledger.Case, steps []step) []thing {
	all := []thing{{c.Root, map[string]string{}}}
	add := func(r event.Resource, detail map[string]string) {
		i := slices.IndexFunc(all, func(t thing) bool { return t.Resource == r })
		if i < 0 {
			all = append(all, thing{r, map[string]string{}})
			i = len(all) - 1
		}
		maps.Copy(all[i].detail, detail)
	}
	for _, l := range c.Suspects {
		for _, r := range l.Related {
			add(r.Resource, r.Detail)
		}
	}
	for _, s := range steps {
		add(s.does.About().Target, nil)
	}
	for _, t := range all {
		if _, known := t.detail[playbook.DetailGroup]; !known && t.Type == event.Instance && c.Root.Type == event.Group {
			t.detail[playbook.DetailGroup] = c.Root.ID // the group of an instance, if the case is rooted in one
		}
	}
	return all
}

// resources returns the first of them, as many as the format takes.
func resources(all []thing) (out []types.Resource) {
	for _, t := range all[:min(len(all), maxResources)] {
		kind, details := t.describe()
		id := t.String() // the ARN where one can be made, else account/region/type/id, but what Security Hub itself calls two
		switch t.Type {
		case event.AccessKey:
			id = "AWS::IAM::AccessKey:" + t.ID
		case event.Account:
			id = "AWS::::Account:" + t.Account
		}
		r := types.Resource{Type: aws.String(kind), Id: some(id), Partition: types.Partition(t.Partition), Details: details}
		if t.Region != "" {
			r.Region = aws.String(t.Region)
		}
		out = append(out, r)
	}
	return out
}

// some returns a name as the format takes it: one line, within the limit, and nil where it is empty.
func some(s string) *string {
	if s = notify.Cut(notify.Plain(s), maxID); s == "" {
		return nil
	}
	return &s
}
