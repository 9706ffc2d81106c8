package launch

import (
	"context"
	"strings"
	"time"
)

// incident is when something was prepared, and who is not believed because of it.
type incident struct {
	at time.Time
	by string // who called, as principal writes it
}

// depth is how many versions are looked at for one to go back to: whoever floods a template with versions must not keep the
// answer waiting.
const depth = 100

// back is the highest version below a bad one that may be launched and was there before the incident. That its image is
// approved says nothing of its user data.
func (r reader) back(ctx context.Context, versions map[int64]version, bad int64, of incident) (int64, error) {
	for n := bad - 1; n > 0 && n >= bad-depth; n-- {
		v := versions[n]
		if of.planted(v, versions[bad]) {
			continue
		}
		found, image, err := r.breaks(ctx, v.image)
		if unreadable(err) {
			continue
		}
		if err != nil {
			return 0, err
		}
		if found.breaks == "" && image != "" {
			return n, nil
		}
	}
	return 0, nil
}

// planted reports whether a version may belong to the incident: who acted made it, whenever that was, or it came with the bad
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

// principal is an ARN's account with the user, the role (of each of its sessions alike) or root: a path, which some calls
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
