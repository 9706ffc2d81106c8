package cloud

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

func (c *Cloud) ec2(s session) *ec2.Client {
	return client(c, s, "ec2", func(cfg aws.Config) *ec2.Client { return ec2.NewFromConfig(cfg) })
}

func (c *Cloud) autoscaling(s session) *autoscaling.Client {
	return client(c, s, "autoscaling", func(cfg aws.Config) *autoscaling.Client { return autoscaling.NewFromConfig(cfg) })
}

func (c *Cloud) iam(s session) *iam.Client {
	s.place = global(s.place)
	return client(c, s, "iam", func(cfg aws.Config) *iam.Client { return iam.NewFromConfig(cfg) })
}

func (c *Cloud) ssm(s session) *ssm.Client {
	return client(c, s, "ssm", func(cfg aws.Config) *ssm.Client { return ssm.NewFromConfig(cfg) })
}

type reader struct{ *Cloud }

func (r reader) session(p event.Place) session {
	return session{place: p, purpose: Audit, name: "riposte"}
}

func (r reader) EC2(p event.Place) access.EC2Reads { return r.ec2(r.session(p)) }
func (r reader) AutoScaling(p event.Place) access.AutoScalingReads {
	return r.autoscaling(r.session(p))
}
func (r reader) IAM(p event.Place) access.IAMReads { return r.iam(r.session(p)) }
func (r reader) SSM(p event.Place) access.SSMReads { return r.ssm(r.session(p)) }

type writer struct {
	*Cloud
	s session // but for its place
}

func (w writer) session(p event.Place) session {
	w.s.place = p
	return w.s
}

func (w writer) EC2(p event.Place) access.EC2Writes { return w.ec2(w.session(p)) }
func (w writer) AutoScaling(p event.Place) access.AutoScalingWrites {
	return w.autoscaling(w.session(p))
}
func (w writer) IAM(p event.Place) access.IAMWrites { return w.iam(w.session(p)) }
