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

// anotherUser is why a user is left alone: who was to be contained is deleted, and somebody else was made under the name.
// IAM never uses an id twice. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
const anotherUser = "the user is deleted, and another user has that name now"

func another(u *types.User, id string) bool { return id != "" && aws.ToString(u.UserId) != id }

// replaced says that the user who was seen is no longer there, "" where it is, or where its id is not known: other reads
// tell then whether anybody has the name.
func replaced(ctx context.Context, r access.Reads, user event.Resource, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	return userGone(ctx, r, user, id)
}

// userGone says that the user is deleted, "" where it is there.
func userGone(ctx context.Context, r access.Reads, user event.Resource, id string) (string, error) {
	out, err := r.IAM(user.Place()).GetUser(ctx, &iam.GetUserInput{UserName: aws.String(name(user))})
	switch {
	case missing(err):
		return "the user is deleted", nil
	case err != nil:
		return "", fmt.Errorf("read user %q: %w", name(user), err)
	case another(out.User, id):
		return anotherUser, nil
	}
	return "", nil
}
