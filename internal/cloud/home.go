package cloud

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/region"
)

// Home returns where the process itself runs, as far as the SDK knows.
func Home(base func(event.Place) aws.Config) event.Place {
	at := base(event.Place{}).Region
	return event.Place{Partition: region.In(at).ID, Region: at}
}

// Global returns where the global services of the place's partition, IAM above all, are at home and their events arrive.
func Global(p event.Place) event.Place {
	p.Region = OrganizationsIn(p.Partition).Region
	if p.Partition == "aws-cn" {
		p.Region = "cn-north-1" // by the endpoint rules of IAM; China's other global services are in Ningxia
	}
	return p
}

// OrganizationsIn returns where Organizations of a partition is at home: with its global services, also where the SDK knows
// no Organizations there.
func OrganizationsIn(partition string) event.Place {
	at, _ := region.Named(partition)
	return event.Place{Partition: partition, Region: cmp.Or(at.Global, "us-east-1")}
}
