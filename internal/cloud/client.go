package cloud

import (
	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud/calls"
)

// sessions opens clients in sessions that differ in their places alone.
type sessions struct {
	*Cloud
	s session
}

func (x sessions) session(p event.Place) session {
	x.s.place = p
	return x.s
}

type (
	reader struct{ sessions }
	writer struct{ sessions }
)

func (r reader) EC2(p event.Place) access.EC2Reads {
	return client(r.Cloud, r.session(p), "ec2", calls.OpenEC2Reads)
}

func (r reader) AutoScaling(p event.Place) access.AutoScalingReads {
	return client(r.Cloud, r.session(p), "autoscaling", calls.OpenAutoScalingReads)
}

func (r reader) IAM(p event.Place) access.IAMReads {
	return client(r.Cloud, r.session(Global(p)), "iam", calls.OpenIAMReads)
}

func (r reader) SSM(p event.Place) access.SSMReads {
	return client(r.Cloud, r.session(p), "ssm", calls.OpenSSMReads)
}

func (w writer) EC2(p event.Place) access.EC2Writes {
	return client(w.Cloud, w.session(p), "ec2", calls.OpenEC2Writes)
}

func (w writer) AutoScaling(p event.Place) access.AutoScalingWrites {
	return client(w.Cloud, w.session(p), "autoscaling", calls.OpenAutoScalingWrites)
}

func (w writer) IAM(p event.Place) access.IAMWrites {
	return client(w.Cloud, w.session(Global(p)), "iam", calls.OpenIAMWrites)
}
