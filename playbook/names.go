package playbook

import (
	"context"
	"errors"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
)

// Names is the index of names as checks ask it: over all accounts, as sweeps read it last and events have told since. What is decided by it is read
// again at AWS.
type Names interface {
	// NamesOf are what has a name, had it, or points to it.
	NamesOf(ctx context.Context, of names.Key) ([]names.Entry, error)
	// NamesHad are the names that a resource has or had.
	NamesHad(ctx context.Context, of event.Resource) ([]names.Entry, error)
	// Unread are the accounts of which not everything of a kind was listed to its end lately, and since a moment: any of them may have a name that no
	// other has. The zero moment asks for lately alone.
	Unread(ctx context.Context, kind string, since time.Time) ([]string, error)
}

// ErrUnread: whose a name is can't be told, as an account that may have it was not read.
var ErrUnread = errors.New("not every account was read")

// Owned says whose a name is, by inventory, never by resolution.
type Owned string

const (
	Ours   Owned = "ours"
	Was    Owned = "was ours"      // and is gone
	Others Owned = "never ours"    // every account was read
	Unsaid Owned = "not known yet" // an account was not
)

// Kinds are the types of resources that have names of a service.
func Kinds(s names.Service) []string {
	switch s {
	case names.S3:
		return []string{event.Bucket}
	case names.Address:
		return []string{event.Address}
	case names.ELB:
		return []string{event.LoadBalancer}
	case names.CloudFront:
		return []string{event.Distribution}
	case names.Zone, names.Delegation:
		return []string{event.RecordSet} // zones are listed with their records
	}
	return nil
}

// Whose says whose a name is, and which accounts were not read. Except is a resource that is known to be gone, by the call that deleted it. What a listing alone
// missed may have gone over to another account (an address that is transferred): it counts as gone once all were listed since.
func Whose(ctx context.Context, n Names, k names.Key, except event.Resource) (Owned, []string, error) {
	if n == nil {
		return Unsaid, nil, ErrNoEvidence
	}
	all, err := n.NamesOf(ctx, k)
	if err != nil {
		return Unsaid, nil, err
	}
	said, since := Others, time.Time{}
	for _, e := range all {
		switch {
		case e.Points:
		case e.Gone.IsZero() && e.Resource != except:
			return Ours, nil, nil
		default:
			if said = Was; e.Resource != except && e.Gone.After(since) {
				since = e.Gone
			}
		}
	}
	kinds := Kinds(k.Service)
	for _, kind := range kinds {
		if unread, err := n.Unread(ctx, kind, since); err != nil || len(unread) > 0 {
			return Unsaid, unread, err
		}
	}
	if len(kinds) == 0 {
		return Unsaid, nil, nil // nothing lists what could have it
	}
	return said, nil, nil
}

// Wanted reports whether what a sweep saw is looked for, as far as names decide it (Listed.Free, Listed.Lost).
func (s Sighting) Wanted(ctx context.Context, n Names) (bool, error) {
	if len(s.Free)+len(s.Lost) == 0 {
		return true, nil
	}
	if n == nil {
		return false, nil
	}
	for _, k := range s.Free {
		said, _, err := Whose(ctx, n, k, event.Resource{})
		if err != nil || said == Was || said == Others {
			return err == nil, err
		}
	}
	for _, k := range s.Lost {
		said, _, err := Whose(ctx, n, k, event.Resource{})
		if err != nil || said == Was {
			return err == nil, err
		}
	}
	return false, nil
}
