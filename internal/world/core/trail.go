package core

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Recorded is a call in a place's event history.
type Recorded struct {
	ID, Name, Source, User, Key string // User is a user's name, or what a session is called
	At                          time.Time
	ReadOnly                    bool
	Resources                   []string // what the request names, what was made, and the key that was given out
	Order                       uint64   // of those at one time
	Text                        []byte   // the record
}

var trail = Shelf[Recorded]{Kind: "cloudtrail.event", ID: "ID"}

// Trail is where the event histories are kept.
func Trail() Keeper { return &trail }

// History are the calls of the days that CloudTrail keeps, and that it has seen by now, newest first.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
func (at At) History() []*Recorded {
	var all []*Recorded
	for id, r := range trail.Of(at) {
		switch age := at.Now.Sub(r.At); {
		case age > 90*24*time.Hour:
			delete(trail.Of(at), id)
		case age >= at.Delivery:
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b *Recorded) int {
		if by := b.At.Compare(a.At); by != 0 {
			return by
		}
		return int(b.Order) - int(a.Order)
	})
	return all
}

// keep puts the record of a call into the event history, and returns its text.
func (c *Call) keep(r Fields, when time.Time) json.RawMessage {
	owner := c.owner(r)
	if owner != "" {
		r["sharedEventID"] = uuidOf("shared " + r["eventID"].(string))
	}
	text, err := json.Marshal(r)
	if err != nil { // it is made of maps, strings, numbers and lists
		return nil
	}
	user := c.By.User
	if c.By.Role != nil {
		user = c.By.ARN[strings.LastIndexByte(c.By.ARN, '/')+1:]
	}
	kept := Recorded{
		ID: r["eventID"].(string), Name: c.Name, Source: r["eventSource"].(string), User: user, Key: c.By.Key, At: when,
		ReadOnly: !c.Write || c.ReadOnly, Resources: slices.Concat(named(reflect.ValueOf(c.Input)), made(c.Write, r["responseElements"]), minted(r)), Order: c.Minted, Text: text,
	}
	trail.Put(c.At, &kept)
	if owner != "" {
		c.copied(r, kept, owner)
	}
	return text
}

// owner is the other account that owns what a record names, "" where there is none.
func (c *Call) owner(record Fields) string {
	all, _ := record["resources"].([]any)
	for _, one := range all {
		of, _ := one.(Fields)
		if account, _ := of["accountId"].(string); account != "" && account != c.Place.Account {
			return account
		}
	}
	return ""
}

// copied puts a record into the history of the account that owns what it names. There the caller is its account and its id, without a name.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html (a role that is assumed from another account)
func (c *Call) copied(r Fields, kept Recorded, owner string) {
	there := maps.Clone(r)
	kept.ID, kept.User, kept.Key = uuidOf("copy of "+kept.ID), "", ""
	there["eventID"], there["recipientAccountId"] = kept.ID, owner
	there["userIdentity"] = Fields{"type": "AWSAccount", "principalId": c.By.ID, "accountId": c.By.Account}
	if text, err := json.Marshal(there); err == nil { // as in keep
		kept.Text = text
		trail.Put(c.State.At(owner, c.Place.Region), &kept)
	}
}

// eventID is the record's. That of a read is made of the request's, so that reading makes no difference to later ids.
func (c *Call) eventID() string {
	if c.Write {
		return c.UUID()
	}
	return uuidOf(c.RequestID)
}

// uuidOf is an id that is made of a text alone, so that it makes no difference to later ids.
func uuidOf(text string) string {
	h := sha256.Sum256([]byte(text))
	x := hex.EncodeToString(h[:])
	return x[:8] + "-" + x[8:12] + "-4" + x[13:16] + "-a" + x[17:20] + "-" + x[20:32]
}

// named are the ids, names and ARNs that a request gives.
func named(in reflect.Value) (all []string) {
	in = reflect.Indirect(in)
	for i := range in.NumField() {
		f, name := reflect.Indirect(in.Field(i)), in.Type().Field(i).Name
		switch is := strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "Name") || strings.HasSuffix(name, "Arn"); {
		case is && f.Kind() == reflect.String:
			all = append(all, f.String())
		case (strings.HasSuffix(name, "Ids") || name == "Resources") && f.Type() == reflect.TypeFor[[]string]():
			all = append(all, f.Interface().([]string)...)
		}
	}
	return all
}

// made are the ids in what a change was answered, to any depth: of a launch the instances. That events list what was made among their resources is AWS's
// word, under which names is unverified. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
func made(write bool, answer any) (ids []string) {
	if !write {
		return nil
	}
	switch v := answer.(type) {
	case Fields:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if id, is := v[key].(string); is && strings.HasSuffix(key, "Id") && key != "requestId" {
				ids = append(ids, id)
			}
			ids = append(ids, made(write, v[key])...)
		}
	case []any:
		for _, one := range v {
			ids = append(ids, made(write, one)...)
		}
	}
	return ids
}

// minted is the access key that a call gave out, which is a resource of its record: recorded answers show it of AssumeRole, and the session
// beside it. Of other calls that open sessions it is unverified.
func minted(record Fields) []string {
	answer, _ := record["responseElements"].(Fields)
	given, _ := answer["credentials"].(Fields)
	if key, ok := given["accessKeyId"].(string); ok {
		return []string{key}
	}
	return nil
}

// Remember puts a call into the event history that was made before the world began.
func (at At) Remember(service, name, code string, ago time.Duration, by Principal, from Origin) {
	c := &Call{
		At: at, By: by, From: from, RequestID: at.UUID(), Input: &struct{}{},
		Operation: &Operation{Service: &Service{Name: service}, Name: name},
	}
	r := c.header()
	r["eventTime"] = Stamp(at.Now.Add(-ago))
	r["requestParameters"], r["responseElements"] = nil, nil
	Given(r, "errorCode", code)
	c.keep(r, at.Now.Add(-ago))
}
