package takeover

import (
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/request"
)

// suspectDeleted wants what a call deleted.
func suspectDeleted(e event.Event, _ DanglingParams) []playbook.Suspect[dangling] {
	r := deleted(e)
	if r.ID == "" {
		return nil
	}
	f := dangling{Deleted: r}
	if r.Type == event.Bucket {
		f.Keys = []names.Key{bucketKey(r)}
	}
	return []playbook.Suspect[dangling]{{Resource: r, Title: fmt.Sprintf("%s %s was deleted", event.Noun(r.Type), r.ID), Facts: f}}
}

// deleted is what a call takes away, by what its record names: of an address the allocation, of a balancer the ARN. A classic balancer is named by
// its name alone, and is not listed.
func deleted(e event.Event) event.Resource {
	in, at := request.Of(e), e.Place()
	switch call.OfEvent(e) {
	case call.S3DeleteBucket:
		if name := in.At("bucketName").Scalar(); names.IsBucket(name) {
			return at.In(event.Bucket, name)
		}
	case call.EC2ReleaseAddress:
		return at.In(event.Address, in.At("allocationId").Scalar())
	case call.ELBDeleteLoadBalancer:
		return at.In(event.LoadBalancer, inventory.LoadBalancerID(in.At("loadBalancerArn").Scalar()))
	}
	return event.Resource{}
}

func bucketKey(b event.Resource) names.Key {
	return names.Key{Partition: b.Partition, Service: names.S3, ID: b.ID}
}

// learn is what records show of names: what is made and deleted, and where records point from then on.
func learn(e event.Event) []names.Change {
	if r := deleted(e); r.ID != "" {
		return []names.Change{{Resource: r, At: e.Time}}
	}
	in, out, at := request.Of(e), request.Answer(e), e.Place()
	switch call.OfEvent(e) {
	case call.S3CreateBucket:
		if name := in.At("bucketName").Scalar(); names.IsBucket(name) {
			r := at.In(event.Bucket, name)
			return []names.Change{has(r, e, []names.Key{bucketKey(r)})}
		}
	case call.EC2AllocateAddress:
		if id := out.At("allocationId").Scalar(); id != "" {
			return []names.Change{has(at.In(event.Address, id), e, names.Parse(out.At("publicIp").Scalar(), ""))}
		}
	case call.ELBCreateLoadBalancer:
		return balancersMade(e)
	case call.Route53ChangeResourceRecordSets:
		return recordsChanged(e, func(kind string) bool { return kind != "NS" })
	}
	return nil
}

// has says that a resource has names from an event on, beside those that it has.
func has(r event.Resource, e event.Event, keys []names.Key) names.Change {
	c := names.Change{Resource: r, At: e.Time, Adds: true}
	for _, k := range keys {
		c.Now = append(c.Now, names.Entry{Key: k, Resource: r})
	}
	return c
}

func balancersMade(e event.Event) (all []names.Change) {
	for _, b := range request.Answer(e).At("loadBalancers").Items() {
		if id := inventory.LoadBalancerID(b.At("loadBalancerArn").Scalar()); id != "" {
			all = append(all, has(e.Place().In(event.LoadBalancer, id), e, names.Parse(b.At("dNSName").Scalar(), "")))
		}
	}
	return all
}

// recordsChanged are the records of a batch, of some types, as they are after it. Whether their zone is private, and whether name servers are the zone's own, the
// record does not say: the next sweep does, and so does a look.
func recordsChanged(e event.Event, wanted func(kind string) bool) (all []names.Change) {
	in := request.Of(e)
	zone := strings.TrimPrefix(in.At("hostedZoneId").Scalar(), "/hostedzone/")
	if zone == "" {
		return nil
	}
	for _, ch := range in.At("changeBatch", "changes").Items() {
		set := ch.At("resourceRecordSet")
		name, kind := set.At("name").Scalar(), set.At("type").Scalar()
		if name == "" || kind == "" || kind == "SOA" || !wanted(kind) {
			continue
		}
		r := e.Place().In(event.RecordSet, inventory.RecordIDOf(zone, kind, name, set.At("setIdentifier").Scalar()))
		c := names.Change{Resource: r, At: e.Time}
		if ch.At("action").Scalar() != "DELETE" {
			record := names.Record{Name: name, Type: kind, Alias: set.At("aliasTarget", "dNSName").Scalar()}
			for _, v := range set.At("resourceRecords").Items() {
				record.Values = append(record.Values, v.At("value").Scalar())
			}
			for _, k := range record.Keys() {
				c.Now = append(c.Now, names.Entry{Key: k, Resource: r, Points: true})
			}
		}
		all = append(all, c)
	}
	return all
}
