package main

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/ripostetest"
)

func TestRiposteCanStart(t *testing.T) {
	if err := playbook.Validate(catalogue(), kinds()); err != nil {
		t.Fatal(err)
	}
}

func TestStories(t *testing.T) {
	ripostetest.Stories(t, []playbook.Definition{groupOversized()}, kinds())
}

func TestAGroupGetsItsSizeBack(t *testing.T) {
	web := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}.In(event.Group, "web")
	actiontest.Run(t, operator, capGroup{web, 20})
}

// operator opens the world of the playbook's stories for one of its users.
func operator(t *testing.T) *actiontest.AWS {
	w, err := ripostetest.New(groupOversized().Stories.World, ripostetest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return ripostetest.AWS(t, w, aws.Credentials{AccessKeyID: "AKIAOPERATOR00000001", SecretAccessKey: "operator"})
}
