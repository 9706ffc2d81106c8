package cloud

import (
	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud/calls"
)

type reader struct{ *Cloud }

func (r reader) session(p event.Place) session {
	return session{place: p, purpose: Audit, name: "riposte"}
}

func (r reader) EC2(p event.Place) access.EC2Reads {
	return client(r.Cloud, r.session(p), "ec2", calls.OpenEC2Reads)
}

func (r reader) AutoScaling(p event.Place) access.AutoScalingReads {
	return client(r.Cloud, r.session(p), "autoscaling", calls.OpenAutoScalingReads)
}

func (r reader) IAM(p event.Place) access.IAMReads {
	return client(r.Cloud, r.session(global(p)), "iam", calls.OpenIAMReads)
}

func (r reader) SSM(p event.Place) access.SSMReads {
	return client(r.Cloud, r.session(p), "ssm", calls.OpenSSMReads)
}

type writer struct {
	*Cloud
	s session // but for its place
}

func (w writer) session(p event.Place) session {
	w.s.place = p
	return w.s
}

func (w writer) EC2(p event.Place) access.EC2Writes {
	return client(w.Cloud, w.session(p), "ec2", calls.OpenEC2Writes)
}

func (w writer) AutoScaling(p event.Place) access.AutoScalingWrites {
	return client(w.Cloud, w.session(p), "autoscaling", calls.OpenAutoScalingWrites)
}

func (w writer) IAM(p event.Place) access.IAMWrites {
	return client(w.Cloud, w.session(global(p)), "iam", calls.OpenIAMWrites)
}
