package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

const deletedUser = "the user is deleted"

// anotherUser is why a user is left alone: the one to be contained is deleted, and another was made under its name.
// IAM never uses an id twice. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
const anotherUser = "the user is deleted, and another user has that name now"

// renamable is an action on an IAM user, which may be renamed at any time: policies and keys go with it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_rename.html
type renamable interface {
	Action
	identity() identity
	by(now event.Resource) renamable                  // the same of the user by another name
	look(context.Context, access.Reads) (Look, error) // by the name that the action has
}

// identity is a user as it was seen to act.
type identity struct {
	user    event.Resource
	id, key string
}

// lookAtUser looks at a user by the name that it has now: by its old one it would be taken for deleted, and an attacker with
// the right to rename users would be left alone. Without an id there is the name alone.
func lookAtUser(ctx context.Context, r access.Reads, a renamable) (Look, error) {
	w := a.identity()
	if w.id == "" {
		return a.look(ctx, r)
	}
	found, err := FindUser(ctx, r, w.user, w.id, w.key)
	if err != nil || found.Gone != "" {
		return Look{Missing: found.Gone}.unless(err)
	}
	now, moved := a, found.User != w.user
	if moved {
		now = a.by(found.User)
	}
	look, err := now.look(ctx, r)
	if look.Missing == deletedUser { // a moment ago it was there
		return Look{}, fmt.Errorf("user %q was renamed or deleted while it was looked at", name(found.User))
	}
	if moved && look.Renamed == nil {
		look.Renamed = now
	}
	return look.unless(err)
}

// Follow is an action by the name that its user has now, as another action on the same user was found to be (see
// Look.Renamed), or for the interfaces that its instance has now; any other action is returned as it is.
func Follow(a, moved Action) Action {
	if was, ok := a.(Isolate); ok {
		return was.follow(moved)
	}
	if was, ok := a.(DeleteUser); ok {
		if now, ok := moved.(DeleteUser); ok && now.UserID == was.UserID {
			return now // with what the user has by now
		}
	}
	r, one := a.(renamable)
	m, two := moved.(renamable)
	if tags, ok := a.(PutTags); ok && two && tags.Identity != "" && tags.Identity == m.identity().id {
		tags.Resource = m.identity().user
		return tags
	}
	if told, ok := a.(Announce); ok && two && told.Identity != "" && told.Identity == m.identity().id {
		told.Resource = m.identity().user
		return told
	}
	if !one || !two || r.identity().id == "" || r.identity().id != m.identity().id {
		return a
	}
	return r.by(m.identity().user)
}

// called reads a user by its name.
func called(ctx context.Context, r access.Reads, user event.Resource) (u *types.User, gone string, err error) {
	out, err := r.IAM(user.Place()).GetUser(ctx, &iam.GetUserInput{UserName: aws.String(name(user))})
	switch {
	case Missing(err):
		return nil, deletedUser, nil
	case err != nil:
		return nil, "", fmt.Errorf("read user %q: %w", name(user), err)
	}
	return out.User, "", nil
}
