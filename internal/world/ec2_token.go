package world

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// fillToken gives a call the client token that the SDK would draw by lot, so that the same calls make the same world.
func (w *World) fillToken(in any) {
	var token **string
	switch in := in.(type) {
	case *ec2.RunInstancesInput:
		token = &in.ClientToken
	case *ec2.CreateLaunchTemplateInput:
		token = &in.ClientToken
	case *ec2.CreateLaunchTemplateVersionInput:
		token = &in.ClientToken
	case *ec2.ModifyLaunchTemplateInput:
		token = &in.ClientToken
	case *ec2.CreateFleetInput:
		token = &in.ClientToken
	}
	if token == nil || *token != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	t := w.state.uuid()
	*token = &t
}
