package region_test

import (
	"fmt"
	"testing"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/region"
)

// A partition that the SDK learns of is learnt by event too: an event's partition is where its targets are changed.
func TestEveryRegionOfTheSDKIsInItsPartition(t *testing.T) {
	for _, p := range region.All() {
		for _, r := range p.Regions {
			if got := region.In(r).ID; got != p.ID {
				t.Errorf("region has %s in %s, the SDK in %s", r, got, p.ID)
			}
			e, err := event.Decode(fmt.Appendf(nil, `{"eventVersion":"1.08","eventID":"1","eventTime":"2026-03-02T10:15:04Z","eventSource":"ec2.amazonaws.com",`+
				`"eventName":"RunInstances","awsRegion":%q,"userIdentity":{"type":"AWSService","invokedBy":"x.amazonaws.com"}}`, r))
			if err != nil || e.Partition != p.ID {
				t.Errorf("an event of %s is in %q, the SDK has it in %s: %v", r, e.Partition, p.ID, err)
			}
		}
	}
}
