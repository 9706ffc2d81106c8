package launch

import (
	"context"
	"strings"
	"time"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

// incident is when something was prepared, and who is not believed because of it.
type incident struct {
	at time.Time
	by string // who called, as principal writes it
}

// depth is how many versions are looked at for one to go back to: an attacker who floods a template with versions must not keep
// the answer waiting.
const depth = 100

// first is the version that a template is made with, and its first default.
const first = 1

// wayBack returns the version to make the default again. It is shown where it was the default before the incident: by a record of
// another hand than the caller's, or because the template has no other versions than the one that it was made with and, without
// a gap up to the bad one, the caller's. Where nothing shows it, the highest lower version that looks fit is a guess.
func (r reader) wayBack(ctx context.Context, template event.Resource, versions map[int64]version, bad int64) (n int64, shown bool, err error) {
	if n, err = r.wasDefault(ctx, template, versions, bad); err != nil || n > 0 {
		return n, true, err
	}
	if n, err = r.back(ctx, versions, bad); err != nil || n != first || len(versions) != int(bad) {
		return n, false, err
	}
	for other := int64(first) + 1; other < bad; other++ {
		if v, known := versions[other]; !known || v.by == "" || v.by != r.since.by {
			return n, false, nil
		}
	}
	return n, true, nil
}

// back returns the highest version below a bad one that is fit to go back to, 0 where there is none.
func (r reader) back(ctx context.Context, versions map[int64]version, bad int64) (int64, error) {
	for n := bad - 1; n > 0 && n >= bad-depth; n-- {
		if fit, err := r.fit(ctx, versions, n, bad); err != nil || fit {
			return n, err
		}
	}
	return 0, nil
}

// fit reports whether a version may be launched and was there before the incident. That its image is approved says nothing
// of its user data.
func (r reader) fit(ctx context.Context, versions map[int64]version, n, bad int64) (bool, error) {
	v, known := versions[n]
	if !known || r.since.planted(v, versions[bad]) {
		return false, nil
	}
	found, image, err := r.resolve(ctx, v.image)
	if access.Unreadable(err) {
		return false, nil
	}
	return err == nil && found.breaks == "" && image != "", err
}

// planted reports whether a version may belong to the incident: the caller made it, whenever that was, or it came with the bad
// one by the same hand, within a day.
func (i incident) planted(v, bad version) bool {
	switch {
	case !v.made.Before(i.at) || v.by != "" && v.by == i.by:
		return true
	case i.at.Sub(bad.made) > fresh: // the bad one is old, and its maker need not be who acted
		return false
	}
	return v.by != "" && v.by == bad.by && bad.made.Sub(v.made) < fresh
}

// principal returns an ARN's account with the user, the role (of each of its sessions alike) or root: a path, which some calls
// leave out, does not tell two apart.
func principal(arn string) string {
	part := strings.SplitN(arn, ":", 6)
	if len(part) < 6 {
		return arn
	}
	name := strings.Split(part[5], "/")
	kind, last := name[0], name[len(name)-1]
	if kind == "assumed-role" && len(name) > 1 {
		kind, last = "role", name[1]
	}
	return part[4] + ":" + kind + "/" + last
}
