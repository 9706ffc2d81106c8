package action

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
)

// deleteRecordKind takes a name away that leads to what is no more ours. The contain tier may: it deletes, and writes nothing.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
var deleteRecordKind = Define[DeleteRecord](Kind{
	Name: "route53.delete-record", Version: 1, Does: "delete a DNS record", Class: Mend, Tier: TierContain,
	Reads:    []call.ID{call.Route53ListResourceRecordSets},
	Writes:   []call.ID{call.Route53ChangeResourceRecordSets},
	UndoneBy: []call.ID{call.Route53ChangeResourceRecordSets},
})

// restoreRecordKind gives it back. It is in the author tier: who may write records can lead every name elsewhere.
var restoreRecordKind = Define[RestoreRecord](Kind{
	Name: "route53.restore-record", Version: 1, Does: "create a DNS record again as it was", Class: Mend, Tier: TierAuthor,
	Reads:    []call.ID{call.Route53ListResourceRecordSets},
	Writes:   []call.ID{call.Route53ChangeResourceRecordSets},
	UndoneBy: []call.ID{call.Route53ChangeResourceRecordSets},
})

// DeleteRecord wants a record set gone that is still as it was read.
type DeleteRecord struct {
	Record event.Resource
	Set    RecordSet
}

// RestoreRecord wants a record set there as it was.
type RestoreRecord struct {
	Record event.Resource
	Set    RecordSet
}

func aboutRecord(k Kind, record event.Resource, s RecordSet, hits string) About {
	name := names.Plain(aws.ToString(s.Name))
	return About{Kind: k, Target: record, Concerns: []event.Resource{zoneOf(record)}, Spellings: []string{name, name + "."}, Hits: hits}
}

// About is the action as data.
func (d DeleteRecord) About() About {
	return aboutRecord(deleteRecordKind, d.Record, d.Set, "record "+d.Set.spoken())
}

// Look compares with the record as it is. One that was changed since is not this one's to delete.
func (d DeleteRecord) Look(ctx context.Context, r access.Reads) (Look, error) {
	found, gone, err := ReadRecord(ctx, r, d.Record)
	switch {
	case err != nil:
		return Look{}, err
	case gone, found == nil:
		return Look{Satisfied: true}, nil
	case !found.Equal(d.Set):
		return Look{Refused: changedSince}, nil
	}
	return Look{Inverse: RestoreRecord{d.Record, *found}}, nil
}

const changedSince = "the record was changed since it was read"

// Do deletes it, if it is still the very same.
func (d DeleteRecord) Do(ctx context.Context, w access.Writes) error {
	err := changeRecords(ctx, w, d.Record, change(types.ChangeActionDelete, d.Set))
	if refusedBatch(err, "not found") {
		return nil // it is gone
	}
	return Refused("delete record "+d.Set.spoken(), err)
}

// About is the action as data. What is hit is said as the batch that a person could give Route 53.
func (a RestoreRecord) About() About {
	batch, _ := json.Marshal(map[string]any{"Changes": []any{map[string]any{"Action": types.ChangeActionCreate, "ResourceRecordSet": a.Set}}})
	return aboutRecord(restoreRecordKind, a.Record, a.Set, "record "+a.Set.spoken()+" in zone "+zoneOf(a.Record).ID+", change batch "+string(batch))
}

// Look leaves alone what others have put there since.
func (a RestoreRecord) Look(ctx context.Context, r access.Reads) (Look, error) {
	found, gone, err := ReadRecord(ctx, r, a.Record)
	switch {
	case err != nil:
		return Look{}, err
	case gone:
		return Look{Missing: zoneGone}, nil
	case found == nil:
		return Look{Inverse: DeleteRecord(a)}, nil
	case found.Equal(a.Set):
		return Look{Satisfied: true}, nil
	}
	return Look{Missing: "another record of that name and type is there, which others made since"}, nil
}

const zoneGone = "the hosted zone is gone"

// Do creates it, and overwrites none: one that is there is left to the next look.
func (a RestoreRecord) Do(ctx context.Context, w access.Writes) error {
	err := changeRecords(ctx, w, a.Record, change(types.ChangeActionCreate, a.Set))
	if refusedBatch(err, "already exists") {
		return nil
	}
	return Refused("create record "+a.Set.spoken(), err)
}
