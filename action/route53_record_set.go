package action

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
)

// RecordSet is a record set with all that it has: to delete one, Route 53 wants it to the letter. Its JSON is the SDK's without what is not set.
type RecordSet struct{ types.ResourceRecordSet }

// MarshalJSON leaves out what is not set.
func (s RecordSet) MarshalJSON() ([]byte, error) {
	text, err := json.Marshal(s.ResourceRecordSet)
	if err != nil {
		return nil, err
	}
	var all map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&all); err != nil {
		return nil, err
	}
	return json.Marshal(members(all))
}

// members keeps those that are set, to the bottom.
func members(all map[string]any) map[string]any {
	for key, v := range all {
		switch v := v.(type) {
		case nil:
			delete(all, key)
		case string:
			if v == "" {
				delete(all, key)
			}
		case map[string]any:
			members(v)
		case []any:
			for _, one := range v {
				if m, ok := one.(map[string]any); ok {
					members(m)
				}
			}
		}
	}
	return all
}

// UnmarshalJSON refuses what the SDK does not know.
func (s *RecordSet) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(&s.ResourceRecordSet)
}

// text is the set in one spelling of its names.
func (s RecordSet) text() string {
	s.Name = aws.String(names.Plain(aws.ToString(s.Name)))
	if s.AliasTarget != nil {
		alias := *s.AliasTarget
		alias.DNSName = aws.String(names.Plain(aws.ToString(alias.DNSName)))
		s.AliasTarget = &alias
	}
	text, _ := s.MarshalJSON() // of strings, numbers and booleans alone
	return string(text)
}

// Equal reports whether two are the same but for the spelling of names.
func (s RecordSet) Equal(o RecordSet) bool { return s.text() == o.text() }

// Has reports whether a value is one of several, or the only one.
func (s RecordSet) Has(value string) bool {
	return slices.ContainsFunc(s.ResourceRecords, func(r types.ResourceRecord) bool { return aws.ToString(r.Value) == value })
}

// Without is the set without a value.
func (s RecordSet) Without(value string) RecordSet {
	s.ResourceRecords = slices.DeleteFunc(slices.Clone(s.ResourceRecords), func(r types.ResourceRecord) bool { return aws.ToString(r.Value) == value })
	return s
}

// Routed says why answers depend on more than the set: traffic moves where it goes. "" for a plain one.
func (s RecordSet) Routed() string {
	switch {
	case s.SetIdentifier != nil:
		return "it is one of several sets of its name"
	case s.HealthCheckId != nil:
		return "it has a health check"
	case s.TrafficPolicyInstanceId != nil:
		return "a traffic policy made it"
	}
	return ""
}

func (s RecordSet) spoken() string {
	return fmt.Sprintf("%s %s", names.Unescaped(names.Plain(aws.ToString(s.Name))), s.Type)
}

// ReadRecord reads one record set, by its id as inventory.RecordID makes it; nil where the zone has none such, or is gone.
func ReadRecord(ctx context.Context, r access.Reads, of event.Resource) (set *RecordSet, gone bool, err error) {
	part := strings.SplitN(of.ID, "/", 4)
	if len(part) < 3 {
		return nil, false, fmt.Errorf("%q is no record's id: ZONE/TYPE/NAME", of.ID)
	}
	in := &route53.ListResourceRecordSetsInput{HostedZoneId: &part[0], StartRecordType: types.RRType(part[1]), StartRecordName: &part[2], MaxItems: aws.Int32(1)}
	if len(part) == 4 {
		in.StartRecordIdentifier = &part[3]
	}
	out, err := r.Route53(of.Place()).ListResourceRecordSets(ctx, in)
	if access.Answered(err, "NoSuchHostedZone") {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read record %q: %w", of.ID, err)
	}
	for _, found := range out.ResourceRecordSets {
		same := names.Plain(aws.ToString(found.Name)) == names.Plain(strings.ReplaceAll(part[2], `\057`, "/")) || names.Plain(aws.ToString(found.Name)) == part[2]
		if same && string(found.Type) == part[1] && aws.ToString(found.SetIdentifier) == strings.Join(part[3:], "") {
			return &RecordSet{found}, false, nil
		}
	}
	return nil, false, nil
}

// Target returns the set as far as it can point to something.
func (s RecordSet) Target() names.Record {
	n := names.Record{Name: aws.ToString(s.Name), Type: string(s.Type)}
	for _, v := range s.ResourceRecords {
		n.Values = append(n.Values, aws.ToString(v.Value))
	}
	if s.AliasTarget != nil {
		n.Alias = aws.ToString(s.AliasTarget.DNSName)
	}
	return n
}

// zoneOf is the hosted zone of a record.
func zoneOf(record event.Resource) event.Resource {
	id, _, _ := strings.Cut(record.ID, "/")
	return record.Place().In(event.HostedZone, id)
}

// changeRecords makes one batch: all of it, or nothing.
func changeRecords(ctx context.Context, w access.Writes, record event.Resource, changes ...types.Change) error {
	zone := zoneOf(record)
	_, err := w.Route53(zone.Place()).ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{
		HostedZoneId: &zone.ID, ChangeBatch: &types.ChangeBatch{Changes: changes},
	})
	return err
}

func change(do types.ChangeAction, s RecordSet) types.Change {
	return types.Change{Action: do, ResourceRecordSet: &s.ResourceRecordSet}
}

// refusedBatch reports whether Route 53 refused a batch in one of some words.
func refusedBatch(err error, words ...string) bool {
	return access.Answered(err, "InvalidChangeBatch") && slices.ContainsFunc(words, func(w string) bool { return strings.Contains(err.Error(), w) })
}
