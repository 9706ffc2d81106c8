package world_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/internal/world"
)

// A renamed user is the same user: id, keys, policies and sessions stay, and only the name and the ARN change.
func TestARenamedUserIsTheSameUser(t *testing.T) {
	w := openBank(t, world.Options{})
	c, nobody := iamAs(w, eve), aws.String("nobody")
	before := must(t, func() (*iam.GetUserOutput, error) { return c.GetUser(ctx, &iam.GetUserInput{UserName: nobody}) }).User
	key := must(t, func() (*iam.CreateAccessKeyOutput, error) {
		return c.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: nobody})
	}).AccessKey
	session, err := w.Mint(*before.Arn, world.SessionOptions{MFA: true})
	if err != nil {
		t.Fatal(err)
	}
	pass(t, w, 10*time.Second)
	must(t, func() (*iam.UpdateUserOutput, error) {
		return c.UpdateUser(ctx, &iam.UpdateUserInput{UserName: nobody, NewUserName: aws.String("ghost"), NewPath: aws.String("/attic/")})
	})
	for range 2 { // while it propagates, and afterwards
		for _, by := range []aws.Credentials{{AccessKeyID: *key.AccessKeyId, SecretAccessKey: *key.SecretAccessKey}, session} {
			if _, err := iamAs(w, by).ListUsers(ctx, nil); code(err) != "AccessDenied" {
				t.Errorf("who is renamed is known by his keys and sessions, and may do what he might: %v", err)
			}
		}
		pass(t, w, 10*time.Second)
	}
	after := must(t, func() (*iam.GetUserOutput, error) {
		return c.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("ghost")})
	}).User
	if *after.UserId != *before.UserId || *after.Arn != "arn:aws:iam::111122223333:user/attic/ghost" {
		t.Errorf("%s %s, before %s", *after.UserId, *after.Arn, *before.UserId)
	}
	holder := must(t, func() (*iam.GetAccessKeyLastUsedOutput, error) {
		return c.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: key.AccessKeyId})
	})
	if *holder.UserName != "ghost" {
		t.Errorf("the key is %s's", *holder.UserName)
	}
	if _, err := c.GetUser(ctx, &iam.GetUserInput{UserName: nobody}); code(err) != "NoSuchEntity" {
		t.Errorf("by the old name: %v", err)
	}
	_, err = c.UpdateUser(ctx, &iam.UpdateUserInput{UserName: aws.String("ghost"), NewUserName: aws.String("EVE")})
	if code(err) != "EntityAlreadyExists" {
		t.Errorf("to a name that somebody has: %v", err)
	}
	if _, err := c.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: aws.String("AKIANOBODYHASTHIS000")}); code(err) != "AccessDenied" {
		t.Errorf("a key that nobody has: %v", err)
	}
}
