package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// AWS refuses requests with a signature five minutes off:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
const (
	unwiseSkew = 5 * time.Second
	fatalSkew  = 5 * time.Minute
)

// credentials asks which principal riposte is, and what time AWS thinks it is.
func (p Parts) credentials(ctx context.Context) []Finding {
	ctx, cancel := p.limited(ctx)
	defer cancel()
	who, err := sts.NewFromConfig(p.Own(p.Home)).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return one(Finding{Check: "credentials"}, err, "give the process credentials: a role of the machine or function, AWS_PROFILE, or AWS_ACCESS_KEY_ID")
	}
	found := []Finding{{Check: "credentials", State: OK, Says: "riposte is " + aws.ToString(who.Arn), Account: aws.ToString(who.Account)}}
	if said, ok := awsmiddleware.GetServerTime(who.ResultMetadata); ok {
		// AWS says no more than seconds. A clock that is off makes leases, limits and the times of cases wrong long before AWS
		// refuses to listen.
		skew := p.Now().Sub(said).Abs()
		f := Finding{Check: "clock", State: OK, Says: fmt.Sprintf("within %s of AWS's", max(skew.Round(time.Second), time.Second))}
		if skew > unwiseSkew {
			f.State, f.Says, f.Mend = Warning, fmt.Sprintf("%s off AWS's", skew.Round(time.Second)), "let the machine keep time by NTP (chrony, systemd-timesyncd)"
		}
		if skew > fatalSkew {
			f.State = Failed
		}
		found = append(found, f)
	}
	return found
}

func (p Parts) ledger(context.Context) []Finding {
	says, err := p.Ledger()
	return one(Finding{Check: "ledger", State: OK, Says: says}, err, "name one that riposte can read: ledger: sqlite:FILE or dynamodb:TABLE")
}

// organization tells where the accounts could not be found out, and nothing where they could.
func (p Parts) organization(context.Context) []Finding {
	if p.Unknown == nil {
		return nil
	}
	return one(Finding{Check: "organization"}, p.Unknown,
		"give riposte's own role what riposte permissions --tier own prints, in the management account or one to which reading is delegated; or list accounts by hand")
}
