package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/internal/demo"
)

// itself takes the instance's role for the caller.
func (t *aim) itself(ctx context.Context, c *iam.Client, profile string) error {
	m := lastName.FindStringSubmatch(profile)
	if m == nil {
		return fmt.Errorf("instance %s has the profile %q, which can't be read", t.Instance, profile)
	}
	out, err := c.GetInstanceProfile(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: &m[1]})
	if err != nil {
		return fmt.Errorf("read the profile of %s: %w", t.Instance, err)
	}
	if len(out.InstanceProfile.Roles) == 0 {
		return fmt.Errorf("the profile of %s holds no role", t.Instance)
	}
	role := out.InstanceProfile.Roles[0]
	t.Caller = demo.Caller{ARN: aws.ToString(role.Arn), ID: aws.ToString(role.RoleId), Session: t.Instance, Key: "ASIA" + rand.Text()[:16]}
	return nil
}

var lastName = regexp.MustCompile(`/([^/]+)$`)

// principal is the ARN of a user or role.
var principal = regexp.MustCompile(`^arn:[a-z-]+:iam::(\d{12}):(user|role)/(?:.*/)?([^/]+)$`)

// caller is who the records say it was: by default one that there is not, so that an answer finds nobody.
func (v attackVerb) caller(ctx context.Context, d demo.Drill, c *iam.Client, t *aim) error {
	kind, id, key := "user", "AIDA", "AKIA"
	switch d.By {
	case demo.AWS, demo.Itself:
		return nil
	case demo.Session:
		kind, id, key = "role", "AROA", "ASIA"
		t.Caller.Session = "riposte-drill"
	}
	t.Caller.Key = key + rand.Text()[:16]
	if v.By == "" {
		t.Caller.ARN, t.Caller.ID = fmt.Sprintf("arn:%s:iam::%s:%s/riposte-drill", t.Place.Partition, t.Place.Account, kind), id+rand.Text()[:17]
		t.notes = append(t.notes, "there is no such "+kind+": what contains it finds nobody; --by names one that was made for it")
		return nil
	}
	m := principal.FindStringSubmatch(v.By)
	if m == nil || m[1] != t.Place.Account || m[2] != kind {
		return wrongUsage("--by wants the ARN of a %s of account %s, found %q", kind, t.Place.Account, v.By)
	}
	t.Caller.ARN = v.By
	if kind == "role" {
		out, err := c.GetRole(ctx, &iam.GetRoleInput{RoleName: &m[3]})
		if err != nil {
			return fmt.Errorf("read %s: %w", v.By, err)
		}
		t.Caller.ID = aws.ToString(out.Role.RoleId)
		return nil
	}
	return t.user(ctx, c, m[3])
}

// user reads a user's id, and its key where it has one.
func (t *aim) user(ctx context.Context, c *iam.Client, name string) error {
	out, err := c.GetUser(ctx, &iam.GetUserInput{UserName: &name})
	if err != nil {
		return fmt.Errorf("read %s: %w", t.Caller.ARN, err)
	}
	t.Caller.ID = aws.ToString(out.User.UserId)
	keys, err := c.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: &name})
	if err != nil {
		return fmt.Errorf("read the keys of %s: %w", t.Caller.ARN, err)
	}
	for _, k := range keys.AccessKeyMetadata {
		t.Caller.Key = aws.ToString(k.AccessKeyId)
	}
	return nil
}
