package action

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// takeValueOutKind leaves the other values of a record. Route 53 has no call for one value: the set is deleted and made anew in one batch, which
// fails where it is another one by now.
var takeValueOutKind = Define[TakeValueOut](Kind{
	Name: "route53.take-value-out", Version: 1, Does: "take one value out of a DNS record", Class: Mend, Tier: TierAuthor,
	Reads:    []call.ID{call.Route53ListResourceRecordSets},
	Writes:   []call.ID{call.Route53ChangeResourceRecordSets},
	UndoneBy: []call.ID{call.Route53ChangeResourceRecordSets},
})

var putValueBackKind = Define[PutValueBack](Kind{
	Name: "route53.put-value-back", Version: 1, Does: "put a value back into a DNS record", Class: Mend, Tier: TierAuthor,
	Reads:    []call.ID{call.Route53ListResourceRecordSets},
	Writes:   []call.ID{call.Route53ChangeResourceRecordSets},
	UndoneBy: []call.ID{call.Route53ChangeResourceRecordSets},
})

// TakeValueOut wants a record set, as it was read, to have all its values but one.
type TakeValueOut struct {
	Record event.Resource
	Set    RecordSet // with the value
	Value  string
}

// PutValueBack wants a record set to have a value again.
type PutValueBack struct {
	Record event.Resource
	Set    RecordSet // with the value
	Value  string
}

// About is the action as data.
func (a TakeValueOut) About() About {
	about := aboutRecord(takeValueOutKind, a.Record, a.Set, "value "+a.Value+" of record "+a.Set.spoken())
	about.Facet = a.Value
	return about
}

// Look compares with the record as it is.
func (a TakeValueOut) Look(ctx context.Context, r access.Reads) (Look, error) {
	found, gone, err := ReadRecord(ctx, r, a.Record)
	switch {
	case err != nil:
		return Look{}, err
	case gone, found == nil, !found.Has(a.Value):
		return Look{Satisfied: true}, nil
	case !found.Equal(a.Set):
		return Look{Refused: changedSince}, nil
	case len(found.ResourceRecords) < 2:
		return Look{Refused: "it is the only value"}, nil
	}
	return Look{Inverse: PutValueBack{a.Record, *found, a.Value}}, nil
}

// Do takes it out, if the set is still the very same.
func (a TakeValueOut) Do(ctx context.Context, w access.Writes) error {
	return swap(ctx, w, a.Record, a.Set, a.Set.Without(a.Value))
}

// About is the action as data.
func (a PutValueBack) About() About {
	about := aboutRecord(putValueBackKind, a.Record, a.Set, "value "+a.Value+" of record "+a.Set.spoken())
	about.Facet = a.Value
	return about
}

// Look leaves alone what others have changed since.
func (a PutValueBack) Look(ctx context.Context, r access.Reads) (Look, error) {
	found, gone, err := ReadRecord(ctx, r, a.Record)
	switch {
	case err != nil:
		return Look{}, err
	case gone:
		return Look{Missing: zoneGone}, nil
	case found != nil && found.Equal(a.Set):
		return Look{Satisfied: true}, nil
	case found != nil && found.Equal(a.Set.Without(a.Value)):
		return Look{Inverse: TakeValueOut(a)}, nil
	}
	return Look{Missing: "others have changed the record since"}, nil
}

// Do puts it back.
func (a PutValueBack) Do(ctx context.Context, w access.Writes) error {
	return swap(ctx, w, a.Record, a.Set.Without(a.Value), a.Set)
}

// swap puts one set in another's place at once. Where another is there by now, nothing is done, and the next look says whether that is this one's
// own doing.
func swap(ctx context.Context, w access.Writes, record event.Resource, from, to RecordSet) error {
	err := changeRecords(ctx, w, record, change(types.ChangeActionDelete, from), change(types.ChangeActionCreate, to))
	if refusedBatch(err, "not found", "do not match", "already exists") {
		return nil
	}
	return Refused("change record "+to.spoken(), err)
}
