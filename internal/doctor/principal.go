package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsarn "github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
)

// principals asks of those that the configuration spares, as trusted or break-glass, whether they are the ones that were
// meant: a name that no principal has is free for the taking.
func (p Parts) principals(a Account) (out []check) {
	at := event.Place{Partition: p.Home.Partition, Account: a.ID}
	var spared []config.Principal
	for _, t := range p.Config.Trusted {
		spared = append(spared, t.Principal())
	}
	spared = append(spared, p.Config.BreakGlass...)
	for i, who := range spared {
		parsed, err := awsarn.Parse(who.ARN)
		if err != nil || parsed.AccountID != a.ID || who.Kind() == "root" || slices.Contains(spared[:i], who) {
			continue
		}
		out = append(out, func(ctx context.Context) []Finding { return p.principal(ctx, at, who) })
	}
	return out
}

func (p Parts) principal(ctx context.Context, at event.Place, who config.Principal) []Finding {
	ctx, cancel := p.limited(ctx)
	defer cancel()
	id, err := p.holder(ctx, at, who)
	f := Finding{Check: "principal", Account: at.Account, State: OK, Says: who.String() + " is the one that it was"}
	switch {
	case err != nil:
		return one(f, err, "give the audit role iam:GetRole and iam:GetUser")
	case id == "" && who.ID == "":
		f.State, f.Says = Failed, fmt.Sprintf("no principal has the name %s: one made under it counts as the one that the configuration means", who.ARN)
		f.Mend = "take it out of the configuration, or mend the ARN, path included"
	case id == "":
		f.State, f.Says = Warning, who.String()+" is gone, or was renamed: its entry counts for no principal"
		f.Mend = "take it out of the configuration, or put its new ARN there"
	case who.ID == "":
		f.State, f.Says = Warning, who.ARN+" is known by its ARN alone, which another may take"
		f.Mend = fmt.Sprintf("where this is the one that you mean, add id: %s to it in the configuration", id)
	case id != who.ID:
		f.State, f.Says = Failed, fmt.Sprintf("%s is another principal now: its id is %s, not %s; it was made anew, or renamed", who.ARN, id, who.ID)
		f.Mend = fmt.Sprintf("look in CloudTrail for the call that made or renamed it; if that is right, put id: %s there", id)
	}
	return []Finding{f}
}

// holder is the id of the user or role that has an ARN now, "" where there is none. A name is given once in an account,
// whatever its path.
func (p Parts) holder(ctx context.Context, at event.Place, who config.Principal) (id string, err error) {
	reads, name := p.AWS.Reads().IAM(at), who.ARN[strings.LastIndex(who.ARN, "/")+1:]
	var has string
	if who.Kind() == "role" {
		out, failed := reads.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
		if err = failed; err == nil {
			id, has = aws.ToString(out.Role.RoleId), aws.ToString(out.Role.Arn)
		}
	} else {
		out, failed := reads.GetUser(ctx, &iam.GetUserInput{UserName: &name})
		if err = failed; err == nil {
			id, has = aws.ToString(out.User.UserId), aws.ToString(out.User.Arn)
		}
	}
	switch {
	case errorCode(err) == "NoSuchEntity":
		return "", nil
	case err != nil:
		return "", fmt.Errorf("look for %s: %w", who.ARN, err)
	case has != who.ARN:
		return "", nil
	}
	return id, nil
}
