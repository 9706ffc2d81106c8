// Package event is the one normal shape of what happened, whatever envelope brought it.
package event

import (
	"encoding/json"
	"net/netip"
	"time"
)

// Kind says what sort of thing an event is.
type Kind string

const (
	Call    Kind = "call"    // an AWS API call or console action that CloudTrail recorded
	Service Kind = "service" // something a service did by itself (AwsServiceEvent): there was no call
	Insight Kind = "insight" // a CloudTrail Insights record: a statistic, not an act
	Notice  Kind = "notice"  // what a service sent by EventBridge of its own accord (NoticeType): no record, and no principal
)

// Event is one CloudTrail record, or one notice of a service, in normal form.
//
// Request and Response are the record's own JSON, read lazily by the playbook that wants them. They may hold secrets
// (session tokens): an Event is never stored or logged, what a playbook takes from it is.
type Event struct {
	Kind        Kind
	ID          string // eventID: duplicates share it
	SharedID    string // sharedEventID: copies delivered to other accounts share only this
	RequestID   string
	Time        time.Time // eventTime: one second resolution
	Received    time.Time // when riposte first had it; set by the source, zero in a replay
	Partition   string    // aws, aws-cn, aws-us-gov
	Account     string    // recipient: the account of the trail
	Region      string
	Source      string // ec2.amazonaws.com; of a notice aws.ec2
	Name        string // RunInstances; versioned names as recorded (AddPermission20150331v2); of a notice its detail-type
	ReadOnly    bool
	Error       Failure
	SourceIP    string // an address, a service's name, "AWS Internal", or absent
	UserAgent   string
	FromConsole bool   // sessionCredentialFromConsole: AWS gave the credentials to a console's session; of older records, invokedBy
	Endpoint    string // vpcEndpointId
	TLS         TLS
	Request     json.RawMessage // requestParameters: nil where null or absent; of a notice its detail
	Response    json.RawMessage // responseElements: nil where null or absent, which says nothing about success
	Additional  json.RawMessage // additionalEventData
	Resources   []Resource
	Actor       Actor
	// Repeat is the same for records of the same caller and source, where they were read from bytes (route.Record.Key); 0 where not.
	// It is this process's, and stored nowhere.
	Repeat uint64
}

// Failure is the error of a call that was refused; the zero value is success.
type Failure struct{ Code, Message string }

// TLS is what the record says of the connection.
type TLS struct{ Version, Cipher, Host string }

// Failed reports whether the call changed nothing because it was refused. The code "200", which some services write on
// success, is not a failure.
func (e Event) Failed() bool { return e.Error.Code != "" && e.Error.Code != "200" }

// Address returns the caller's address, where the record names one; calls that AWS made on a principal's behalf have none.
func (e Event) Address() (netip.Addr, bool) {
	a, err := netip.ParseAddr(e.SourceIP)
	return a, err == nil
}

// Place returns where it happened, as the recipient of the record sees it.
func (e Event) Place() Place {
	return Place{Partition: e.Partition, Account: e.Account, Region: e.Region}
}
