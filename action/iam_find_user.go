package action

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// findingReads are the rights that finding a user by its id needs.
func findingReads() []call.ID { return []call.ID{call.IAMGetUser, call.IAMListUsers} }

// Found is an IAM user as it is now.
type Found struct {
	User event.Resource // by its present path and name
	ID   string         // AIDA...
	Gone string         // why there is no such user, "" if there is
}

// FindUser finds a user by what no rename changes: its id (AIDA...) or, where that is not known, the long-lived key that it
// holds. A new user under the old name is not the one. An error says that it can't be known, never that there is no such user.
func FindUser(ctx context.Context, r access.Reads, user event.Resource, id, key string) (Found, error) {
	old, gone, err := called(ctx, r, user)
	switch {
	case err != nil:
		return Found{}, err
	case id == "" && key == "":
		return found(user, old, gone), nil
	case old != nil && id != "" && aws.ToString(old.UserId) == id:
		return found(user, old, ""), nil
	case old != nil && id != "":
		gone = anotherUser
	}
	if key != "" {
		holder, err := holderOf(ctx, r, user, key)
		if holder != nil && (id == "" || aws.ToString(holder.UserId) == id) {
			return found(user, holder, ""), nil
		}
		if id == "" {
			return Found{Gone: deletedUser}, err
		}
	}
	return listed(ctx, r, user, id, gone)
}

func found(was event.Resource, u *types.User, gone string) Found {
	if u == nil {
		return Found{Gone: gone}
	}
	_, now, _ := strings.Cut(aws.ToString(u.Arn), ":user/")
	return Found{User: was.Place().In(event.User, now), ID: aws.ToString(u.UserId)}
}

// holderOf returns the user that holds a key. IAM documents no error for a key that is not there and is known to say AccessDenied: what
// it refuses is an error here, and where the id is known, the list of users answers instead.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
func holderOf(ctx context.Context, r access.Reads, user event.Resource, key string) (*types.User, error) {
	out, err := r.IAM(user.Place()).GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: aws.String(key)})
	if Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the holder of access key %q: %w", key, err)
	}
	u, gone, err := called(ctx, r, user.Place().In(event.User, aws.ToString(out.UserName)))
	if err == nil && gone != "" {
		err = fmt.Errorf("access key %q is of user %q, which IAM does not know: it was renamed just now", key, aws.ToString(out.UserName))
	}
	return u, err
}

// listed finds the user among all of the account: no user can stay out of that list by a name, a deleted key, or a
// session that no key tells of.
func listed(ctx context.Context, r access.Reads, user event.Resource, id, gone string) (Found, error) {
	pages := iam.NewListUsersPaginator(r.IAM(user.Place()), &iam.ListUsersInput{MaxItems: aws.Int32(1000)})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return Found{}, fmt.Errorf("look for user %s among all: %w", id, err)
		}
		for i := range out.Users {
			if aws.ToString(out.Users[i].UserId) != id {
				continue
			}
			if aws.ToString(out.Users[i].UserName) == name(user) { // the list is older than what GetUser said of that name
				return Found{}, fmt.Errorf("IAM does not agree with itself about the name of user %s: it was renamed just now", id)
			}
			return found(user, &out.Users[i], ""), nil
		}
	}
	return Found{Gone: gone}, nil
}
