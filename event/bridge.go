package event

import (
	"errors"
	"strings"
)

// Bridge is what EventBridge wrote around a record, without the detail-type: the caller of PutEvents chooses that.
type Bridge struct {
	Source  string // the service that sent it: aws.ec2
	Account string // where it was sent, also of an event that went on to another account's bus
}

// Vouch checks that the record inside came from AWS. Customers can't put events with a source that begins with "aws.", and
// partners are given "aws.partner/"; the account is written by EventBridge, and is that of the sender.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
func (b *Bridge) Vouch(e Event) error {
	switch {
	case !strings.HasPrefix(b.Source, "aws.") || strings.HasPrefix(b.Source, "aws.partner/"):
		return errors.New("a record in an event whose source is no AWS service: those begin with aws. and no partner sends them")
	case b.Account != "" && e.Account != "" && b.Account != e.Account:
		return errors.New("a record in an event of another account than its own")
	}
	return nil
}
