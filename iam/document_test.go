package iam

import (
	"strings"
	"testing"
)

func TestDocumentIsTheSameBytesAlways(t *testing.T) {
	d := Document{Statement: []Statement{{Sid: "Deny", Effect: "Deny", Action: []string{"ec2:*", "iam:*"}, Resource: []string{"*"},
		Condition: map[string]map[string][]string{"StringEquals": {"aws:userId": {"AROAEXAMPLE:a<b"}}, "Null": {"b:b": {"true"}, "a:a": {"true"}}}}}}
	const want = `{"Version":"2012-10-17","Statement":[{"Sid":"Deny","Effect":"Deny","Action":["ec2:*","iam:*"],"Resource":["*"],` +
		`"Condition":{"Null":{"a:a":["true"],"b:b":["true"]},"StringEquals":{"aws:userId":["AROAEXAMPLE:a<b"]}}}]}`
	for range 20 {
		got, err := d.JSON()
		if err != nil || string(got) != want {
			t.Fatalf("got %s, %v", got, err)
		}
	}
}

func TestDocumentWritesNothingItCanNotRead(t *testing.T) {
	d := Document{Statement: []Statement{{Effect: "Deny", Action: []string{"*"}, Resource: []string{"*"},
		Condition: map[string]map[string][]string{"ForAnyValue:BinaryEquals": {"aws:TagKeys": {"a"}}}}}}
	if b, err := d.JSON(); err == nil || !strings.Contains(err.Error(), "ForAnyValue:BinaryEquals") {
		t.Errorf("got %s, %v", b, err)
	}
}

func TestSizeLeavesOutWhiteSpace(t *testing.T) {
	if got := Size("{ \"a\":\n\t\"é b\" }"); got != 10 {
		t.Errorf("got %d", got)
	}
}
